"""What is noted of each part: three names that say which writes an answer has to outlive."""

from collections.abc import Iterable

from moniqo.application.shared.cache import Part

_ANYBODY = "*"


def read(parts: Iterable[Part]) -> tuple[str, ...]:
    """What an answer made of the parts depends on."""
    names: list[str] = []
    for kind, owner in parts:
        name = kind.__name__
        names += [name] if owner is None else [f"{name}:{owner}", f"{name}:{_ANYBODY}"]
    return tuple(names)


def written(parts: Iterable[Part]) -> tuple[str, ...]:
    """What a change of the parts makes old."""
    names = (
        name
        for kind, owner in parts
        for name in (kind.__name__, f"{kind.__name__}:{owner or _ANYBODY}")
    )
    return tuple(dict.fromkeys(names))
