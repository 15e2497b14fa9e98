"""Starting a session in the transaction of a sign-in."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from moniqo.application.identity.members import Member
from moniqo.application.identity.ports import AccessTokens, RefreshTokens
from moniqo.application.identity.signed_in import SessionTerms, SignedIn, signed_in
from moniqo.application.shared.caller import current_call
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, Listing, eq, gte, is_null
from moniqo.application.shared.system import Clock, Ids
from moniqo.domain.identity.credentials import TokenHash
from moniqo.domain.identity.events import NewDeviceSignedIn
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.shared.ids import SessionId, UserId

_AT_ONCE = 1000
_REMEMBERED = 200
"""The latest sessions by one program of a user that a new one is compared with."""
_NETWORK_BITS = {4: 24, 6: 48}
"""How much of an address stays the same at one provider."""


@dataclass(frozen=True, slots=True)
class SessionStarts:
    """Makes sessions, each within a user's number of them."""

    clock: Clock
    ids: Ids
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    terms: SessionTerms

    async def start(self, tx: Transaction, member: Member) -> tuple[SessionId, SignedIn]:
        """A session of the member from where the call comes; the oldest give way to it.

        The account is to have been saved in `tx` before, so that of two sign-ins at once one
        sees the other. Tells of a device that was never seen before, unless it is the first.
        """
        now = self.clock.now()
        session_id = SessionId(self.ids.new())
        token = self.refresh_tokens.issue(session_id, 0)
        session = self._session(session_id, member.user.id, token.hash, now)
        if member.account.last_login_at is not None and await _is_new(tx, session):
            tx.emit(
                NewDeviceSignedIn(
                    user_id=session.user_id,
                    session_id=session.id,
                    ip=session.ip,
                    user_agent=session.user_agent,
                )
            )
        await self._make_room(tx, member.user.id, now)
        await tx[Session].add(session)
        return session_id, signed_in(self.access_tokens, member, session_id, token)

    async def _make_room(self, tx: Transaction, user_id: UserId, now: datetime) -> None:
        kept = self.terms.at_most - 1
        listing = Listing(where=live(user_id, now), sort=("-id",), offset=kept, limit=_AT_ONCE)
        for oldest in (await tx[Session].page(listing)).items:
            await tx[Session].save(oldest.revoked(RevokeReason.EVICTED, now))

    def _session(
        self, session_id: SessionId, user_id: UserId, token: TokenHash, now: datetime
    ) -> Session:
        call = current_call.get()
        return Session(
            id=session_id,
            user_id=user_id,
            refresh_hash=token,
            expires_at=now + min(self.terms.idle, self.terms.absolute),
            absolute_expires_at=now + self.terms.absolute,
            ip=call.ip_address[:64],
            user_agent=call.user_agent[:500],
            last_used_at=now,
        )


def live(user_id: UserId, now: datetime) -> tuple[Condition, ...]:
    """The user's sessions that go on."""
    return (eq("user_id", user_id), is_null("revoked_at"), gte("expires_at", now))


async def _is_new(tx: Transaction, session: Session) -> bool:
    by_program = (eq("user_id", session.user_id), eq("user_agent", session.user_agent))
    listing = Listing(where=by_program, sort=("-created_at",), limit=_REMEMBERED)
    known = (await tx[Session].page(listing)).items
    return network_of(session.ip) not in {network_of(other.ip) for other in known}


def network_of(address: str) -> str:
    """The network of an IP address, as wide as one provider's customer moves about in."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/{_NETWORK_BITS[found.version]}", strict=False))
