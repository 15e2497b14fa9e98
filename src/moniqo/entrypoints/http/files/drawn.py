"""The picture of somebody who has none."""

from uuid import UUID

_COLOURS = ("1d4ed8", "0f766e", "b45309", "9d174d", "6d28d9", "166534", "a21caf", "334155")
_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128" width="128" height="128">'
    '<rect width="128" height="128" fill="#{colour}"/>'
    '<text x="64" y="64" dy=".35em" text-anchor="middle" font-family="sans-serif" font-size="64"'
    ' fill="#ffffff">{initial}</text></svg>'
)


def drawn(user_id: UUID, initial: str) -> bytes:
    """An SVG with a letter or digit, or a question mark, on a colour of the user's own."""
    colour = _COLOURS[user_id.int % len(_COLOURS)]
    return _PICTURE.format(colour=colour, initial=initial).encode()
