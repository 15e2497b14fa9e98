"""Users and their accounts seen as one, for lists that filter and sort by the fields of both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from moniqo.application.shared.query import Condition, Listing, Page, contains
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.credentials import Email, Username
from moniqo.domain.identity.user import Birthday, PersonName, PhoneNumber, User
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.ids import RoleId, UserId
from moniqo.domain.shared.schema import schema

NAMES = "names"
"""What a condition made by `mentioning` is about; no other condition may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Entity):
    """A user with what the account tells; id, version and times are the user's. Never stored."""

    id: UserId
    email: Email
    username: Username | None
    first_name: PersonName
    last_name: PersonName
    birthday: Birthday | None
    phone_number: PhoneNumber | None
    role_id: RoleId
    is_verified: bool
    is_active: bool
    last_login_at: datetime | None

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def joined(user: User, account: Account) -> Person:
    """A user and their account as one."""
    return Person(**{name: getattr(user if name in OF_USER else account, name) for name in _FIELDS})


_FIELDS = tuple(field.name for field in schema(Person))
OF_USER = frozenset(field.name for field in schema(User)) & {*_FIELDS}
"""The fields that are the user's; the others are the account's."""
OF_ACCOUNT = {*_FIELDS} - OF_USER


class PeopleReader(Protocol):
    """Reads users joined with their accounts."""

    async def page(self, listing: Listing) -> Page[Person]:
        """One page; the listing speaks of the fields of `Person`, and of what `mentioning` asks.

        Raises `Invalid` for a cursor that is not of this listing, `Unavailable`.
        """


def mentioning(text: str) -> Condition:
    """The text is in the full name, the address or the username; A to Z in either case."""
    return contains(NAMES, lowered(text))


def lowered(text: str) -> str:
    """A to Z in lower case, everything else untouched: what every store does alike."""
    return text.translate(_LOWER)


_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
