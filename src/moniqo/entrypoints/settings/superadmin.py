"""Settings of the first administrator."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from moniqo.entrypoints.settings.values import Passphrase


@dataclass(frozen=True, slots=True)
class Superadmin:
    """The first administrator, made by `moniqo init`."""

    superadmin_email: Annotated[str | None, Meta(description="Their e-mail address.")] = None
    superadmin_password: Annotated[
        Passphrase | None, Meta(description="Their first password; change it, then remove it here.")
    ] = None
    superadmin_first_name: Annotated[
        str, Meta(min_length=1, max_length=100, description="Their first name.")
    ] = "Super"
    superadmin_last_name: Annotated[
        str, Meta(min_length=1, max_length=100, description="Their last name.")
    ] = "Admin"
