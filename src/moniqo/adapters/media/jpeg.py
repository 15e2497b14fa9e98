"""The outer form of JPEG (ITU-T T.81), walked through before anything is decoded."""

from moniqo.adapters.media.unsound import Unsound

MOST_SEGMENTS = 5_000
MOST_SCANS = 40
"""Passes over the same pixels; real progressive files have about ten."""
_START, _SCAN, _END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_LONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers that stand alone, without a length."""
_COMMENT = 0xFE
_ADOBE = 0xEE
"""The segment that tells how colours are encoded."""


def essence(content: bytes, _most_frames: int) -> bytes:
    """The file with nothing but pixels and which way is up, colour profile and thumbnails aside.

    Raises `Unsound` for a missing end, too many segments or passes.
    """
    kept = [_START]
    position = 2
    for _ in range(MOST_SEGMENTS):
        start, marker = content[position : position + 1], content[position + 1 : position + 2]
        if start != _START[:1] or not marker:
            raise Unsound("it does not go on as it should")
        if marker == _SCAN[1:]:
            return b"".join((*kept, _scans(content, position)))
        end = position + _length(content, position)
        if _is_needed(marker[0], content[position + 4 : position + 10]):
            kept.append(content[position:end])
        position = end
    raise Unsound("it has too many parts")


def _length(content: bytes, position: int) -> int:
    """Bytes of the segment; of a byte that fills up before a marker, one."""
    marker = content[position + 1]
    if marker == _START[0]:
        return 1
    if marker in _LONE:
        return 2
    return 2 + max(2, int.from_bytes(content[position + 2 : position + 4], "big"))


def _is_needed(marker: int, begins: bytes) -> bool:
    application = marker in range(0xE0, 0xF0)
    useful = marker == _ADOBE or begins == b"Exif\0\0"
    idle = marker in {*_LONE, _START[0], _COMMENT}
    return not idle and (not application or useful)


def _scans(content: bytes, position: int) -> bytes:
    """Everything from the first scan to the end of the picture."""
    end = content.rfind(_END)
    if end < position:
        raise Unsound("it ends too early")
    if content.count(_SCAN, position, end) > MOST_SCANS:
        raise Unsound("it has too many scans")
    return content[position : end + 2]
