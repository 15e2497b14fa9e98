"""How a browser is told to save what it gets."""

import re
from urllib.parse import quote

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]")


def attachment(name: str) -> str:
    """`Content-Disposition` of a download called `name` (RFC 6266: plain, and in full)."""
    plain, full = _UNSAFE.sub("_", name), quote(name, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"
