"""Where the access token stands: in one `Authorization` header and nowhere else."""

from moniqo.domain.shared.errors import Unauthenticated
from moniqo.entrypoints.http.headers import Scope, header

LONGEST_TOKEN = 8192
_SCHEME = b"bearer "


def bearer_token(scope: Scope) -> str:
    """The token; raises `Unauthenticated` if there is none, or more than one."""
    values = list(header(scope, b"authorization"))
    if len(values) != 1 or values[0][: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("Sign in first: this needs a bearer token.")
    token = values[0][len(_SCHEME) :].strip()
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise Unauthenticated("The access token is not valid.")
    return token.decode()
