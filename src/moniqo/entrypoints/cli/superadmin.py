"""Who the first Superadmin is to be."""

from dataclasses import replace

import rich_click as click

from moniqo.domain.shared.errors import Invalid
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.values import Passphrase


def with_superadmin(
    settings: Settings, email: str | None, password: str | None, *, ask: bool
) -> Settings:
    """The settings with the Superadmin of the options, else of the settings, else as answered."""
    known = settings.superadmin
    email = email or known.superadmin_email
    if email is None and ask:
        email = click.prompt("The Superadmin's e-mail address", err=True)
    secret = Passphrase(password) if password else known.superadmin_password
    if email is not None and secret is None and ask:
        answered = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        secret = Passphrase(answered)
    if email is not None and secret is None:
        raise Invalid.field("password", "is needed for the Superadmin: --password or the setting")
    chosen = replace(known, superadmin_email=email, superadmin_password=secret)
    return replace(settings, superadmin=chosen)
