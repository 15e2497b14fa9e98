"""Text from outside made harmless: for a store, or for a line of a log, a table, a terminal."""

_CONTROLS = (*range(32), *range(127, 160), 0x2028, 0x2029)
_SHOWN = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _CONTROLS}  # noqa: PLR2004  (one byte)


def printable(text: str, most: int) -> str:
    """`text` with control characters and line ends shown as escapes, cut to `most` code points.

    Every store takes it.
    """
    shown = text[:most].translate(_SHOWN)
    return keepable(shown[:most])


def keepable(text: str) -> str:
    """`text` as every store takes it: without NUL, and lone surrogates as question marks."""
    return text.replace("\0", "").encode(errors="replace").decode()
