"""A line drawn with braille dots: two columns and four rows of dots in each character."""

from collections.abc import Sequence

_BLANK = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def braille(values: Sequence[float], *, width: int, height: int) -> list[str]:
    """`values` from left to right as `height` lines of `width` characters; empty for none.

    Every dot column shows the span between the least and the greatest value that falls on it
    and its neighbour, so that the line has no holes.
    """
    if not values:
        return []
    columns, rows = width * 2, height * 4
    low, high = min(values), max(values)
    scale = (rows - 1) / (high - low) if high > low else 0
    cells = [[_BLANK] * width for _ in range(height)]
    last = round((high - values[0]) * scale)
    for column in range(columns):
        row = round((high - _at(values, column, columns)) * scale)
        for dot in range(min(row, last), max(row, last) + 1):
            cells[dot // 4][column // 2] |= _DOTS[dot % 4][column % 2]
        last = row
    return ["".join(map(chr, line)) for line in cells]


def _at(values: Sequence[float], column: int, columns: int) -> float:
    return values[column * (len(values) - 1) // max(columns - 1, 1)]
