"""Query strings: every name known, none repeated, every value there and UTF-8."""

from urllib.parse import unquote_to_bytes

from moniqo.domain.shared.errors import Fault, Invalid

LONGEST_QUERY = 8192
MOST_PARAMETERS = 50
LONGEST_VALUE = 2000


def pairs(raw: bytes, known: frozenset[str]) -> dict[str, str]:
    """The parameters of a query string; raises `Invalid` naming every one at fault."""
    if not raw:
        return {}
    parts = raw.split(b"&") if len(raw) <= LONGEST_QUERY else []
    if not 0 < len(parts) <= MOST_PARAMETERS:
        raise Invalid("The query is too long, or has too many parameters.")
    found: dict[str, str] = {}
    faults = []
    for part in filter(None, parts):
        name, value = (_text(side) for side in part.partition(b"=")[::2])
        message = _fault(name, value, known, found)
        if message:
            faults.append(Fault(name or "", message))
        elif name is not None and value is not None:
            found[name] = value
    if faults:
        raise refused(faults)
    return found


def refused(faults: list[Fault]) -> Invalid:
    """The error for these parameters."""
    return Invalid.naming("Invalid query", faults)


def _text(part: bytes) -> str | None:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        return None


def _fault(
    name: str | None, value: str | None, known: frozenset[str], found: dict[str, str]
) -> str | None:
    if name not in known:
        return "is not a known parameter"
    if name in found:
        return "must not be repeated"
    if value is None:
        return "must be UTF-8"
    if not value:
        return "must not be empty"
    return "is too long" if len(value) > LONGEST_VALUE else None
