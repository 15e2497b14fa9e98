"""Text from outside made harmless for one line of a log, a table or a terminal."""

_CONTROLS = (*range(32), *range(127, 160), 0x2028, 0x2029)
_SHOWN = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _CONTROLS}  # noqa: PLR2004  (one byte)


def printable(text: str, most: int) -> str:
    """`text` with control characters and line ends shown as escapes, cut to `most` code points.

    What no store can keep, lone surrogates, becomes question marks.
    """
    shown = text[:most].translate(_SHOWN)
    return shown[:most].encode("utf-8", "replace").decode()
