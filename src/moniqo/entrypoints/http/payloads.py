"""Bodies as the payloads that routes declare."""

from dataclasses import dataclass
from typing import Any

from moniqo.domain.shared.decoding import decode, decode_fields
from moniqo.domain.shared.entity import Value
from moniqo.entrypoints.http.arguments import Argument, Changes, Source
from moniqo.entrypoints.http.bodies import is_sent
from moniqo.entrypoints.http.gate import Gate
from moniqo.entrypoints.http.headers import Receive, Scope


@dataclass(frozen=True, slots=True)
class _Nothing(Value):
    """The payload of routes that take none."""


async def read_payload(gate: Gate, body: Argument | None, scope: Scope, receive: Receive) -> Any:
    """What `body` asks for; None for a body that was left out where it may be."""
    if body is None:
        return decode(_Nothing, await gate.read(scope, receive) if is_sent(scope) else {})
    if body.source is Source.UPLOAD:
        return await gate.uploads.read(body.kind, scope, receive)
    if body.source is Source.CHANGES:
        return Changes(decode_fields(body.kind, await gate.read(scope, receive)))
    if body.optional and not is_sent(scope):
        return None
    return decode(body.kind, await gate.read(scope, receive))
