"""The outer form of PNG (ISO/IEC 15948), walked through before anything is decoded."""

import zlib
from collections.abc import Iterator

from moniqo.adapters.media.unsound import Unsound

MOST_CHUNKS = 10_000
MOST_INFLATED = 4 * 1024 * 1024
"""Bytes that all compressed texts and colour profiles of a picture may become."""
_SIGNATURE = 8
_AROUND = 12
_PIXELS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND"})
_PARTS_BEFORE_DEFLATED = {b"zTXt": 1, b"iCCP": 1, b"iTXt": 4}
"""NULs before what is compressed: they end texts, and one says how it is compressed."""


def essence(content: bytes, most_frames: int) -> bytes:
    """The file with nothing but pixels and which way is up.

    Raises `Unsound` for a wrong checksum, a missing end, too many chunks or frames, and texts
    that are compressed bombs.
    """
    kept = [content[:_SIGNATURE]]
    inflated = 0
    for name, chunk in _chunks(content):
        if name == b"acTL" and int.from_bytes(chunk[8:12], "big") > most_frames:
            raise Unsound("there are too many frames")
        inflated += _inflated(name, bytes(chunk[8:-4]))
        if inflated > MOST_INFLATED:
            raise Unsound("what is compressed in it is too large")
        if name in _PIXELS:
            kept.append(bytes(chunk))
    return b"".join(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Every chunk as a whole by its name, from the header to the end."""
    position, view = _SIGNATURE, memoryview(content)
    for number in range(MOST_CHUNKS):
        end = position + _AROUND + int.from_bytes(view[position : position + 4], "big")
        name, chunk = bytes(view[position + 4 : position + 8]), view[position:end]
        if len(chunk) < _AROUND or end > len(view):
            raise Unsound("it ends too early")
        if (number == 0) != (name == b"IHDR"):
            raise Unsound("it does not begin as it should")
        if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise Unsound("a checksum is wrong")
        yield name, chunk
        if name == b"IEND":
            return
        position = end
    raise Unsound("it has too many parts")


def _inflated(name: bytes, data: bytes) -> int:
    """How many bytes a compressed text becomes; more than are allowed count as one more."""
    before = _PARTS_BEFORE_DEFLATED.get(name)
    if before is None:
        return 0
    deflated = data.split(b"\0", before)[-1]
    # A byte says how it is compressed; of `iTXt` it stands further to the front.
    stream = deflated if name == b"iTXt" else deflated[1:]
    try:
        return len(zlib.decompressobj().decompress(stream, MOST_INFLATED + 1))
    except zlib.error:
        return 0
