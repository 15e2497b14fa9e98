"""Pictures made anew by Pillow."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from moniqo.adapters.media import gif, jpeg, png
from moniqo.adapters.media.unsound import Unsound
from moniqo.application.files.ports import Picture
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import Unavailable, UnsupportedFileType

_ESSENCE: Mapping[FileKind, Callable[[bytes, int], bytes]] = {
    FileKind.JPEG: jpeg.essence,
    FileKind.PNG: png.essence,
    FileKind.GIF: gif.essence,
}
_ORIENTATION = 0x0112
_TRANSPARENT_WEIGHT = 2
_QUALITY = 90
_DEEP = 256
"""What a pixel of 16 bits has more than one of 8."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused, and what is made smaller.

    A picture may have `most_pixels`, half as many if parts of it are transparent, since those
    take twice the memory; and `most_frames`, of which the first is kept. One with a side longer
    than `longest_side` comes out smaller.
    """

    most_pixels: int = 25_000_000
    most_frames: int = 500
    longest_side: int = 1024


class PillowPictures:
    """See `Pictures`. Pixels are decoded in `threads`, and `queue` more pictures wait for one.

    Only what a decoder needs is shown to it, and only after its size is known to be within the
    limits: a decoder cannot be stopped once it has begun.
    """

    def __init__(self, limits: Limits | None = None, *, threads: int = 1, queue: int = 16) -> None:
        self._limits = limits or Limits()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
        self._room = threading.Semaphore(threads + queue)

    async def renewed(self, content: bytes, kind: FileKind) -> Picture:
        """See `Pictures`."""
        if not self._room.acquire(blocking=False):
            raise Unavailable("Too many pictures at once. Try again soon.", retry_after=2)
        future = self._threads.submit(_renewed, content, kind, self._limits)
        # Freed when the thread is: a caller who hangs up does not make room.
        future.add_done_callback(lambda _: self._room.release())
        try:
            return await asyncio.wrap_future(future)
        except Unsound as error:
            raise UnsupportedFileType.field("file", f"is no picture: {error}") from error

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _renewed(content: bytes, kind: FileKind, limits: Limits) -> Picture:
    try:
        from PIL import Image
    except ImportError as error:
        raise Unavailable("Pictures need Pillow. Run `pip install 'moniqo[media]'`.") from error
    essence = _ESSENCE[kind](content, limits.most_frames)
    try:
        with Image.open(BytesIO(essence), formats=(kind.name,)) as image:
            _require_measure(image, limits)
            return Picture(_written(_small(image, limits.longest_side), kind), kind)
    except Unsound:
        raise
    except Image.DecompressionBombError as error:
        raise Unsound("it has too many pixels") from error
    except Exception as error:
        # Decoders raise whatever they stumble over: a dozen types, some of them built-in ones.
        raise Unsound("it cannot be decoded") from error


def _require_measure(image: Any, limits: Limits) -> None:
    """Raise `Unsound` for more pixels than are allowed; none of them has been decoded yet."""
    width, height = image.size
    weight = _TRANSPARENT_WEIGHT if image.has_transparency_data else 1
    if width * height * weight > limits.most_pixels:
        raise Unsound("it has too many pixels")


def _small(image: Any, longest_side: int) -> Any:
    """The pixels alone, upright and at most that large."""
    from PIL import Image

    # A JPEG is decoded at a half, a quarter or an eighth of its size where that will do.
    image.draft(None, (2 * longest_side, 2 * longest_side))
    turn = _turn(image)
    mode, deep = _mode(image), image.mode.startswith("I;16")
    even = image.point(lambda value: value / _DEEP) if deep else image
    plain = even if even.mode == mode else even.convert(mode)
    plain.load()
    if max(plain.size) > longest_side:
        plain.thumbnail((longest_side, longest_side), reducing_gap=2.0)
    upright = plain if turn is None else plain.transpose(turn)
    # A picture without a past: texts, profiles, positions and comments stay behind.
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _mode(image: Any) -> str:
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode[0] in "1LI" else "RGB"


def _turn(image: Any) -> Any:
    """How the picture is put upright, by the camera's own remark in it."""
    from PIL import Image

    how = Image.Transpose
    turns = {
        2: how.FLIP_LEFT_RIGHT,
        3: how.ROTATE_180,
        4: how.FLIP_TOP_BOTTOM,
        5: how.TRANSPOSE,
        6: how.ROTATE_270,
        7: how.TRANSVERSE,
        8: how.ROTATE_90,
    }
    with suppress(Exception):
        # A remark that cannot be read says nothing.
        return turns.get(image.getexif().get(_ORIENTATION))
    return None


def _written(image: Any, kind: FileKind) -> bytes:
    target = BytesIO()
    if kind is FileKind.JPEG:
        image.convert("RGB" if image.mode == "RGBA" else image.mode).save(
            target, "JPEG", quality=_QUALITY
        )
    else:
        image.save(target, kind.name)
    return target.getvalue()
