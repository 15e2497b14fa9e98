"""What an account is named by, and what proves that somebody owns it."""

import unicodedata

from moniqo.domain.shared.rules import Length, Pattern
from moniqo.domain.shared.scalar import Scalar, Secret

_ABSURD = 1024


class Email(Scalar[str]):
    """An address in its one canonical form: lower case, the domain in ASCII (IDNA).

    A local part beyond ASCII is refused: too many letters look like others.
    """

    __slots__ = ()
    rules = (
        Length(3, 254),
        Pattern(
            r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+",
            "an e-mail address such as ada@example.com",
        ),
    )

    @classmethod
    def normalise(cls, value: str) -> str:
        """Lower case. Letters beyond ASCII stay, to be refused: some would turn into ASCII."""
        return value.lower() if value.isascii() else value


class Username(Scalar[str]):
    """The short public name of an account; capitals are lowered."""

    __slots__ = ()
    rules = (Pattern(r"[a-z0-9_]{3,32}", "3 to 32 letters without accents, digits or underscores"),)

    @classmethod
    def normalise(cls, value: str) -> str:
        """Lower case. Letters beyond ASCII stay, to be refused: some would turn into ASCII."""
        return value.lower() if value.isascii() else value


class Password(Secret):
    """A password as typed, in Unicode's NFC and otherwise untouched; at most 128 characters.

    Whether it is good enough for an account is the policy's question.
    """

    __slots__ = ()
    rules = (Length(1, 128),)

    @classmethod
    def normalise(cls, value: str) -> str:
        """NFC, so that two keyboards give one password. An absurd length is left as it is."""
        return value if len(value) > _ABSURD else unicodedata.normalize("NFC", value)


class PasswordHash(Secret):
    """What is kept of a password: scheme, pepper id, cost and hash in one text."""

    __slots__ = ()
    rules = (Length(1, 255),)


class TokenHash(Secret):
    """What is kept of a token: its SHA-256 in lower-case hexadecimal."""

    __slots__ = ()
    rules = (Pattern(r"[0-9a-f]{64}", "64 hexadecimal digits"),)
