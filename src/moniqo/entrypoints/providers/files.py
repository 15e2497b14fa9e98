"""Uploads: where they lie, and what looks into them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

from dishka import Provider, Scope, provide

from moniqo.adapters.media.pillow_pictures import Limits, PillowPictures
from moniqo.adapters.storage.local import LocalStorage
from moniqo.adapters.storage.memory import MemoryStorage
from moniqo.adapters.storage.s3 import Bucket, S3Storage
from moniqo.adapters.storage.signed_links import SignedLinks
from moniqo.application.files.keeping import Keeping
from moniqo.application.files.ports import Pictures, Storage
from moniqo.application.files.terms import FileTerms
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.scalar import Secret
from moniqo.entrypoints.settings import Settings

_FOLDER = "file:"


class Files(Provider):
    """Everything of the context `files`."""

    scope = Scope.APP
    keeping = provide(Keeping)

    @provide
    def terms(self, settings: Settings) -> FileTerms:
        """What may be uploaded."""
        files = settings.files
        return FileTerms(
            uploads_per_hour=files.uploads_per_hour,
            link_life=timedelta(seconds=files.file_link_seconds),
            avatar_kinds=files.allowed_avatar_types.kinds,
        )

    @provide
    def links(self, settings: Settings, clock: Clock) -> SignedLinks:
        """Signed by the keys that sign access tokens, for a purpose of their own."""
        return SignedLinks(keys=settings.security.jwt_secret_keys.secrets, clock=clock)

    @provide
    def storage(self, settings: Settings, links: SignedLinks) -> Iterator[Storage]:
        """A bucket if one is named, else by `STORAGE_URL`."""
        files = settings.files
        if files.aws_s3_bucket_name is None:
            yield _here(files.storage_url, links)
            return
        storage = S3Storage(
            Bucket(
                name=files.aws_s3_bucket_name,
                region=files.aws_region,
                access_key_id=_text(files.aws_access_key_id),
                secret_access_key=_text(files.aws_secret_access_key),
                endpoint=files.aws_endpoint_url,
            )
        )
        yield storage
        storage.close()

    @provide
    def pictures(self, settings: Settings) -> Iterator[Pictures]:
        """Its threads end with the container."""
        files = settings.files
        limits = Limits(
            most_pixels=files.max_avatar_pixels,
            most_frames=files.max_avatar_frames,
            longest_side=files.avatar_side,
        )
        pictures = PillowPictures(limits, threads=files.picture_threads)
        yield pictures
        pictures.close()


def _here(url: str, links: SignedLinks) -> Storage:
    if not url.startswith(_FOLDER):
        return MemoryStorage(links)
    path = unquote(url.removeprefix(_FOLDER).removeprefix("//"))
    return LocalStorage(Path(path).expanduser(), links)


def _text(secret: Secret | None) -> str | None:
    return None if secret is None else secret.value
