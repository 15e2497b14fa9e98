"""Keys that every store of files can hold and that lead nowhere else."""

import re

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}", re.ASCII)
_LONGEST = 255


def parts_of(key: str) -> list[str]:
    """The key's parts; raises `ValueError` for a key that could lead out of a folder."""
    parts = key.split("/")
    if len(key) > _LONGEST or not all(map(_PART.fullmatch, parts)):
        raise ValueError("not a key of an object")
    return parts
