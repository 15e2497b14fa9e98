"""Where each parameter of a controller's method gets its value from."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NewType, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from moniqo.application.files.upload import Upload
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.query import Listing
from moniqo.domain.shared.schema import peel, plain
from moniqo.entrypoints.http.etags import Seen

T = TypeVar("T")


Looking = NewType("Looking", bool)
"""That HEAD asks: the answer is GET's, and nothing is done that GET would do."""


class Changes(dict[str, Any], Generic[T]):
    """The fields of the payload `T` that were sent, each valid by T's rules for it."""


class Source(StrEnum):
    """Where an argument comes from."""

    PATH = "path"
    BODY = "body"
    CHANGES = "changes"
    UPLOAD = "upload"
    LIST = "list"
    QUERY = "query"
    SEEN = "seen"
    LOOKING = "looking"
    CALLER = "caller"
    DEPENDENCY = "dependency"


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a controller's method; for changes, `kind` is the payload.

    An optional body may be left out.
    """

    name: str
    source: Source
    kind: Any
    optional: bool = False


def arguments_of(
    function: Callable[..., Any], path: str, *, has_lists: bool
) -> tuple[Argument, ...]:
    """The method's parameters in order; raises `TypeError` for one that cannot be."""
    hints = get_type_hints(function)
    del hints["return"]
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    return tuple(_argument(name, hints[name], path, has_lists=has_lists) for name in names)


def _argument(name: str, kind: Any, path: str, *, has_lists: bool) -> Argument:
    if f"{{{name}}}" in path:
        if plain(kind) is not UUID:
            raise TypeError(f"path parameter {name} must be a UUID")
        return Argument(name, Source.PATH, kind)
    if name == "data":
        payload, optional, _ = peel(kind)
        return Argument(name, Source.BODY, payload, optional)
    if name == "changes" and get_origin(kind) is Changes:
        return Argument(name, Source.CHANGES, get_args(kind)[0])
    if kind is Listing:
        if not has_lists:
            raise TypeError("a listing needs `lists`")
        return Argument(name, Source.LIST, kind)
    if name == "query":
        return Argument(name, Source.QUERY, kind)
    return Argument(name, _by_kind(kind), kind)


def _by_kind(kind: Any) -> Source:
    if isinstance(kind, type) and issubclass(kind, Upload):
        return Source.UPLOAD
    return _KINDS.get(kind, Source.DEPENDENCY)


_KINDS: dict[Any, Source] = {
    Seen: Source.SEEN,
    Looking: Source.LOOKING,
    Principal: Source.CALLER,
}
