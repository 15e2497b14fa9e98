"""What a folder of files does beside what every store does."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from moniqo.adapters.storage.local import LocalStorage
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import Unavailable
from support.clock import SettableClock
from support.people import KEYS

KEY = "files/one.pdf"


def opened(folder: Path) -> LocalStorage:
    return LocalStorage(folder, SignedLinks(keys=KEYS, clock=SettableClock()))


def files_in(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in found)


async def test_nothing_but_the_object_is_left_behind(tmp_path: Path) -> None:
    await opened(tmp_path).put(KEY, b"%PDF-", FileKind.PDF)

    assert files_in(tmp_path) == [KEY]


async def test_deleting_takes_along_what_a_crash_left_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = opened(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _no_space)
        with pytest.raises(Unavailable, match="No space"):
            await storage.put(KEY, b"half", FileKind.PDF)
    unfinished = files_in(tmp_path)

    await storage.delete(KEY)

    assert len(unfinished) == 1
    assert files_in(tmp_path) == []


async def test_deleting_takes_along_pieces_that_came_to_no_end(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError

    storage = opened(tmp_path)
    with pytest.raises(RuntimeError):
        await storage.put(KEY, broken(), FileKind.PDF)
    unfinished = files_in(tmp_path)

    await storage.delete(KEY)

    assert len(unfinished) == 1
    assert files_in(tmp_path) == []


async def test_a_put_that_fails_leaves_the_object_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = opened(tmp_path)
    await storage.put(KEY, b"whole", FileKind.PDF)

    monkeypatch.setattr(os, "fsync", _no_space)
    with pytest.raises(Unavailable):
        await storage.put(KEY, b"half", FileKind.PDF)

    assert (tmp_path / KEY).read_bytes() == b"whole"


async def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    storage = opened(tmp_path / "file")

    with pytest.raises(Unavailable, match="STORAGE_URL"):
        await storage.check()
    with pytest.raises(Unavailable, match="STORAGE_URL"):
        await storage.put(KEY, b"x", FileKind.PDF)


async def test_a_folder_without_rights_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)

    with pytest.raises(Unavailable, match="Permission denied"):
        await opened(tmp_path).check()


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")
