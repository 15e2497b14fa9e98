"""The password policy as one question."""

from dataclasses import dataclass

from moniqo.application.identity.ports import CommonPasswords
from moniqo.domain.identity.credentials import Email, Password
from moniqo.domain.identity.password_policy import password_faults
from moniqo.domain.shared.errors import Fault, WeakPassword


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """What a new password must be like. `classes` demands four kinds of characters."""

    common: CommonPasswords
    classes: bool = True

    def require(
        self,
        password: Password,
        *,
        email: Email | None,
        names: tuple[str, ...],
        field: str = "password",
    ) -> None:
        """Raise `WeakPassword` naming, for `field`, each rule that is broken.

        `email` is None while the address itself is still at fault.
        """
        known = names
        if email is not None:
            known = (*names, email.value, email.value.partition("@")[0])
        messages = password_faults(password, names=known, classes=self.classes)
        if self.common.holds(password):
            messages = (*messages, "must not be one of the most common passwords")
        if messages:
            faults = tuple(Fault(field, message) for message in messages)
            raise WeakPassword("The password is too weak.", faults=faults)
