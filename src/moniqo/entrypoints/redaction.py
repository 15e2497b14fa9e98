"""What keeps secrets out of log lines: names of fields, types, and shapes of text."""

import re
from collections.abc import Mapping

from moniqo.domain.shared.scalar import Secret

WITHHELD = "***"

_NAMES = re.compile(
    r"pass|secret|token|authorization|cookie|credential|pepper|hash|(api|private|signing)_?key",
    re.IGNORECASE,
)
_SHAPES = (
    (re.compile(r"(?<=://)[^/@\s]+(?=@)"), WITHHELD),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {WITHHELD}"),
    (re.compile(r"(?i)\b(token|password|secret|api_key)=[^&\s\"']+"), rf"\1={WITHHELD}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), WITHHELD),
)


def redacted(name: str, value: object) -> object:
    """`value` as a log line may show it under `name`."""
    if _NAMES.search(name):
        return WITHHELD
    if isinstance(value, Secret):
        return WITHHELD
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, Mapping):
        return {str(key): redacted(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redacted("", item) for item in value]
    return value


def scrubbed(text: str) -> str:
    """`text` without passwords of addresses, bearer tokens and tokens of links."""
    for shape, substitute in _SHAPES:
        text = shape.sub(substitute, text)
    return text
