"""What a body claims to be."""

from moniqo.entrypoints.http.headers import Scope, header
from moniqo.entrypoints.http.refusals import UnsupportedMediaType


def require_json(scope: Scope) -> None:
    """Raise `UnsupportedMediaType` unless the body claims to be plain JSON in UTF-8."""
    kinds = [value.decode("latin-1") for value in header(scope, b"content-type")]
    if len(kinds) != 1 or any(
        value.strip().lower() != b"identity" for value in header(scope, b"content-encoding")
    ):
        raise UnsupportedMediaType
    media_type, *parameters = (part.strip().lower() for part in kinds[0].split(";"))
    if media_type != "application/json":
        raise UnsupportedMediaType
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaType
