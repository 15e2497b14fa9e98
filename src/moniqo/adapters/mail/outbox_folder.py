"""The folder in which mails are kept instead of being sent, read."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

SUFFIX = ".eml"


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail of the folder; `file` is its name there."""

    file: str
    to: str
    subject: str
    date: str
    text: str
    html: str


class OutboxFolder:
    """The mails of a folder, which need not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> list[Path]:
        """All of them, the newest first."""
        return sorted(self.path.glob(f"*{SUFFIX}"), reverse=True)

    def mails(self, most: int) -> Iterator[KeptMail]:
        """The newest ones, the newest first."""
        return map(_read, self.files()[:most])

    def find(self, name: str) -> KeptMail | None:
        """The newest whose file's name has `name` in it; `latest` is the newest of all."""
        wanted = (path for path in self.files() if name == "latest" or name in path.name)
        path = next(wanted, None)
        return None if path is None else _read(path)


def _read(path: Path) -> KeptMail:
    message = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
    return KeptMail(
        file=path.name,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=str(message.get("Date", "")),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    content = "" if body is None else body.get_content()
    return content.replace("\r\n", "\n") if isinstance(content, str) else ""
