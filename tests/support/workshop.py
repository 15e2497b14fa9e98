"""A small API with one of every kind of field and argument: for tests of what all routes share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, NewType
from uuid import UUID

from dishka import AsyncContainer, Provider, Scope, make_async_container

from moniqo.adapters.cache.memory_cache import MemoryCache
from moniqo.adapters.limits.counts import Counts
from moniqo.adapters.limits.sliding_window import SlidingWindow
from moniqo.adapters.limits.two_windows import TwoWindows
from moniqo.adapters.persistence.collection import Collection, Registry
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.adapters.persistence.recording import RecordedUnitOfWork
from moniqo.application.audit.deny_permission import DenyPermission
from moniqo.application.billing.api_calls import ApiCalls
from moniqo.application.identity.authenticate import Authenticate
from moniqo.application.identity.ports import AccessClaims, AccessToken, SessionState
from moniqo.application.identity.principal import Principal
from moniqo.application.operations.answer_once import AnswerOnce
from moniqo.application.shared.access import Access, Archive, Browse, Fetch, own
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.kept_answers import KeptAnswers
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Unauthenticated, Unavailable
from moniqo.domain.shared.ids import AccountId, SessionId, UserId
from moniqo.domain.shared.rules import Length, Range
from moniqo.domain.shared.scalar import Scalar, Secret
from moniqo.domain.shared.types import JsonObject
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists
from support.store import CountingIds, StepClock

ToolId = NewType("ToolId", UUID)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Mark(Scalar[str]):
    """Lower-case text of one to eight letters."""

    __slots__ = ()
    rules = (Length(1, 8),)

    @classmethod
    def normalise(cls, value: str) -> str:
        return value.lower()


class Combination(Secret):
    """Never to be shown."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Blade(Value):
    length: Annotated[Decimal, Range(above=0)]
    teeth: Annotated[int, Range(least=0, most=500)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDraft(Value):
    """A tool as somebody describes it."""

    name: Annotated[str, Length(1, 20)]
    colour: Colour = Colour.RED
    mark: Mark | None = None
    price: Annotated[Decimal, Range(least=0)] = Decimal(0)
    count: int = 0
    is_sharp: bool = False
    bought_at: datetime | None = None
    blades: Annotated[tuple[Blade, ...], Length(0, 5)] = ()
    notes: JsonObject = field(default_factory=lambda: JsonObject({}))
    stock: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoed(ToolDraft):
    """A draft as it was understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Entity):
    """A tool in the workshop."""

    id: ToolId
    user_id: UUID
    name: Annotated[str, Length(1, 20)]
    colour: Colour = Colour.RED
    mark: Mark | None = None
    price: Annotated[Decimal, Range(least=0)] = Decimal(0)
    count: int = 0
    is_sharp: bool = False
    bought_at: datetime | None = None
    blades: tuple[Blade, ...] = ()
    notes: JsonObject = field(default_factory=lambda: JsonObject({}))
    stock: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locker(Value):
    combination: Combination


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Value):
    """What to look for."""

    word: Annotated[str, Length(1, 10)]
    most: Annotated[int, Range(least=1, most=50)] = 5
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Origin(Value):
    """Where a call comes from."""

    actor_id: UUID | None
    request_id: str
    ip_address: str
    user_agent: str


TOOLS = Access(Tool, readable=own, writable=own)


@dataclass(frozen=True, slots=True)
class MakeTool:
    uow: UnitOfWork
    ids: Ids

    async def __call__(self, *, user_id: UserId, draft: ToolDraft) -> Tool:
        async with self.uow() as tx:
            return await tx[Tool].add(
                Tool(id=ToolId(self.ids.new()), user_id=user_id, **replacement(draft))
            )


@dataclass(frozen=True, slots=True)
class ChangeTool:
    uow: UnitOfWork

    async def __call__(
        self, *, user_id: UserId, tool_id: ToolId, changes: Mapping[str, Any]
    ) -> Tool:
        async with self.uow() as tx:
            found = await tx[Tool].get(tool_id, *own(user_id))
            return await tx[Tool].save(found.with_(**changes))


class ToolController(Controller):
    path = "/api/v1/tools"
    tag = "Tools"

    @endpoint(POST, summary="Make a tool", needs="tools:write", status=201, message="Tool made.")
    async def make(self, caller: Principal, data: ToolDraft, make: MakeTool) -> Tool:
        """A new tool of the caller's own."""
        return await make(user_id=caller.user_id, draft=data)

    @endpoint(
        GET,
        summary="List tools",
        lists=Lists(
            Tool,
            sort=("created_at", "name", "price"),
            filters=("colour", "count", "is_sharp", "name", "bought_after", "bought_before"),
            deleted="tools:write",
        ),
    )
    async def index(self, caller: Principal, listing: Listing, browse: Browse[Tool]) -> Page[Tool]:
        """The caller's tools."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(GET, "/call", summary="Tell who calls")
    async def call(self) -> Origin:
        """The call as use cases see it."""
        call = current_call.get()
        return Origin(call.actor_id, call.request_id, call.ip_address, call.user_agent)

    @endpoint(GET, "/{tool_id}", summary="Get a tool")
    async def fetch(self, caller: Principal, tool_id: ToolId, fetch: Fetch[Tool]) -> Tool:
        """One of the caller's tools."""
        return await fetch(user_id=caller.user_id, entity_id=tool_id)

    @endpoint(PATCH, "/{tool_id}", summary="Change a tool", needs="tools:write")
    async def change(
        self,
        caller: Principal,
        tool_id: ToolId,
        changes: Changes[ToolDraft],
        change: ChangeTool,
    ) -> Tool:
        """Change what is sent and leave the rest."""
        return await change(user_id=caller.user_id, tool_id=tool_id, changes=changes)

    @endpoint(DELETE, "/{tool_id}", summary="Remove a tool", message="Tool removed.")
    async def remove(self, caller: Principal, tool_id: ToolId, archive: Archive[Tool]) -> None:
        """Remove one of the caller's tools."""
        await archive(user_id=caller.user_id, entity_id=tool_id)


class OpenController(Controller):
    path = "/api/v1/open"
    tag = "Open"

    @endpoint(POST, "/echo", summary="Say it again", public=True)
    async def echo(self, data: ToolDraft) -> Echoed:
        """What was sent."""
        return Echoed(**{name: getattr(data, name) for name in ToolDraft.__slots__})

    @endpoint(GET, "/search", summary="Search", public=True)
    async def search(self, query: Search) -> Search:
        """The question itself."""
        return query

    @endpoint(POST, "/ring", summary="Ring the bell", public=True, status=202)
    async def ring(self) -> None:
        """Nothing to say."""

    @endpoint(GET, "/broken", summary="Break", public=True)
    async def broken(self) -> Echoed:
        """A fault of ours."""
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    @endpoint(GET, "/closed", summary="Closed", public=True)
    async def closed(self) -> Echoed:
        """A store that is away."""
        raise Unavailable("The store is closed.", retry_after=7)


class LeakyController(Controller):
    path = "/api/v1/locker"
    tag = "Leaky"

    @endpoint(GET, summary="Open the locker", public=True)
    async def look(self) -> Locker:
        """Must not start."""
        raise NotImplementedError


class Missing:
    """What no container has."""


class MissingController(Controller):
    path = "/api/v1/missing"
    tag = "Missing"

    @endpoint(GET, summary="Miss", public=True)
    async def miss(self, missing: Missing) -> Echoed:
        """Must not start."""
        raise NotImplementedError


class Uncounted:
    """See `ApiCalls`."""

    async def count(self, user_id: UserId) -> None: ...

    async def used(self, user_id: UserId) -> Decimal:
        raise NotImplementedError


class Members:
    """All but Bob may write tools; their names are their tokens."""

    def __init__(self) -> None:
        ids = CountingIds(7)
        self.users = {name: UserId(ids.new()) for name in ("alice", "bob", "carol")}
        self._sessions = {name: SessionId(ids.new()) for name in self.users}

    def issue(self, *, user_id: UserId, session_id: SessionId, role: str) -> AccessToken:
        raise NotImplementedError

    def read(self, text: str) -> AccessClaims:
        if text not in self.users:
            raise Unauthenticated("The access token is not valid.")
        return AccessClaims(self.users[text], self._sessions[text])

    async def by_session(self, session_id: SessionId) -> SessionState | None:
        name = next(key for key, value in self._sessions.items() if value == session_id)
        return SessionState(
            session_id=session_id,
            user_id=self.users[name],
            account_id=AccountId(self.users[name]),
            email=f"{name}@example.com",
            role="User",
            permissions=frozenset() if name == "bob" else frozenset({"tools:write"}),
            is_active=True,
            is_verified=True,
            is_revoked=False,
            expires_at=datetime.max.replace(tzinfo=StepClock().now().tzinfo),
        )


def workshop_container(calls_per_minute: int = 1_000_000) -> AsyncContainer:
    """The workshop's use cases on a store in memory."""
    provider = Provider(scope=Scope.APP)
    registry = Registry(*REGISTRY, Collection(Tool, "tools"))
    clock, ids, members = StepClock(), CountingIds(), Members()
    kept = KeptAnswers(MemoryCache(60, 1_000_000), frozenset({Tool}))
    uow = RecordedUnitOfWork(MemoryBackend(registry), registry, clock, ids, kept=kept)
    made = {
        KeptAnswers: kept,
        Clock: clock,
        Ids: ids,
        ApiCalls: Uncounted(),
        UnitOfWork: uow,
        Counts: SlidingWindow(TwoWindows(), calls_per_minute),
        Authenticate: Authenticate(members, members, clock),
        DenyPermission: DenyPermission(uow, ids),
        AnswerOnce: AnswerOnce(uow, clock, ids),
        MakeTool: MakeTool(uow, ids),
        ChangeTool: ChangeTool(uow),
        Browse[Tool]: Browse(uow, TOOLS),
        Fetch[Tool]: Fetch(uow, TOOLS),
        Archive[Tool]: Archive(uow, TOOLS),
    }
    for kind in made:
        provider.from_context(provides=kind)
    return make_async_container(provider, context=made)
