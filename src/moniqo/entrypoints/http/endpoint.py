"""`@endpoint`: a controller's method says by its signature what it takes and what it answers."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPMethod, HTTPStatus
from typing import Any, ClassVar, Required, TypedDict, TypeVar, Unpack, get_type_hints

from moniqo.application.shared.cache import Part
from moniqo.domain.shared.errors import AppError
from moniqo.entrypoints.http.arguments import Argument, Source, arguments_of
from moniqo.entrypoints.http.lists import Lists

F = TypeVar("F", bound=Callable[..., Any])
MadeOf = Callable[[Any], tuple[Part, ...]]
"""By the caller (None on public routes), whose entities an answer shows."""
GET, POST, PUT = HTTPMethod.GET, HTTPMethod.POST, HTTPMethod.PUT
PATCH, DELETE = HTTPMethod.PATCH, HTTPMethod.DELETE
_MARK = "__endpoint__"
_MAKING = (HTTPStatus.CREATED, HTTPStatus.ACCEPTED)


class Says(TypedDict, total=False):
    """What a route says of itself beside its signature; see `Endpoint`."""

    summary: Required[str]
    message: str
    status: int
    needs: str | None
    public: bool
    limited: bool
    lists: Lists | None
    refuses: tuple[type[AppError], ...]
    example: Mapping[str, Any] | None
    media: tuple[str, ...]
    headers: Mapping[str, str]
    made_of: MadeOf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is known of a route before the application starts.

    `needs` is the permission that a caller must hold; `public` routes ask for no token. Calls of
    those that are not `limited` are not counted.
    `refuses` are the errors that its shape does not tell of, `example` a request body where
    one cannot be made up from the fields that must be there. `media` are the types of what is
    answered instead of the envelope, `headers` the meanings of headers that come with it.
    A read that is `made_of` what the function names for a caller is kept until that changes;
    `Fetch` and `Browse` know it by themselves. Not for one that leaves a trace, nor for one whose
    answer changes with time.
    """

    method: HTTPMethod
    path: str
    summary: str
    message: str = "OK."
    status: int = 200
    needs: str | None = None
    public: bool = False
    limited: bool = True
    lists: Lists | None = None
    refuses: tuple[type[AppError], ...] = ()
    example: Mapping[str, Any] | None = None
    media: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    made_of: MadeOf | None = None
    function: Callable[..., Any]
    arguments: tuple[Argument, ...]
    returns: Any
    tag: str = ""

    @property
    def route(self) -> str:
        """Method and path: `GET /api/v1/plans/{plan_id}`."""
        return f"{self.method} {self.path}"

    @property
    def shows_removed(self) -> bool:
        """Whether it is a list that shows removed items to whoever may remove them."""
        return self.lists is not None and self.lists.deleted is not None

    @property
    def repeatable(self) -> bool:
        """Whether it makes something of the caller's, so that an idempotency key is honoured."""
        return self.method is POST and self.status in _MAKING and not self.public

    def taken(self, *sources: Source) -> Argument | None:
        """The argument that comes from one of `sources`, if any."""
        return next((item for item in self.arguments if item.source in sources), None)

    @property
    def acts(self) -> bool:
        """Whether it is a GET for the sake of what it does: such a one answers nothing."""
        return self.method is GET and self.returns is type(None)

    @property
    def description(self) -> str:
        """The method's docstring."""
        return inspect.cleandoc(self.function.__doc__ or "")


class Controller:
    """Routes below one path, described under one tag."""

    path: ClassVar[str]
    tag: ClassVar[str]


def endpoint(method: HTTPMethod, path: str = "", **says: Unpack[Says]) -> Callable[[F], F]:
    """Make a controller's method a route.

    Its parameters: a name in the path template is a UUID; `data` the body; `changes` a
    `Changes[Payload]`; an `Upload` the file that was sent; `listing` a `Listing` read as `lists`
    says; `query` a dataclass of query parameters; a `Principal` the caller; `Seen` what the
    client has already; `Looking` whether HEAD asks, which a GET that acts must take; everything
    else a dependency, resolved once.
    """

    def mark(function: F) -> F:
        found = Endpoint(
            method=method,
            path=path,
            function=function,
            arguments=arguments_of(function, path, has_lists=says.get("lists") is not None),
            returns=get_type_hints(function, include_extras=True)["return"],
            **says,
        )
        if found.acts and found.taken(Source.LOOKING) is None:
            raise TypeError("a GET that acts must do nothing when it is only looked at")
        setattr(function, _MARK, found)
        return function

    return mark


def endpoints_of(controller: type[Controller]) -> list[Endpoint]:
    """The controller's routes in the order they are written, with full paths."""
    marked = (getattr(member, _MARK, None) for member in vars(controller).values())
    return [
        _below(controller, found, controller()) for found in marked if isinstance(found, Endpoint)
    ]


def _below(controller: type[Controller], found: Endpoint, instance: Controller) -> Endpoint:
    values = {name: getattr(found, name) for name in found.__slots__}
    values["path"] = controller.path + found.path
    values["function"] = found.function.__get__(instance)
    return Endpoint(**{**values, "tag": controller.tag})
