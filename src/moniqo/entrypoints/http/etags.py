"""Entity tags: which entity, which version of it, and which bytes were shown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

Expected = tuple[tuple[UUID, int], ...]
_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"', re.ASCII)
_OWN = re.compile(r"v([0-9]{1,18})-([0-9a-f]{32})-[0-9a-f]+", re.ASCII)
ANY = "*"


def etag(entity_id: UUID, version: int, data: bytes) -> str:
    """The strong tag of `data`, a representation of this version of the entity."""
    digest = blake2b(data, digest_size=6).hexdigest()
    return f'"v{version}-{entity_id.hex}-{digest}"'


def shows(tag: str, if_none_match: Iterable[bytes]) -> bool:
    """Whether the client has what `tag` names already (weak comparison)."""
    text = _joined(if_none_match)
    return text == ANY or any(f'"{opaque}"' == tag for _, opaque in _TAG.findall(text))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the client says in `If-None-Match` that it has."""

    if_none_match: tuple[bytes, ...]

    def has(self, mark: str) -> bool:
        """Whether it has what is `marked` so."""
        return shows(marked(mark), self.if_none_match)


def marked(mark: str) -> str:
    """The strong tag of whatever `mark` stands for."""
    return f'"{blake2b(mark.encode(), digest_size=12).hexdigest()}"'


def expected(if_match: Iterable[bytes]) -> Expected | None:
    """The (id, version) pairs that `If-Match` demands; None if it demands none.

    A weak tag or one that is not ours demands what never is: an empty tuple.
    """
    text = _joined(if_match)
    if text in ("", ANY):
        return None
    found = (_OWN.fullmatch(opaque) for weak, opaque in _TAG.findall(text) if not weak)
    return tuple((UUID(own[2]), int(own[1])) for own in found if own)


def _joined(values: Iterable[bytes]) -> str:
    return ", ".join(value.decode("latin-1") for value in values).strip()
