"""Ports to whoever carries mails, and to what words them."""

from dataclasses import dataclass, field
from typing import Annotated, Protocol

from moniqo.application.mail.letters import Letter
from moniqo.application.shared.outside import Outside
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.rules import Length, Pattern

SUBJECT = 200
"""Most characters of a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail(Value):
    """A mail to one address. Its own text does not show what it says: that may hold a token."""

    to: Email
    subject: Annotated[
        str, Length(1, SUBJECT), Pattern(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+", "one line")
    ]
    text: str = field(repr=False)
    html: str = field(repr=False)


class Mailer(Outside, Protocol):
    """Whoever takes mails to be delivered."""

    async def send(self, mail: Mail, *, key: str) -> None:
        """Hand the mail over. The key (1 to 100 of `A-Za-z0-9-`) tells that it is the same one.

        Raises `Unavailable` if it may be tried again, with `retry_after` where the other side
        says when, and `Undeliverable` if this mail is refused for good. Neither names the
        recipient or a secret.
        """

    async def probe(self) -> str:
        """How things stand, in words; changes nothing.

        Raises `Unavailable` saying what to do if no mail would be taken now.
        """


class MailTemplates(Protocol):
    """Words mails: a subject in one line, plain text, and HTML in which all data is escaped."""

    def render(self, letter: Letter, *, to: Email) -> Mail:
        """The letter as a mail to that address; raises `LookupError` without a template for it."""
