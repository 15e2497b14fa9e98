"""How values are shown: by the shared codec, less book-keeping and what one table withholds."""

from collections.abc import Mapping

from moniqo.adapters.codec import JSON_LEAVES, Codec
from moniqo.domain.files.file import File
from moniqo.domain.shared.entity import BOOKKEEPING, Entity
from moniqo.domain.shared.schema import Field, schema
from moniqo.domain.trading.market import Candle

UNSEEN = BOOKKEEPING - {"version", "created_at", "updated_at"} | {
    "lease_owner",
    "lease_until",
    "fence",
}
"""Fields of entities that are nobody's business: who wrote a row, and who is working on it."""
WITHHELD: Mapping[type, frozenset[str]] = {
    Candle: frozenset({"version", "created_at", "updated_at"}),
    File: frozenset({"storage_key", "needs"}),
}
"""Fields that no answer shows. A secret that is not among them fails the start."""


def shown(owner: type) -> tuple[Field, ...]:
    """The fields of `owner` that answers have, in order."""
    hidden = WITHHELD.get(owner, frozenset()) | (UNSEEN if issubclass(owner, Entity) else set())
    return tuple(field for field in schema(owner) if field.name not in hidden)


class AnswerCodec(Codec):
    """Encodes what callers see; raises `SecretRefused` for a type that would show a secret."""

    def __init__(self) -> None:
        super().__init__(JSON_LEAVES, secrets=False, telling=True)

    def _encoded(self, owner: type) -> tuple[Field, ...]:
        return shown(owner)
