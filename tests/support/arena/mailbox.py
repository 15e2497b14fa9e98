"""The folder into which the servers put their mail."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit

WAIT_SECONDS = 20
_LINK = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Every mail that was sent, whoever it was sent to."""

    folder: Path

    def mails(self, address: str) -> list[EmailMessage]:
        """What one address got, oldest first."""
        found = sorted(self.folder.rglob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [mail for mail in map(_read, found) if address in str(mail["To"])]

    async def mail(self, address: str, number: int = 1) -> EmailMessage:
        """The mail of that number to an address, waited for."""
        deadline = monotonic() + WAIT_SECONDS
        while monotonic() < deadline:
            found = self.mails(address)
            if len(found) >= number:
                return found[number - 1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{address} got {len(self.mails(address))} mails, not {number}")

    async def token(self, address: str, words: str = "", number: int = 1) -> str:
        """The token of the newest link in the mails whose link contains `words`, waited for.

        `number` says how many such links there must be.
        """
        deadline = monotonic() + WAIT_SECONDS
        while monotonic() < deadline:
            found = [token for mail in self.mails(address) for token in _tokens(mail, words)]
            if len(found) >= number:
                return found[-1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"{address} got no {number} links with {words!r}")

    def every_token(self) -> set[str]:
        """The token of every link that was ever mailed."""
        mails = map(_read, self.folder.rglob("*.eml"))
        return {token for mail in mails for token in _tokens(mail, "")}


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=policy.default)  # type: ignore[return-value]


def _tokens(mail: EmailMessage, words: str) -> Iterator[str]:
    part = mail.get_body(("plain", "html"))
    for link in _LINK.findall(part.get_content() if part else ""):
        if words in link:
            yield from parse_qs(urlsplit(link).query).get("token", ())
