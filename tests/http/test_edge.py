"""What the outermost layer does when what is inside fails."""

from typing import Any

import pytest

from moniqo.application.shared.caller import SYSTEM, current_call
from moniqo.entrypoints.http.edge import Edge
from moniqo.entrypoints.http.gate import Gate
from moniqo.entrypoints.http.runtime import Runtime
from moniqo.entrypoints.http.uploads import UploadReader
from support.store import CountingIds, StepClock

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "headers": [(b"x-request-id", b"r-1")],
    "client": None,
}


def edge(app: Any) -> Edge:
    runtime = Runtime(Gate(1, 1, UploadReader({}, seconds=1, at_once=1)), 1, 1)
    runtime.clock, runtime.ids = StepClock(), CountingIds()
    return Edge(app, runtime, unlimited=frozenset({"/"}), lasting=False, logged=False)


async def test_a_fault_before_the_answer_is_answered() -> None:
    sent: list[dict[str, Any]] = []

    async def broken(*_: object) -> None:
        raise RuntimeError("inside")

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    await edge(broken)(SCOPE, None, send)

    assert sent[0]["status"] == 500
    assert (b"x-request-id", b"r-1") in sent[0]["headers"]
    assert b"inside" not in sent[1]["body"]


async def test_a_fault_within_the_answer_is_the_servers_to_end() -> None:
    async def breaking_off(_scope: object, _receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half-way")

    async def send(_event: object) -> None: ...

    with pytest.raises(RuntimeError, match="half-way"):
        await edge(breaking_off)(SCOPE, None, send)

    assert current_call.get() is SYSTEM
