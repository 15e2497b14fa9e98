"""Who may read and remove files: their owners."""

from datetime import datetime

from moniqo.application.identity.standing import holds
from moniqo.application.shared.access import Access
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import Condition, eq
from moniqo.domain.files.file import File
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.shared.ids import UserId


def owned(user_id: UserId) -> tuple[Condition, ...]:
    """What the user uploaded."""
    return (eq("owner_id", user_id),)


FILES = Access(File, readable=owned, writable=owned)


async def require_there(tx: Transaction, file: File, now: datetime) -> None:
    """Raise `NotFound` if the file's time is over, or its owner may not have it any more."""
    if file.is_over(now) or not await holds(tx, file.owner_id, file.needs):
        raise NotFound("There is nothing here.")
