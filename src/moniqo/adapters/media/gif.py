"""The outer form of GIF (89a), walked through before anything is decoded."""

from moniqo.adapters.media.unsound import Unsound

_HEAD = 13
_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_CONTROL = 0xF9
_CONTROL_LENGTH = 8


def essence(content: bytes, most_frames: int) -> bytes:
    """The file with nothing but the first frame; raises `Unsound`.

    That is for a missing end and too many frames: a decoder would go through them all.
    """
    try:
        return _essence(content, most_frames)
    except IndexError:
        raise Unsound("it ends too early") from None


def _essence(content: bytes, most_frames: int) -> bytes:
    position = after_head = _HEAD + _colours(content[10])
    control = frame = b""
    frames = 0
    while content[position] != _END:
        start = position
        if content[start] == _IMAGE:
            position = _after_blocks(content, start + 11 + _colours(content[start + 9]))
            frame = frame or control + content[start:position]
            frames += 1
        elif content[start] == _EXTENSION:
            position = _after_blocks(content, start + 2)
            if content[start + 1] == _CONTROL:
                control = content[start : start + _CONTROL_LENGTH]
        else:
            raise Unsound("it does not go on as it should")
        if frames > most_frames:
            raise Unsound("it has too many frames")
    return content[:after_head] + frame + bytes((_END,))


def _colours(flags: int) -> int:
    """Bytes of a colour table, none if the flags say that there is none."""
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, position: int) -> int:
    """What comes after a row of blocks, each led by its length, and the empty one that ends it."""
    while length := content[position]:
        position += length + 1
    return position + 1
