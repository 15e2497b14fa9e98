"""The person behind an account."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from moniqo.domain.shared.entity import Entity, Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import AccountId, RoleId, UserId
from moniqo.domain.shared.rules import Length, Pattern, Range

OLDEST_YEARS = 150

PersonName = Annotated[
    str,
    Length(1, 100),
    Pattern(r"(?=.*\S)[^\x00-\x1f\x7f-\x9f]+", "a name in one line"),
]


@dataclass(frozen=True, slots=True)
class Birthday(Value):
    """A day that the calendar has."""

    day: Annotated[int, Range(least=1, most=31)]
    month: Annotated[int, Range(least=1, most=12)]
    year: Annotated[int, Range(least=1, most=9999)]

    def check(self) -> None:
        """Refuse the 30th of February."""
        try:
            date(self.year, self.month, self.day)
        except ValueError as error:
            raise Invalid.field("day", "is not a day of that month") from error

    def require_plausible(self, today: date) -> None:
        """Raise `Invalid` unless it lies before `today` and at most 150 years back."""
        born = date(self.year, self.month, self.day)
        earliest = (today.year - OLDEST_YEARS, today.month, today.day)
        if born >= today:
            raise Invalid.field("birthday", "must lie in the past")
        if (self.year, self.month, self.day) < earliest:
            raise Invalid.field("birthday", f"must be at most {OLDEST_YEARS} years ago")


@dataclass(frozen=True, slots=True)
class PhoneNumber(Value):
    """A number with its country's calling code (`+49`), digits only.

    Whether the country has such numbers is known to the `PhoneNumbers` port.
    """

    country_code: Annotated[str, Pattern(r"\+?[1-9][0-9]{0,2}", "a calling code such as +49")]
    mobile_number: Annotated[str, Pattern(r"[0-9]{4,14}", "4 to 14 digits")]


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Entity):
    """A person with a role; everything that somebody owns refers to them."""

    id: UserId
    account_id: AccountId
    first_name: PersonName
    last_name: PersonName
    birthday: Birthday | None = None
    phone_number: PhoneNumber | None = None
    avatar_key: Annotated[str, Length(1, 255)] | None = None
    role_id: RoleId

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"
