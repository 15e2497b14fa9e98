"""Where somebody is signed in."""

from moniqo.application.identity.list_sessions import ListSessions, SessionView
from moniqo.application.identity.log_out import LogOut
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.identity.session import Session
from moniqo.domain.shared.ids import SessionId
from moniqo.entrypoints.http.endpoint import DELETE, GET, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists

SESSIONS = Lists(
    Session,
    sort=("created_at", "last_used_at"),
    filters=("created_after", "created_before"),
    default=("-last_used_at",),
)


class SessionController(Controller):
    """`/auth/sessions`."""

    path = "/api/v1/auth/sessions"
    tag = "Auth"

    @endpoint(GET, summary="List where you are signed in", lists=SESSIONS)
    async def index(
        self, caller: Principal, listing: Listing, list_sessions: ListSessions
    ) -> Page[SessionView]:
        """Your sessions that go on, the one in use last first; `current` is this one."""
        return await list_sessions(caller=caller, listing=listing)

    @endpoint(DELETE, "/{session_id}", summary="End a session", message="The session was ended.")
    async def end(self, caller: Principal, session_id: SessionId, log_out: LogOut) -> None:
        """Sign out on another device; its tokens are refused from the next request on."""
        await log_out(user_id=caller.user_id, session_id=session_id)
