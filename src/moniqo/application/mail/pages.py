"""Where the links in mails lead."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from moniqo.domain.files.file import FileId
from moniqo.domain.identity.mail_token import MailPurpose

API = "/api/v1/auth"
FILES = "/api/v1/files"


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses of pages; those that prove something take the token as `?token=`.

    `home` is empty if there is nothing to open: then mails say nothing of it.
    """

    home: str
    verify: str
    reset: str
    email_change: str
    files: str

    @classmethod
    def of_frontend(cls, base: str) -> Self:
        """The pages of a web application at `base`."""
        base = base.rstrip("/")
        return cls(
            base,
            f"{base}/verify-email",
            f"{base}/reset-password",
            f"{base}/confirm-email-change",
            f"{base}/files",
        )

    @classmethod
    def of_api(cls, base: str, *, documented: bool) -> Self:
        """Without a web application: the routes themselves, which answer GET for its sake.

        What there is to open is their documentation, if that is shown.
        """
        base = base.rstrip("/")
        auth = f"{base}{API}"
        return cls(
            f"{base}/docs" if documented else "",
            f"{auth}/verify-email",
            f"{auth}/reset-password",
            f"{auth}/confirm-email-change",
            f"{base}{FILES}",
        )

    def file(self, file_id: FileId) -> str:
        """Where its owner, signed in, downloads a file."""
        return f"{self.files}/{file_id}"

    def link(self, purpose: MailPurpose, token: str) -> str:
        """What to follow to prove oneself. The letters of tokens need no escape."""
        page = {
            MailPurpose.VERIFY: self.verify,
            MailPurpose.RESET: self.reset,
            MailPurpose.EMAIL_CHANGE: self.email_change,
        }
        return f"{page[purpose]}?token={token}"


def in_words(lifetime: timedelta) -> str:
    """`24 hours`, `1 hour`, `45 minutes`."""
    minutes = int(lifetime.total_seconds() // 60)
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
