"""What must be true of people's details beyond the form of each field."""

from dataclasses import dataclass

from moniqo.application.identity.ports import PhoneNumbers
from moniqo.application.shared.faults import Faults
from moniqo.application.shared.system import Clock
from moniqo.domain.identity.user import Birthday, PhoneNumber


@dataclass(frozen=True, slots=True)
class PersonalRules:
    """Birthdays by today's date, phone numbers by their country's rules."""

    clock: Clock
    phones: PhoneNumbers

    def check(
        self, faults: Faults, birthday: Birthday | None, number: PhoneNumber | None
    ) -> PhoneNumber | None:
        """Collect what is wrong; answers the number in its one form."""
        faults.collect(lambda: self._check_birthday(birthday))
        return faults.collect(lambda: None if number is None else self.phones.canonical(number))

    def _check_birthday(self, birthday: Birthday | None) -> None:
        if birthday is not None:
            birthday.require_plausible(self.clock.now().date())
