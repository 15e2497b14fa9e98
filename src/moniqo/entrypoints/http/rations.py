"""How often each caller may call, and how that is told."""

from dataclasses import dataclass

from moniqo.adapters.limits.counts import Counts, Standing
from moniqo.application.identity.principal import Principal
from moniqo.application.shared.rate_key import rate_key
from moniqo.entrypoints.http.wire import Header

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Rations:
    """One count for each user, whatever the token or session; one for each unknown address.

    Administrators are counted only if `admins_too`.
    """

    counts: Counts
    admins_too: bool

    async def take(self, caller: Principal | None, address: str) -> Standing | None:
        """How the caller stands after one more call; None for whom nothing is counted."""
        if caller is None:
            return await self.counts.take(f"address {rate_key(address)}")
        if caller.is_admin and not self.admins_too:
            return None
        return await self.counts.take(f"user {caller.user_id}")


def headers_of(standing: Standing) -> tuple[Header, ...]:
    """The standing in the older form, and in the newer (draft-ietf-httpapi-ratelimit-headers)."""
    return (
        (b"ratelimit-limit", b"%d" % standing.limit),
        (b"ratelimit-remaining", b"%d" % standing.remaining),
        (b"ratelimit-reset", b"%d" % standing.reset),
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (standing.limit, WINDOW_SECONDS)),
        (b"ratelimit", b'"default";r=%d;t=%d' % (standing.remaining, standing.reset)),
    )
