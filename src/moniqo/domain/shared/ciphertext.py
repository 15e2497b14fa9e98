"""Encrypted text."""

from moniqo.domain.shared.scalar import Secret


class Ciphertext(Secret):
    """What the vault made of a secret: useless without its key, and still told to nobody."""

    __slots__ = ()
