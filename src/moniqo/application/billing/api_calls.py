"""The port that counts API calls, which come too often to write each of them down at once."""

from decimal import Decimal
from typing import Protocol

from moniqo.domain.shared.ids import UserId


class ApiCalls(Protocol):
    """Counts the calls of a day within the limit `api_calls_per_day` of the plan in force.

    What one process has counted is stored, and what others have is seen, at least every second
    and when the process ends: so much is forgotten when one is killed. Where few calls are left,
    each is stored before it goes on, so that as many pass as the plan allows, wherever they come.
    No more than the limit is ever stored.
    """

    async def count(self, user_id: UserId) -> None:
        """Count a call; raises `QuotaExceeded` if there is none left of today's.

        A refused call is not counted. Another plan holds from the next call on.
        """

    async def used(self, user_id: UserId) -> Decimal:
        """Today's calls: all that are stored, and those of this process that are not yet."""
