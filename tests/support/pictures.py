"""Pictures, sound and otherwise."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"
GIF_FRAME = b"\x21\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0"
GIF_START = b"GIF89a\x01\0\x01\0\x80\0\0" + b"\0" * 6


def picture(
    kind: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **saved: Any
) -> bytes:
    """A picture whose corner is red and the rest of it blue."""
    image = Image.new("RGB", size, (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    target = io.BytesIO()
    image.convert(mode).save(target, kind, **saved)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    """A picture as it is shown."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG, with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 64, height: int = 64, *, extra: bytes = b"", after: bytes = b"") -> bytes:
    """A black PNG with further chunks before, or after, its pixels; large ones lack pixels."""
    rows = zlib.compress((b"\0" + b"\0\0\0" * min(width, 64)) * min(height, 64))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (PNG_START, chunk(b"IHDR", header), extra, chunk(b"IDAT", rows), after, chunk(b"IEND", b""))
    )


@cache
def _inflated() -> bytes:
    return zlib.compress(bytes(100_000_000), 9)


def _flood() -> bytes:
    flood = bytearray(picture("JPEG"))
    at = flood.find(b"\xff\xc0")
    flood[at + 5 : at + 9] = struct.pack(">HH", 50_000, 50_000)
    return bytes(flood)


def _scans() -> bytes:
    progressive = picture("JPEG", (3000, 3000), progressive=True, quality=20)
    scan = progressive[progressive.rfind(b"\xff\xda") : -2]
    return progressive[:-2] + scan * 60 + b"\xff\xd9"


_SIDES = struct.pack("<HH", 50_000, 50_000)
BOMBS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "flood.png": lambda: png(50_000, 50_000),
        "flood.jpg": _flood,
        "flood.gif": lambda: (
            b"GIF89a"
            + _SIDES
            + b"\x80\0\0"
            + b"\0" * 6
            + b",\0\0\0\0"
            + _SIDES
            + b"\0\x02\x02\x4c\x01\0;"
        ),
        "frames.gif": lambda: GIF_START + GIF_FRAME * 100_000 + b";",
        "frames.png": lambda: png(extra=chunk(b"acTL", struct.pack(">II", 100_000, 0))),
        "ztxt.png": lambda: png(extra=chunk(b"zTXt", b"a\0\0" + _inflated())),
        "ztxt-after.png": lambda: png(after=chunk(b"zTXt", b"a\0\0" + _inflated())),
        "itxt.png": lambda: png(extra=chunk(b"iTXt", b"a\0\1\0\0\0" + _inflated())),
        "iccp.png": lambda: png(extra=chunk(b"iCCP", b"a\0\0" + _inflated())),
        "chunks.png": lambda: png(extra=chunk(b"tEXt", b"a\0") * 300_000),
        "segments.jpg": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 1_000_000 + picture("JPEG")[2:],
        "filling.jpg": lambda: b"\xff\xd8" + b"\xff" * 4_000_000 + picture("JPEG")[2:],
        "scans.jpg": _scans,
    }
)
"""Files that are small, and would be huge or endless if they were unpacked; made when called."""


@cache
def broken() -> dict[str, bytes]:
    """Files that are not what they begin as."""
    wrong_data, wrong_end = bytearray(picture()), bytearray(picture())
    wrong_data[wrong_data.find(b"IDAT") + 20] ^= 1
    wrong_end[-1] ^= 1
    cut = {
        f"cut-{tail}.{kind}": picture(kind)[:-tail]
        for kind in ("PNG", "JPEG", "GIF")
        for tail in (1, 2, 20, 60)
    }
    return {
        **cut,
        "checksum.png": bytes(wrong_data),
        "end.png": bytes(wrong_end),
        "nothing.png": PNG_START,
        "no-header.png": PNG_START + chunk(b"IEND", b""),
        "no-pixels.png": PNG_START + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b""),
        "long-chunk.png": PNG_START + b"\xff\xff\xff\xffIHDR" + bytes(40),
        "nothing.jpg": b"\xff\xd8\xff",
        "no-scan.jpg": b"\xff\xd8\xff\xe0\0\x04ab\xff\xd9",
        "garbage.jpg": b"\xff\xd8\xff\xe0\0\x04ab" + b"garbage" * 9,
        "nothing.gif": b"GIF89a",
        "no-frame.gif": GIF_START + b";",
        "garbage.gif": GIF_START + b"garbage;",
        "script.gif": b"GIF89a/*" + bytes(5) + b"*/=1;alert(1);",
    }
