"""Objects in a bucket of S3, or of what speaks its protocol."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from tempfile import TemporaryFile
from typing import Any, TypeVar

from moniqo.adapters.storage.disposition import attachment
from moniqo.adapters.storage.keys import parts_of
from moniqo.application.files.ports import Content, LinkTerms, Pieces
from moniqo.domain.files.kind import FileKind
from moniqo.domain.shared.errors import NotFound, Unavailable

T = TypeVar("T")

PIECE = 262_144
_CONNECT_SECONDS = 3
_READ_SECONDS = 10
_TRIES = 3
_TOTAL_SECONDS = 40
_MISSING = {"NoSuchKey", "404", "NotFound"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the bucket is and who asks; without keys, whatever the machine's role gives.

    `endpoint` is the address of a server other than Amazon's.
    """

    name: str
    region: str
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    endpoint: str | None = None


class S3Storage:
    """See `Storage`. Calls run in `threads` threads of their own, each at most 40 s."""

    def __init__(self, bucket: Bucket, *, threads: int = 8) -> None:
        self._bucket = bucket
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="s3")
        self._client = _client(bucket, threads)

    async def put(self, key: str, content: bytes | Pieces, kind: FileKind) -> None:
        """See `Storage`. Pieces wait on this machine's disk: only what is whole is sent."""
        send = partial(self._client.put_object, **self._at(key), ContentType=kind.value)
        if isinstance(content, bytes):
            await self._call(send, Body=content)
            return
        try:
            with TemporaryFile() as file:
                async for piece in content:
                    await asyncio.to_thread(file.write, piece)
                file.seek(0)
                await self._call(send, Body=file)
        except OSError as error:
            raise Unavailable(
                f"What is to be sent finds no room on this machine ({error.strerror})."
            ) from error

    async def open(self, key: str) -> Content:
        """See `Storage`."""
        found = await self._call(self._client.get_object, **self._at(key))
        return Content(found["ContentLength"], self._pieces(found["Body"]))

    async def delete(self, key: str) -> None:
        """See `Storage`."""
        await self._call(self._client.delete_object, **self._at(key))

    async def link(self, key: str, terms: LinkTerms) -> str:
        """See `Storage`."""
        wanted = {
            **self._at(key),
            "ResponseContentDisposition": attachment(terms.name),
            "ResponseContentType": terms.content_type,
        }
        sign = partial(
            self._client.generate_presigned_url,
            "get_object",
            Params=wanted,
            ExpiresIn=int(terms.life.total_seconds()),
        )
        address: str = await self._call(sign)
        return address

    async def check(self) -> None:
        """See `Storage`."""
        try:
            await self._call(self._client.head_bucket, Bucket=self._bucket.name)
        except NotFound as error:
            raise Unavailable(
                f"There is no bucket {self._bucket.name}. Make it, or mend AWS_S3_BUCKET_NAME."
            ) from error

    def close(self) -> None:
        """End the threads and their connections; what has not begun is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": "/".join(parts_of(key))}

    async def _pieces(self, body: Any) -> AsyncGenerator[bytes, None]:
        try:
            while piece := await self._call(body.read, PIECE):
                yield piece
        finally:
            body.close()

    async def _call(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        from botocore.exceptions import BotoCoreError, ClientError

        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_TOTAL_SECONDS):
                return await loop.run_in_executor(self._threads, partial(function, *args, **kwargs))
        except ClientError as error:
            raise self._refused(error) from error
        except (BotoCoreError, OSError) as error:
            raise Unavailable(
                f"The store of files at {self._place} does not answer ({type(error).__name__}). "
                "Is it reachable, and is AWS_ENDPOINT_URL right?"
            ) from error

    def _refused(self, error: Any) -> NotFound | Unavailable:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            return NotFound("There is no such object.")
        return Unavailable(
            f"The store of files at {self._place} refuses ({code}). "
            "Are AWS_S3_BUCKET_NAME and the AWS_ settings right?"
        )

    @property
    def _place(self) -> str:
        return self._bucket.endpoint or f"S3 in {self._bucket.region}"


def _client(bucket: Bucket, connections: int) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise Unavailable("S3 needs its driver. Run `pip install 'moniqo[s3]'`.") from error
    config = Config(
        signature_version="s3v4",
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        max_pool_connections=connections,
        # Servers other than Amazon's may know neither its checksums nor names as sub-domains.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path" if bucket.endpoint else "auto"},
    )
    return boto3.session.Session().client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.access_key_id,
        aws_secret_access_key=bucket.secret_access_key,
        config=config,
    )
