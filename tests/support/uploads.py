"""Forms with files, as browsers send them."""

from support.pictures import picture

BOUNDARY = b"----moniqo-boundary"
FORM_TYPE = (b"content-type", b"multipart/form-data; boundary=" + BOUNDARY)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def part(name: str, content: bytes, file_name: str | None = None) -> bytes:
    """One part of a form."""
    named = f'; filename="{file_name}"' if file_name is not None else ""
    head = f'Content-Disposition: form-data; name="{name}"{named}\r\n\r\n'
    return b"--" + BOUNDARY + b"\r\n" + head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A form of these parts."""
    return b"".join(parts) + b"--" + BOUNDARY + b"--\r\n"


def upload(content: bytes | None = None, name: str = "me.png") -> bytes:
    """A form with one file, a small picture unless something else is given."""
    return form(part("file", picture() if content is None else content, name))


def in_pieces(body: bytes, size: int) -> list[bytes]:
    """The body as it may arrive."""
    return [body[at : at + size] for at in range(0, len(body), size)]
