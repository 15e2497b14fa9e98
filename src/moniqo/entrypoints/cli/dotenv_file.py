"""The `.env` file that a first start writes."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.settings.example import render

KEY_ID = "k1"


def write_dotenv(path: Path, given: Mapping[str, str]) -> bool:
    """Write a file that only its owner can read, unless there is one; whether it was written.

    Secrets are made afresh; a variable of the environment (`given`) is left to the environment.
    Every other setting is its default. Raises `Unavailable` where no file can be written.
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
    rings = ("JWT_SECRET_KEYS", "PASSWORD_PEPPERS", "CREDENTIAL_KEYS", "AUDIT_KEYS")
    return {name: f"{KEY_ID}:{secrets.token_urlsafe(64)}" for name in rings}
