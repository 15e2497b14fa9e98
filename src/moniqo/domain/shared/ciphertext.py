"""Secrets on their way to being encrypted, and afterwards."""

from moniqo.domain.shared.rules import Length
from moniqo.domain.shared.scalar import Secret


class Ciphertext(Secret):
    """What the vault made of a secret: useless without its key, and still told to nobody."""

    __slots__ = ()


class Credential(Secret):
    """A key or password for somebody else's service, as the user typed it."""

    __slots__ = ()
    rules = (Length(1, 4000),)
