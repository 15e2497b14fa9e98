"""Results as JSON: the same texts for ids, instants and amounts as over HTTP; no secrets."""

from typing import Any

from moniqo.adapters.codec import JSON_LEAVES, Codec

_CODEC = Codec(JSON_LEAVES, secrets=False, telling=True)


def plain(value: object) -> dict[str, Any]:
    """The fields of a dataclass as JSON can hold them; refuses one that holds a secret."""
    shown: dict[str, Any] = _CODEC.encode(type(value), value)
    return shown
