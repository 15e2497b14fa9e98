"""Requests per second of two reads against PostgreSQL, and their ratio to a trivial route.

`python benchmarks/http_reads.py [REQUESTS]`: starts a PostgreSQL of its own and one real server
process on 127.0.0.1, signs a user up, and loads the routes in turn from another process. Each
figure is the median of three rounds.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from support.servers import postgres  # noqa: E402  (found through the line above)
from support.servers.process import free_port  # noqa: E402  (the same)

ROUNDS = 3
CONNECTIONS = 16
SECONDS = 10
ITEMS = 50
TRIVIAL = "/health/live"
READS = ("/api/v1/users/me", f"/api/v1/prompts?limit={ITEMS}")
PASSWORD = "Correct-Horse-7"  # noqa: S105  (of a user that lives for a minute)


def call(port: int, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:
    """The `data` of one answer."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    payload = None if body is None else json.dumps(body).encode()
    request = Request(f"http://127.0.0.1:{port}{path}", payload, headers)
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310  (the same)
            return json.load(answer).get("data")
    except HTTPError as error:
        raise SystemExit(f"{path} answered {error.code}: {error.read().decode()}") from None


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    """Return once the server takes requests; raises if it ended or is not ready in 30 s."""
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("the server did not start")


@contextmanager
def serving(database_url: str) -> Iterator[int]:
    """A server on its own database; the port that it listens on."""
    port = free_port()
    settings = {
        "STORAGE_BACKEND": "postgres",
        "AUTO_VERIFY_EMAIL": "true",
        "DATABASE_URL": database_url,
        "PORT": str(port),
        "LOG_LEVEL": "warning",
        "RATE_LIMIT_PER_MINUTE": "100000000",
        "FREE_API_CALLS_PER_DAY": "100000000",
    }
    command = str(Path(sys.executable).with_name("moniqo"))
    with tempfile.TemporaryDirectory() as folder:
        place: dict[str, Any] = {"cwd": folder, "env": os.environ | settings}
        subprocess.run([command, "init"], check=True, **place)  # noqa: S603  (our own program)
        server = subprocess.Popen([command, "serve"], **place)  # noqa: S603  (the same)
        try:
            wait_until_ready(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(20)


def signed_up(port: int) -> str:
    """An access token of a new user who has as many prompts as a list shows."""
    who = {"email": "reader@example.com", "password": PASSWORD}
    call(port, "/api/v1/auth/register", who | {"first_name": "Ada", "last_name": "Reader"})
    token: str = call(port, "/api/v1/auth/login", who)["access_token"]
    for number in range(ITEMS):
        prompt = {
            "title": f"Prompt {number}",
            "description": "A prompt of ordinary length, as people write them.",
            "prompt": "Given {{ candles | length }} candles of {{ symbol }}, decide.",
            "category": "trading",
        }
        call(port, "/api/v1/prompts", prompt, token)
    return token


def loaded(port: int, path: str, token: str, requests: int) -> dict[str, float]:
    """The figures of one round, from a process of its own."""
    arguments = [str(port), path, str(CONNECTIONS), str(requests), str(SECONDS)]
    answer = subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, str(HERE / "load.py"), *arguments],
        input=f"{token}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(answer.stdout)
    return figures


def main() -> None:
    """Measure and print a table."""
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    rounds: dict[str, list[dict[str, float]]] = {path: [] for path in (TRIVIAL, *READS)}
    with postgres() as database_url, serving(database_url) as port:
        token = signed_up(port)
        for _ in range(ROUNDS):
            for path, figures in rounds.items():
                figures.append(loaded(port, path, token, requests))
    trivial = median(figures["per_second"] for figures in rounds[TRIVIAL])
    print(f"{'route':<32}{'req/s':>9}{'ratio':>8}{'p50 ms':>9}{'p99 ms':>9}")
    for path, figures in rounds.items():
        rate, p50, p99 = (
            median(it[key] for it in figures) for key in ("per_second", "p50_ms", "p99_ms")
        )
        print(f"{path:<32}{rate:>9.0f}{rate / trivial:>8.2f}{p50:>9.2f}{p99:>9.2f}")


if __name__ == "__main__":
    main()
