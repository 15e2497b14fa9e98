"""Who is at the other end, where proxies of ours stand in between."""

from collections.abc import Iterator
from ipaddress import ip_address

from moniqo.entrypoints.http.headers import Scope, header


def client_address(scope: Scope, proxies: int) -> str:
    """The address that the outermost of `proxies` saw; with none in front the peer's own.

    Each proxy adds, on the right, whom it was called by, so that everything further left is the
    caller's own tale. What does not name an address there is not believed either.
    """
    client = scope.get("client")
    peer: str = client[0] if client else ""
    return (_told(scope, proxies) or peer) if proxies else peer


def _told(scope: Scope, proxies: int) -> str | None:
    listed = list(_elements(scope, b"x-forwarded-for"))
    standard = [_for(element) for element in _elements(scope, b"forwarded")]
    told = {_nth(chain, proxies) for chain in (listed, standard) if chain}
    # Which of two headers the proxies write is not known: where they differ, one is a tale.
    return told.pop() if len(told) == 1 else None


def _elements(scope: Scope, name: bytes) -> Iterator[str]:
    for value in header(scope, name):
        yield from value.decode("latin-1").split(",")


def _for(element: str) -> str:
    """The address of one element of `Forwarded` (RFC 7239)."""
    for pair in element.split(";"):
        name, _, value = pair.strip().partition("=")
        if name.lower() == "for":
            return value.strip('"')
    return ""


def _nth(chain: list[str], proxies: int) -> str | None:
    return _address(chain[-proxies].strip()) if len(chain) >= proxies else None


def _address(text: str) -> str | None:
    """The address without brackets and port, in its usual form; None for anything else."""
    bare = text
    if text.startswith("["):
        bare = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        bare = text.partition(":")[0]
    try:
        return None if "%" in bare else str(ip_address(bare))
    except ValueError:
        return None
