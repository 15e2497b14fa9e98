"""Settings of uploads."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from moniqo.entrypoints.settings.values import ApiKey, PictureTypes


@dataclass(frozen=True, slots=True)
class Files:
    """Uploads: where they lie, and how much of what is taken. A bucket outdoes a folder."""

    storage_url: Annotated[
        str,
        Meta(
            pattern="^(file:.+|memory:)$",
            description="A folder, file:data/files or file:///srv/files; memory: forgets at exit.",
        ),
    ] = "file:data/files"
    aws_s3_bucket_name: Annotated[
        str | None, Meta(min_length=3, description="The bucket, for S3 and what speaks as it does.")
    ] = None
    aws_region: Annotated[str, Meta(min_length=1, description="The bucket's region.")] = "us-east-1"
    aws_access_key_id: Annotated[
        ApiKey | None,
        Meta(description="Who we are to S3; unset: the machine's own role."),
    ] = None
    aws_secret_access_key: Annotated[ApiKey | None, Meta(description="The secret of that key.")] = (
        None
    )
    aws_endpoint_url: Annotated[
        str | None,
        Meta(pattern="^https?://[^/ ]+", description="A server that speaks S3, unless Amazon's."),
    ] = None
    max_avatar_size_mb: Annotated[
        int, Meta(ge=1, le=50, description="The largest picture that is taken, in MiB.")
    ] = 5
    allowed_avatar_types: Annotated[
        PictureTypes, Meta(description="Kinds of pictures, by what they are and not by their name.")
    ] = field(default_factory=PictureTypes)
    max_avatar_pixels: Annotated[
        int,
        Meta(
            ge=4096,
            le=100_000_000,
            description="Most pixels of a picture, half as many with transparency; 8 bytes each.",
        ),
    ] = 25_000_000
    max_avatar_frames: Annotated[
        int, Meta(ge=1, description="Most frames of a moving picture; the first is shown.")
    ] = 500
    avatar_side: Annotated[
        int,
        Meta(ge=16, le=4096, description="Pixels of a picture's longer side; larger ones shrink."),
    ] = 1024
    picture_threads: Annotated[
        int, Meta(ge=1, le=16, description="Pictures decoded at once; past it, callers wait.")
    ] = 1
    max_file_size_mb: Annotated[
        int, Meta(ge=1, le=1024, description="The largest file that is taken, in MiB.")
    ] = 10
    uploads_per_hour: Annotated[int, Meta(ge=1, description="Uploads of one user.")] = 60
    uploads_at_once: Annotated[
        int, Meta(ge=1, le=1024, description="Uploads that one process reads at once.")
    ] = 32
    upload_timeout_seconds: Annotated[
        int, Meta(ge=1, le=600, description="How long an upload may take to arrive.")
    ] = 60
    file_link_seconds: Annotated[
        int, Meta(ge=1, le=86_400, description="Life of a link to a file.")
    ] = 300
