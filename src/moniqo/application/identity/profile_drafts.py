"""What people, or operators for them, change about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moniqo.application.identity.personal_rules import PersonalRules
from moniqo.application.shared.faults import Faults
from moniqo.domain.identity.credentials import Username
from moniqo.domain.identity.user import Birthday, PersonName, PhoneNumber
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDraft(Value):
    """Who somebody is. Address, role and the state of the account have routes of their own."""

    first_name: PersonName
    last_name: PersonName
    username: Username | None = None
    birthday: Birthday | None = None
    phone_number: PhoneNumber | None = None


def checked_details(rules: PersonalRules, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes with the number in its one form; raises `Invalid` naming every fault."""
    faults = Faults()
    number = rules.check(faults, changes.get("birthday"), changes.get("phone_number"))
    if faults.found:
        raise faults.summed_up()
    return {**changes, "phone_number": number} if "phone_number" in changes else dict(changes)
