"""What the other side says, made fit for errors that are kept and shown."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

LONGEST = 200
LONGEST_WAIT = 24 * 3600
"""Seconds; whoever asks for more is asked again after so many."""
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")


def quoted(reply: object, *withheld: str) -> str:
    """The reply in one short line, without addresses and without what is `withheld`."""
    text = str(reply)
    for secret in filter(None, withheld):
        text = text.replace(secret, "***")
    text = _ADDRESS.sub("***", text[: 10 * LONGEST])
    shown = "".join(it if it.isprintable() else " " for it in text)
    return " ".join(shown.split())[:LONGEST].rstrip(" .")


def retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """The seconds that `Retry-After` asks for (RFC 9110, section 10.2.3), if it can be read."""
    text = next((it for name, it in headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:10]), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(int(wait), 0), LONGEST_WAIT)
