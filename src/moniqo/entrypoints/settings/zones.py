"""Time zones by their names."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

NAMED_UTC = "UTC"
"""The zone that every machine knows."""


def zone_of(name: str) -> tzinfo:
    """The zone of the IANA database, such as `Europe/Berlin`; raises `ValueError`."""
    if name == NAMED_UTC:
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise ValueError(
            f"{name!r} is no time zone that this machine knows. Give a name such as Europe/Berlin; "
            "where there is no database of zones, `pip install tzdata` brings one."
        ) from None
