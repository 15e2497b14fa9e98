"""Results as JSON, compiled from a route's return annotation before any request."""

from collections.abc import Callable
from typing import Any, get_args, get_origin

from moniqo.application.shared.query import Page
from moniqo.domain.shared.schema import peel, plain
from moniqo.entrypoints.http.etags import etag
from moniqo.entrypoints.http.shapes import AnswerCodec, shown
from moniqo.entrypoints.http.streams import streamed_type
from moniqo.entrypoints.http.wire import NULL, Answer, to_json

Render = Callable[[Any], tuple[bytes, str | None]]


def page_of(returns: Any) -> Any:
    """The item type of a `Page[…]`; None for anything else."""
    return get_args(returns)[0] if get_origin(returns) is Page else None


def sends_itself(returns: Any) -> bool:
    """Whether there is nothing to be rendered: no data, a whole answer, one written in bits."""
    return returns in (type(None), Answer) or streamed_type(returns) is not None


def is_versioned(returns: Any) -> bool:
    """Whether answers of this type name an entity and its version."""
    bare = plain(peel(returns)[0])
    fields = getattr(bare, "__dataclass_fields__", {})
    return {"id", "version"} <= {field.name for field in shown(bare)} if fields else False


def renderer(returns: Any, codec: AnswerCodec) -> Render:
    """What turns a result into JSON and its entity tag.

    Raises `SecretRefused` for a type that would show a secret.
    """
    if sends_itself(returns):
        return lambda _: (NULL, None)
    item = page_of(returns)
    if item is not None:
        return _pages(item, codec)
    encode = codec.encoder(returns) or (lambda value: value)
    if not is_versioned(returns):
        return lambda value: (to_json(encode(value)), None)

    def render(value: Any) -> tuple[bytes, str]:
        data = to_json(encode(value))
        return data, etag(value.id, value.version, data)

    return render


def _pages(item: Any, codec: AnswerCodec) -> Render:
    encode = codec.encoder(item) or (lambda value: value)

    def render(page: Page[Any]) -> tuple[bytes, None]:
        shown_page = {
            "items": [encode(one) for one in page.items],
            "total": page.total,
            "limit": page.limit,
            "offset": page.offset,
            "has_more": page.has_more,
            "next_cursor": page.next_cursor,
        }
        return to_json(shown_page), None

    return render
