"""Texts of others, made fit for a mail."""

import re

from moniqo.domain.identity.device import device_of

# An address that a mail program would turn into a link, in whatever form.
_LINKED = re.compile(r"[/\\:@]|www|\w\.\w", re.IGNORECASE)


def greeted(name: str) -> str:
    """A name to greet somebody by; empty for one that could be read as an address.

    Whoever signs up with somebody else's e-mail address chooses the name in the mail to them.
    """
    return "" if _LINKED.search(name) else name


def device(user_agent: str) -> str:
    """What a `User-Agent` tells of program and system; nothing in it can be read as an address."""
    return greeted(device_of(user_agent)) or "an unknown device"
