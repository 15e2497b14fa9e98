"""Whole numbers as they stand in a query: ASCII digits and nothing else."""

from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.rules import INT64


def whole(text: str, least: int) -> int:
    """The number, cut to 20 digits; raises `Invalid`."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0"):
        raise Invalid(f"must be a whole number of at least {least}")
    # A longer number is past every limit, whatever it is.
    number = int(text[:20])
    if number < least:
        raise Invalid(f"must be at least {least}")
    return number


def offset(text: str) -> int:
    """A number of rows to pass over; raises `Invalid`."""
    number = whole(text, 0)
    if number >= INT64:
        raise Invalid("must fit 64 bits")
    return number
