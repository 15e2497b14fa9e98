"""What mails say. A letter's class names its template, its fields are what the template shows.

`name` is whom the mail greets, empty for nobody. Every other text may come from somebody else:
templates show it, and never obey it.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Value):
    """The base of all."""

    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Letter):
    """Has a link that proves who follows it, good for `lifetime` (in words) and once."""

    purpose: ClassVar[MailPurpose]

    link: str = field(repr=False)
    lifetime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome(Letter):
    """The account can be used."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification(Linked):
    """Confirm that this address is yours."""

    purpose = MailPurpose.VERIFY


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset(Linked):
    """Choose another password."""

    purpose = MailPurpose.RESET


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Linked):
    """An account was made for you: choose its password."""

    purpose = MailPurpose.RESET


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChange(Linked):
    """Confirm that this is your new address."""

    purpose = MailPurpose.EMAIL_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailWasChanged(Letter):
    """Told to the old address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordWasChanged(Letter):
    """Told whoever did it."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice(Letter):
    """Somebody signed in from where nobody had before."""

    device: str
    address: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Letter):
    """A refresh token came twice, and its session is over."""

    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationLetter(Letter):
    """What stands among the user's notifications as well."""

    title: str
    description: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine(Value):
    """One of many notifications, and when it was made."""

    title: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDigest(Letter):
    """Many notifications in one mail: the newest ones, and how many `more` there are, if any."""

    count: str
    lines: tuple[DigestLine, ...]
    more: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine(Value):
    """How many there were of something."""

    name: str
    count: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyLetter(Letter):
    """What operators are told about a day by the clocks of `zone`."""

    day: str
    zone: str
    lines: tuple[FigureLine, ...]
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIsReady(Letter):
    """What they asked for can be downloaded up to the instant `until`, by whoever is signed in."""

    start: str
    end: str
    rows: str
    until: str
    link: str


LETTERS: tuple[type[Letter], ...] = (
    Welcome,
    Verification,
    PasswordReset,
    Invitation,
    EmailChange,
    EmailWasChanged,
    PasswordWasChanged,
    NewDevice,
    SessionEnded,
    NotificationLetter,
    NoticeDigest,
    DailyLetter,
    ReportIsReady,
)
"""Every kind of mail."""
