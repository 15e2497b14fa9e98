"""Ending a user's sessions in somebody else's transaction."""

from datetime import datetime

from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Listing, eq, is_null
from moniqo.domain.identity.session import RevokeReason, Session
from moniqo.domain.shared.ids import SessionId, UserId

_AT_ONCE = 200


async def end_sessions(
    tx: Transaction,
    user_id: UserId,
    reason: RevokeReason,
    now: datetime,
    *,
    but: SessionId | None = None,
) -> int:
    """End every session of the user that was not ended before, save `but`; answers how many.

    Their tokens are refused from the commit on, for good.
    """
    ended = 0
    listing = Listing(where=(eq("user_id", user_id), is_null("revoked_at")), limit=_AT_ONCE)
    while True:
        page = await tx[Session].page(listing)
        open_ones = [session for session in page.items if session.id != but]
        for session in open_ones:
            await tx[Session].save(session.revoked(reason, now))
        ended += len(open_ones)
        if not open_ones or not page.has_more:
            return ended
