"""What a body claims to be."""

from multipart import parse_options_header

from moniqo.entrypoints.http.headers import Scope, header
from moniqo.entrypoints.http.refusals import NotMultipart, UnsupportedMediaType


def require_json(scope: Scope) -> None:
    """Raise `UnsupportedMediaType` unless the body claims to be plain JSON in UTF-8."""
    claimed = _claimed(scope)
    if claimed is None:
        raise UnsupportedMediaType
    media_type, *parameters = (part.strip().lower() for part in claimed.split(";"))
    if media_type != "application/json":
        raise UnsupportedMediaType
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaType


def boundary_of(scope: Scope) -> str:
    """What parts the parts of a form; empty if the body does not say.

    Raises `NotMultipart` unless the body claims to be a form as browsers send files in.
    """
    kind, options = parse_options_header(_claimed(scope) or "")
    if kind != "multipart/form-data":
        raise NotMultipart
    boundary: str = options.get("boundary", "")
    return boundary


def _claimed(scope: Scope) -> str | None:
    """The content type; None if it is not one alone, or the body is encoded on top of it."""
    kinds = [value.decode("latin-1") for value in header(scope, b"content-type")]
    encoded = any(
        value.strip().lower() != b"identity" for value in header(scope, b"content-encoding")
    )
    return None if encoded or len(kinds) != 1 else kinds[0]
