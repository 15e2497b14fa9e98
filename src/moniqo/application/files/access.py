"""Who may read and remove files: their owners."""

from moniqo.application.shared.access import Access
from moniqo.application.shared.query import Condition, eq
from moniqo.domain.files.file import File
from moniqo.domain.shared.ids import UserId


def owned(user_id: UserId) -> tuple[Condition, ...]:
    """What the user uploaded."""
    return (eq("owner_id", user_id),)


FILES = Access(File, readable=owned, writable=owned)
