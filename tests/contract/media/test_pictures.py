"""What whoever looks into pictures does, with those that nobody vouches for."""

import asyncio
import io
import sys
import time
from collections.abc import Iterator

import pytest
from PIL import Image

from moniqo.adapters.media.pillow_pictures import Limits, PillowPictures
from moniqo.application.files.ports import Pictures
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import Unavailable, UnsupportedFileType
from support.pictures import BOMBS, broken, chunk, opened, picture, png

KINDS = (FileKind.JPEG, FileKind.PNG, FileKind.GIF)


@pytest.fixture(params=[PillowPictures])
def pictures(request: pytest.FixtureRequest) -> Iterator[Pictures]:
    made = request.param()
    yield made
    made.close()


def kind_of(content: bytes) -> FileKind:
    found = FileKind.of(content)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_is_made_anew_from_its_pixels(pictures: Pictures, kind: FileKind) -> None:
    made = await pictures.renewed(picture(kind.name), kind)

    image = opened(made.content).convert("RGB")
    red, blue = image.getpixel((5, 5)), image.getpixel((60, 40))
    assert (made.kind, kind_of(made.content), image.size) == (kind, kind, (64, 48))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > 200 > red[2]
    assert blue[2] > 200 > blue[0]


@pytest.mark.parametrize(
    ("kind", "mode", "becomes"),
    [
        ("PNG", "1", "L"),
        ("PNG", "L", "L"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "I;16", "L"),
        ("JPEG", "L", "L"),
        ("JPEG", "CMYK", "RGB"),
        ("GIF", "L", "P"),
        ("GIF", "P", "P"),
    ],
)
async def test_every_way_of_storing_pixels_is_known(
    pictures: Pictures, kind: str, mode: str, becomes: str
) -> None:
    source = io.BytesIO()
    grey = Image.new("I;16", (20, 10), 65_535 // 2) if mode == "I;16" else None
    (grey or Image.new("RGB", (20, 10), (128, 128, 128)).convert(mode)).save(source, kind)

    made = opened((await pictures.renewed(source.getvalue(), FileKind[kind])).content)

    expected = 127 if grey else opened(source.getvalue()).convert("L").getpixel((10, 5))
    pixel = made.convert("L").getpixel((10, 5))
    assert made.mode == becomes
    assert isinstance(pixel, int)
    assert isinstance(expected, int)
    assert abs(pixel - expected) <= 2


async def test_what_is_transparent_stays_so(pictures: Pictures) -> None:
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 10, 20))
    for kind in (FileKind.PNG, FileKind.GIF):
        source = io.BytesIO()
        image.save(source, kind.name)

        made = opened((await pictures.renewed(source.getvalue(), kind)).content).convert("RGBA")

        assert made.getpixel((2, 2))[3] == 0  # type: ignore[index]
        assert made.getpixel((15, 2)) == (255, 0, 0, 255)


