"""What a password must be like, apart from not being a common one."""

from collections.abc import Callable

from moniqo.domain.identity.credentials import Password

SHORTEST = 8
LEAST_OF_ITS_OWN = 4
"""Characters that must remain when the owner's names are taken out of a password."""
_SHORTEST_NAME = 3

_CLASSES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("an upper-case letter", str.isupper),
    ("a lower-case letter", str.islower),
    ("a digit", str.isdecimal),
    ("a special character", lambda character: not character.isalnum()),
)


def password_faults(
    password: Password, *, names: tuple[str, ...], classes: bool
) -> tuple[str, ...]:
    """Each rule that the password breaks.

    `names` are what others know of the owner (address, first and last name). With `classes`
    four kinds of characters are demanded.
    """
    text = password.value
    faults = []
    if len(text) < SHORTEST:
        faults.append(f"must have at least {SHORTEST} characters")
    if classes:
        faults += [f"must have {name}" for name, has in _CLASSES if not any(map(has, text))]
    if len(_without(names, text.casefold())) < min(LEAST_OF_ITS_OWN, len(text)):
        faults.append("must not be made of the name or the e-mail address")
    return tuple(faults)


def _without(names: tuple[str, ...], text: str) -> str:
    for name in sorted((name.casefold() for name in names), key=len, reverse=True):
        if len(name) >= _SHORTEST_NAME:
            text = text.replace(name, "")
    return text
