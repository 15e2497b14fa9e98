"""Mails as messages of RFC 5322."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from moniqo.application.mail.ports import Mail

_KEY = re.compile(r"[A-Za-z0-9-]{1,100}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails come from, and to whom answers go."""

    address: str
    name: str
    reply_to: str | None = None

    @property
    def mailbox(self) -> str:
        """Name and address as a header has them."""
        return str(Address(self.name, addr_spec=self.address))

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.address.rpartition("@")[2]


def required(key: str) -> str:
    """The key; raises `ValueError` unless it can stand in headers and names of files."""
    if _KEY.fullmatch(key) is None:
        raise ValueError("a mail's key has 1 to 100 letters, digits and dashes")
    return key


def message_of(
    mail: Mail, sender: Sender, *, key: str, now: datetime, policy: Any = SMTP
) -> EmailMessage:
    """The mail in both forms. Its Message-ID follows from the key: a second copy is known by it."""
    message = EmailMessage(policy)
    message["From"] = sender.mailbox
    message["To"] = mail.to.value
    message["Subject"] = mail.subject
    message["Date"] = now
    message["Message-ID"] = f"<{required(key)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is told to it
    if sender.reply_to is not None:
        message["Reply-To"] = sender.reply_to
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
