"""How much may be uploaded, and of what."""

from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.identity.throttle import Allowance
from moniqo.domain.files.kind import PICTURES, FileKind

KIND = "upload"
"""Under which uploads are counted."""


@dataclass(frozen=True, slots=True)
class FileTerms:
    """The operator's choices; `avatar_kinds` are among `PICTURES`."""

    uploads_per_hour: int = 60
    link_life: timedelta = timedelta(minutes=5)
    avatar_kinds: frozenset[FileKind] = PICTURES

    @property
    def allowance(self) -> Allowance:
        """How many uploads a user has, of whatever kind."""
        return Allowance(KIND, self.uploads_per_hour, timedelta(hours=1))
