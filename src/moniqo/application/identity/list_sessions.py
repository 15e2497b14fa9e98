"""Where somebody is signed in."""

from dataclasses import dataclass, replace
from datetime import datetime

from moniqo.application.identity.principal import Principal
from moniqo.application.identity.starting_sessions import live
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Listing, Page
from moniqo.application.shared.system import Clock
from moniqo.domain.identity.device import device_of
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.ids import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session as its owner sees it. `current` is the one that asks."""

    id: SessionId
    device: str
    user_agent: str
    ip: str
    created_at: datetime | None
    last_used_at: datetime
    expires_at: datetime
    current: bool


@dataclass(frozen=True, slots=True)
class ListSessions:
    """A page of the caller's sessions that go on. The listing's fields are those of `Session`."""

    uow: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: Principal, listing: Listing) -> Page[SessionView]:
        """The page."""
        own = live(caller.user_id, self.clock.now())
        async with self.uow() as tx:
            page = await tx[Session].page(replace(listing, where=(*own, *listing.where)))
        return page.holding(_view(session, caller) for session in page.items)


def _view(session: Session, caller: Principal) -> SessionView:
    return SessionView(
        id=session.id,
        device=device_of(session.user_agent),
        user_agent=session.user_agent,
        ip=session.ip,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        current=session.id == caller.session_id,
    )