@pytest.mark.parametrize("turn", range(1, 9))
async def test_a_picture_is_put_upright(pictures: Pictures, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    source = Image.open(io.BytesIO(picture("PNG")))
    undone = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    turned = source.transpose(Image.Transpose(undone[turn])) if turn in undone else source
    target = io.BytesIO()
    turned.save(target, "PNG", exif=exif.tobytes())

    made = opened((await pictures.renewed(target.getvalue(), FileKind.PNG)).content)

    assert made.size == (64, 48)
    assert made.getpixel((5, 5)) == (255, 0, 0)
    assert made.getpixel((60, 5)) == (0, 0, 255)
    assert made.getpixel((5, 40)) == (0, 0, 255)


async def test_a_remark_on_the_orientation_that_cannot_be_read_is_passed_over(
    pictures: Pictures,
) -> None:
    for remark in (b"garbage", b"MM\0*\xff\xff\xff\xff", b"Exif\0\0MM\0*" + b"\xff" * 40):
        content = png(extra=chunk(b"eXIf", remark))

        assert opened((await pictures.renewed(content, FileKind.PNG)).content).size == (64, 64)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_large_picture_comes_out_smaller(pictures: Pictures, kind: FileKind) -> None:
    made = await pictures.renewed(picture(kind.name, (3000, 1500)), kind)

    assert opened(made.content).size == (1024, 512)


async def test_a_narrow_picture_keeps_at_least_a_pixel(pictures: Pictures) -> None:
    made = await pictures.renewed(picture("PNG", (4000, 1)), FileKind.PNG)

    assert opened(made.content).size == (1024, 1)


async def test_of_a_moving_picture_the_first_frame_is_kept(pictures: Pictures) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    source = io.BytesIO()
    frames[0].save(source, "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)

    made = opened((await pictures.renewed(source.getvalue(), FileKind.GIF)).content)

    assert getattr(made, "n_frames", 1) == 1
    assert made.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


async def test_nothing_but_pixels_is_kept(pictures: Pictures) -> None:
    exif = Image.Exif()
    exif[0x010F] = "planted"
    sources = {
        FileKind.JPEG: picture("JPEG", exif=exif.tobytes(), comment=b"planted", dpi=(300, 300)),
        FileKind.PNG: picture("PNG", exif=exif.tobytes(), icc_profile=b"planted" * 20)[:-12]
        + chunk(b"iTXt", b"planted\0\0\0\0\0planted")
        + chunk(b"IEND", b""),
        FileKind.GIF: picture("GIF", comment=b"planted") + b"planted",
    }
    for kind, source in sources.items():
        made = await pictures.renewed(source, kind)

        assert b"planted" not in made.content
        assert dict(opened(made.content).getexif()) == {}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_refused_at_once(pictures: Pictures, name: str) -> None:
    content = BOMBS[name]()
    start = time.monotonic()

    with pytest.raises(UnsupportedFileType) as caught:
        await pictures.renewed(content, kind_of(content))

    assert caught.value.faults[0].field == "file"
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("name", broken())
async def test_a_broken_picture_is_refused(pictures: Pictures, name: str) -> None:
    content = broken()[name]

    with pytest.raises(UnsupportedFileType, match="is no picture"):
        await pictures.renewed(content, kind_of(content))


async def test_a_picture_of_another_kind_than_is_said_is_refused(pictures: Pictures) -> None:
    for kind in KINDS:
        other = picture("PNG" if kind is not FileKind.PNG else "GIF")

        with pytest.raises(UnsupportedFileType):
            await pictures.renewed(other, kind)


@pytest.mark.parametrize("position", range(8, 120, 3))
async def test_a_changed_byte_does_no_harm(pictures: Pictures, position: int) -> None:
    for kind in KINDS:
        content = bytearray(picture(kind.name))
        content[position % len(content)] ^= 0x55

        try:
            made = await pictures.renewed(bytes(content), kind)
        except UnsupportedFileType:
            continue

        assert opened(made.content).width <= 1024


async def test_limits_are_the_operators() -> None:
    small = PillowPictures(Limits(most_pixels=1000, most_frames=2, longest_side=16))

    kept = await small.renewed(picture("PNG", (40, 25)), FileKind.PNG)
    with pytest.raises(UnsupportedFileType, match="too many pixels"):
        await small.renewed(picture("PNG", (41, 25)), FileKind.PNG)
    with pytest.raises(UnsupportedFileType, match="too many pixels"):
        await small.renewed(picture("PNG", (40, 25), "RGBA"), FileKind.PNG)
    small.close()

    assert opened(kept.content).size == (16, 10)


async def test_past_what_can_wait_callers_are_told_to_come_back() -> None:
    busy = PillowPictures(threads=1, queue=1)
    large = picture("JPEG", (3000, 3000))

    outcomes = await asyncio.gather(
        *(busy.renewed(large, FileKind.JPEG) for _ in range(4)), return_exceptions=True
    )
    again = await busy.renewed(large, FileKind.JPEG)
    busy.close()

    refused = [item for item in outcomes if isinstance(item, Unavailable)]
    assert [item.retry_after for item in refused] == [2, 2]
    assert again.kind is FileKind.JPEG


async def test_bytes_that_fill_up_and_markers_without_a_length_are_known(
    pictures: Pictures,
) -> None:
    content = picture("JPEG")

    made = await pictures.renewed(b"\xff\xd8\xff\xff\xff\x01" + content[2:], FileKind.JPEG)

    assert opened(made.content).size == (64, 48)


async def test_without_the_library_it_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    bare = PillowPictures()

    with pytest.raises(Unavailable, match=r"moniqo\[media\]"):
        await bare.renewed(png(), FileKind.PNG)
    bare.close()
