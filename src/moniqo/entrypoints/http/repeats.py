"""`Idempotency-Key`: a request that comes again gets the first answer, byte for byte."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

from moniqo.application.files.upload import Upload
from moniqo.application.operations.answer_once import AnswerOnce, KeptAnswer, RepeatableRequest
from moniqo.application.shared.caller import current_call
from moniqo.domain.shared.errors import AppError, Invalid
from moniqo.entrypoints.http.envelope import failed
from moniqo.entrypoints.http.errors import failure_of
from moniqo.entrypoints.http.headers import Receive, Scope, header
from moniqo.entrypoints.http.wire import Answer

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
Perform = Callable[[], Awaitable[Answer]]
_VISIBLE = re.compile(rb"[\x21-\x7e]{1,255}")


class Named:
    """A request by its caller's own name for it; `receive` learns what its body is."""

    def __init__(self, key: str, receive: Receive) -> None:
        self._key = key
        self._receive = receive
        self._hash = hashlib.sha256()

    async def receive(self) -> Any:
        """The next event of the request."""
        event = await self._receive()
        self._hash.update(event.get("body", b""))
        return event

    def request(self, path: str, body: object) -> RepeatableRequest:
        """What the caller asks for at `path`, once the body has been read."""
        scope = f"{current_call.get().actor_id} POST {path}"
        if isinstance(body, Upload):
            # Each try draws its boundary anew: the file is what has to be the same.
            self._hash = hashlib.sha256(body.name.encode() + b"\0" + body.content)
        return RepeatableRequest(scope, self._key, self._hash.hexdigest())


def named(scope: Scope, receive: Receive) -> Named | None:
    """The request by its key, if it has one; raises `Invalid` for what is none."""
    given = list(header(scope, KEY.lower().encode()))
    if not given:
        return None
    if len(given) > 1 or not _VISIBLE.fullmatch(given[0]):
        raise Invalid.field(KEY, "must be 1 to 255 visible ASCII characters, once")
    return Named(given[0].decode(), receive)


async def once(answering: AnswerOnce, request: RepeatableRequest, perform: Perform) -> Answer:
    """The answer to the request, performed unless it was before."""

    async def performed() -> KeptAnswer:
        return _kept(await perform())

    def refused(error: AppError) -> KeptAnswer:
        return _kept(failed(failure_of(error), answering.clock.now()))

    return _given(await answering(request=request, perform=performed, refuse=refused))


def _kept(answer: Answer) -> KeptAnswer:
    """The answer as it is kept, with the id of the request that it was first given to."""
    headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
    headers["x-request-id"] = current_call.get().request_id
    return KeptAnswer(answer.status, answer.body.decode(), headers)


def _given(answer: KeptAnswer) -> Answer:
    headers = [(name.encode(), value.encode("latin-1")) for name, value in answer.headers.items()]
    if answer.is_repeated:
        headers.append((REPLAYED.lower().encode(), b"true"))
    return Answer(answer.status, answer.body.encode(), tuple(headers))
