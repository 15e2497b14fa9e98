"""An answer of a server, checked for what every answer must have."""

from dataclasses import dataclass
from typing import Any

import httpx2

ENVELOPE = {"status_code", "message", "data", "error", "timestamp", "request_id"}
CHANGING = ("timestamp", "request_id")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came over the wire."""

    response: httpx2.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def json(self) -> Any:
        return self.response.json()

    @property
    def data(self) -> Any:
        """What a success tells; a failed test if it was none."""
        assert self.status < 400, f"{self.response.request.url}: {self.response.text}"
        return self.json["data"]

    @property
    def code(self) -> str:
        """The error's code; empty for a success."""
        error = self.json["error"]
        return error["code"] if error else ""

    @property
    def outcome(self) -> tuple[int, str]:
        """Status and code."""
        return self.status, self.code

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong with each field."""
        return {item["field"]: item["message"] for item in self.json["error"]["details"]}

    @property
    def lasting(self) -> dict[str, Any]:
        """The envelope without what differs from answer to answer."""
        return {key: value for key, value in self.json.items() if key not in CHANGING}

    def header(self, name: str) -> str | None:
        return self.response.headers.get(name)


def require_sound(response: httpx2.Response) -> None:
    """Fail for a 500, and for JSON that is not in the envelope or speaks of another request."""
    where = f"{response.request.method} {response.request.url}"
    assert response.status_code != 500, f"{where}: {response.text}"
    if response.headers.get("content-type", "").startswith("application/json") and response.content:
        found = response.json()
        if response.request.url.path == "/openapi.json":
            return
        assert set(found) == ENVELOPE, f"{where}: {found}"
        assert found["request_id"] == response.headers["x-request-id"], where
