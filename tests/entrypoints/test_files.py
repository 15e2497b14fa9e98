"""Where files lie is the operator's choice, and the doctor looks at it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moniqo.adapters.storage.local import LocalStorage
from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.adapters.storage.s3 import S3Storage
from moniqo.application.files.ports import Storage
from moniqo.domain.files.kind import FileKind
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import Settings, WrongSettings, load
from moniqo.entrypoints.settings.values import ApiKey, PictureTypes
from support.servers.process import free_port
from support.servers.s3 import fresh_bucket, s3

NOWHERE = Path("nowhere")
SETTINGS = {"STORAGE_BACKEND": "memory"}


async def chosen(**files: Any) -> Storage:
    plain = Settings()
    container = build_container(replace(plain, files=replace(plain.files, **files)))
    storage = await container.get(Storage)
    await container.close()
    return storage


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:some/files", "some/files"),
        ("file:///srv/files", "/srv/files"),
        ("file:/srv/my%20files", "/srv/my files"),
    ],
)
async def test_a_folder_is_here_or_where_it_says(url: str, folder: str) -> None:
    storage = await chosen(storage_url=url)

    assert isinstance(storage, LocalStorage)
    assert storage._folder == Path(folder)


async def test_a_process_may_keep_files_for_itself() -> None:
    assert isinstance(await chosen(storage_url="memory:"), MemoryStorage)


async def test_a_bucket_outdoes_a_folder() -> None:
    with s3() as address:
        bucket = fresh_bucket(address)
        storage = await chosen(
            aws_s3_bucket_name=bucket.name,
            aws_access_key_id=ApiKey(bucket.access_key_id or ""),
            aws_secret_access_key=ApiKey(bucket.secret_access_key or ""),
            aws_endpoint_url=address,
        )

        assert isinstance(storage, S3Storage)


def test_without_keys_the_machines_own_role_is_asked() -> None:
    assert (
        load({**SETTINGS, "AWS_S3_BUCKET_NAME": "bucket"}, NOWHERE).files.aws_access_key_id is None
    )


def test_kinds_of_pictures_are_named_by_their_media_types() -> None:
    settings = load({"ALLOWED_AVATAR_TYPES": "image/PNG, image/jpeg"}, NOWHERE)

    assert settings.files.allowed_avatar_types.kinds == {FileKind.PNG, FileKind.JPEG}
    assert str(PictureTypes()) == "image/gif,image/jpeg,image/png"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_AVATAR_TYPES", "image/svg+xml"),
        ("ALLOWED_AVATAR_TYPES", "png"),
        ("STORAGE_URL", "ftp://host/files"),
        ("STORAGE_URL", "data/files"),
        ("AWS_ACCESS_KEY_ID", "alone"),
        ("AWS_ENDPOINT_URL", "localhost:9000"),
        ("MAX_AVATAR_SIZE_MB", "0"),
    ],
)
def test_what_cannot_be_is_told_by_its_variable(name: str, value: str) -> None:
    with pytest.raises(WrongSettings) as caught:
        load({name: value}, NOWHERE)

    assert [fault.field for fault in caught.value.faults] == [name]


def test_the_doctor_asks_the_bucket(run: Any) -> None:
    with s3() as address:
        bucket = fresh_bucket(address)
        env = {
            **SETTINGS,
            "AWS_S3_BUCKET_NAME": bucket.name,
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": "canary",
        }
        good = run("doctor", "--json", **env, AWS_ENDPOINT_URL=address)
        bad = run("doctor", "--json", **env, AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}")

    assert {"name": "files", "ok": True, "message": f"bucket {bucket.name} answers"} in good.data[
        "checks"
    ]
    (told,) = [check for check in bad.data["checks"] if check["name"] == "files"]
    assert bad.code == Exit.UNAVAILABLE
    assert "AWS_ENDPOINT_URL" in told["message"]
    assert "canary" not in bad.out


def test_the_doctor_looks_at_the_folder_and_makes_none(run: Any, folder: Path) -> None:
    (folder / "file").write_text("in the way")

    good = run("doctor", "--json", **SETTINGS, STORAGE_URL="file:deep/files")
    bad = run("doctor", "--json", **SETTINGS, STORAGE_URL="file:file/files")

    assert good.code == 0
    assert not (folder / "deep").exists()
    assert bad.code == Exit.UNAVAILABLE
