"""What somebody signs in with."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.domain.identity.credentials import Password
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import Length


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials(Value):
    """E-mail address or username, exactly one of them, and the password."""

    email: Annotated[str, Length(1, 320)] | None = None
    username: Annotated[str, Length(1, 320)] | None = None
    password: Password

    def check(self) -> None:
        """Neither both names nor none."""
        if (self.email is None) == (self.username is None):
            message = "give either email or username"
            faults = (Fault("email", message), Fault("username", message))
            raise Invalid("Give either email or username.", faults=faults)
