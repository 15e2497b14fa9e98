"""What a first start asks for and writes."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import rich_click as click

from moniqo.domain.shared.errors import Invalid, Unavailable
from moniqo.entrypoints.settings import Settings
from moniqo.entrypoints.settings.example import render
from moniqo.entrypoints.settings.values import Passphrase

KEY_ID = "k1"


def write_dotenv(path: Path, given: Mapping[str, str]) -> bool:
    """Write a file that only its owner can read, unless there is one; whether it was written.

    Secrets are made afresh; a variable of the environment (`given`) is left to the environment.
    Registered addresses count as verified, because nothing sends mail yet. Raises `Unavailable`
    where no file can be written.
    """
    chosen = {name: value for name, value in _fresh().items() if not given.get(name)}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
    except FileExistsError:
        return False
    except OSError as error:
        reason = f"{path.absolute()} cannot be written: {error.strerror}."
        raise Unavailable(f"{reason} Run this in a folder of your own.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(render(chosen))
    return True


def _fresh() -> dict[str, str]:
    rings = ("JWT_SECRET_KEYS", "PASSWORD_PEPPERS", "CREDENTIAL_KEYS")
    fresh = {name: f"{KEY_ID}:{secrets.token_urlsafe(64)}" for name in rings}
    return {**fresh, "AUTO_VERIFY_EMAIL": "true"}


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
