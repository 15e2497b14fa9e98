"""Users as they are listed."""

from collections.abc import Sequence
from typing import Any

from moniqo.application.identity.members import Profile
from moniqo.entrypoints.cli.plain import plain
from moniqo.entrypoints.cli.tables import table

COLUMNS = ("id", "email", "full_name", "role", "is_active", "is_verified", "created_at")
SHOWN = ("email", "full_name", "role", "is_active", "id")


def user_row(profile: Profile) -> dict[str, Any]:
    """What of a user is told."""
    shown = plain(profile)
    return {name: shown[name] for name in COLUMNS}


def show_users(items: Sequence[dict[str, Any]]) -> None:
    """Print users as a table."""
    table(SHOWN, [[str(item[name]) for name in SHOWN] for item in items])
