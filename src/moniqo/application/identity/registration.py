"""What somebody says to become a user, and what they hear if the name is taken."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.domain.identity.credentials import Password, Username
from moniqo.domain.identity.user import Birthday, PersonName, PhoneNumber
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import (
    AlreadyExists,
    AppError,
    EmailAlreadyRegistered,
    UsernameTaken,
)
from moniqo.domain.shared.ids import RoleId
from moniqo.domain.shared.rules import Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Value):
    """Who wants to become a user, as they say."""

    email: Annotated[str, Length(3, 320)]
    password: Password
    first_name: PersonName
    last_name: PersonName
    username: Username | None = None
    birthday: Birthday | None = None
    phone_number: PhoneNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Value):
    """Whom an operator lets in: they choose their password themselves, by a mailed link.

    Without `role_id` they are ordinary users.
    """

    email: Annotated[str, Length(3, 320)]
    first_name: PersonName
    last_name: PersonName
    username: Username | None = None
    birthday: Birthday | None = None
    phone_number: PhoneNumber | None = None
    role_id: RoleId | None = None


def refusal(problem: AlreadyExists) -> AppError:
    """What to tell somebody whose address or username belongs to somebody else already."""
    taken = {fault.field for fault in problem.faults}
    if "email" in taken:
        return address_taken()
    if "username" in taken:
        return UsernameTaken("This username is taken.")
    return problem


def address_taken() -> AppError:
    """What is told of an address that is somebody else's."""
    return EmailAlreadyRegistered("This e-mail address is registered already.")
