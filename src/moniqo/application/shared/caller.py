"""Who asks, for whom and from where: known to every use case without being passed along."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CallContext:
    """The origin of the work at hand, stamped on rows and audit entries.

    `actor_id` is the user who asks, None for the system itself. `expected` names entities and
    the versions that the caller has seen: a change of one at another version is refused. With
    `expects_one` nothing is changed unless one of them is met.
    """

    actor_id: UUID | None = None
    request_id: str = ""
    ip_address: str = ""
    user_agent: str = ""
    expected: tuple[tuple[UUID, int], ...] = ()
    expects_one: bool = False


SYSTEM = CallContext()
current_call: ContextVar[CallContext] = ContextVar("current_call", default=SYSTEM)


@contextmanager
def acting_as(user_id: UUID) -> Iterator[None]:
    """Meanwhile the call is the user's, who proved to be that by other means than a session."""
    token = current_call.set(replace(current_call.get(), actor_id=user_id))
    try:
        yield
    finally:
        current_call.reset(token)
