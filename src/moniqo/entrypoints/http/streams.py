"""Answers in the envelope that are written while they are read, for what may be large."""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin

from moniqo.domain.shared.errors import AppError
from moniqo.domain.shared.schema import schema
from moniqo.entrypoints.http.shapes import AnswerCodec
from moniqo.entrypoints.http.wire import Answer, Send, to_json

T = TypeVar("T")
Batches = AsyncGenerator[Sequence[object]]
Encode = Callable[[Any], Any]
_NO_DATA = b'"data":null'

logger = logging.getLogger("moniqo.http")


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """A `T`, a dataclass, by its fields: those that are tuples as they become known."""

    fields: Mapping[str, object | Batches]


@dataclass(frozen=True, slots=True)
class StreamedAnswer(Answer):
    """An answer of which `body` is the envelope without its data, which come in chunks."""

    chunks: AsyncGenerator[bytes] = field(kw_only=True)

    async def __call__(self, _scope: Any, _receive: Any, send: Send) -> None:
        """Send it. A refusal on the way breaks the connection off: nobody takes half for all."""
        before, name, after = self.body.partition(_NO_DATA)
        headers = list(self.headers)
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send(_body(before + name.removesuffix(b"null")))
        try:
            async with aclosing(self.chunks) as chunks:
                async for chunk in chunks:
                    await send(_body(chunk))
        except AppError as problem:
            logger.warning("An answer was broken off: %s", problem.message)
            return
        await send({"type": "http.response.body", "body": after})


def streamed_type(returns: Any) -> Any:
    """The `T` of a `Stream[T]`; None for anything else."""
    return get_args(returns)[0] if get_origin(returns) is Stream else None


class StreamWriter:
    """Writes streams of one kind as JSON; raises `SecretRefused` for one that shows a secret."""

    def __init__(self, kind: type, codec: AnswerCodec) -> None:
        self._encode: dict[str, Encode] = {}
        for known in schema(kind):
            item = get_args(known.type)[0] if get_origin(known.type) is tuple else known.type
            self._encode[known.name] = codec.encoder(item) or (lambda value: value)

    async def write(self, stream: Stream[Any]) -> AsyncGenerator[bytes]:
        """One object, in chunks."""
        opening = b"{"
        for name, encode in self._encode.items():
            text = opening + to_json(name) + b":"
            content = stream.fields[name]
            if not isinstance(content, AsyncGenerator):
                yield text + to_json(encode(content))
            else:
                text += b"["
                async with aclosing(content) as batches:
                    async for batch in batches:
                        yield text + b",".join(to_json(encode(item)) for item in batch)
                        text = b","
                yield b"]" if text == b"," else text + b"]"
            opening = b","
        yield b"}"


def _body(chunk: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": chunk, "more_body": True}
