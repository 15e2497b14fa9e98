"""What keeps secrets out of log lines: names of fields, types, and shapes of text."""

import re
from collections.abc import Mapping

from moniqo.domain.shared.scalar import Secret

WITHHELD = "***"

_NAMES = re.compile(
    r"pass|pwd|secret|token|authorization|cookie|credential|pepper|hash|signature"
    r"|(api|private|signing|access)[-_]?key",
    re.IGNORECASE,
)
_TOLD = r"[\w-]{0,40}[\"']?\s{0,3}[=:]\s{0,3}"
"""What stands between a name that begins so and its value: in a query, a header, JSON."""
_VALUE = r"""(?:"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|[^&\s"',;)}\]]+)"""
# Repeats are bounded or part from what follows them: no text takes longer than it is long.
_SHAPES = (
    (re.compile(r"(?<=://)[^/@\s]*(?::[^@\s]{0,200})?(?=@)"), WITHHELD),
    (re.compile(rf"(?i)((?:authorization|cookie){_TOLD})[^\r\n]+"), rf"\1{WITHHELD}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {WITHHELD}"),
    (
        re.compile(
            r"(?i)((?:token|passw|pwd|secret|api[_-]?key|credential|signature|pepper)"
            rf"{_TOLD}){_VALUE}"
        ),
        rf"\1{WITHHELD}",
    ),
    (re.compile(r"(?i)\b(link=)[\w-]{20,}"), rf"\1{WITHHELD}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), WITHHELD),
    (re.compile(r"\b(?:sk|pk|rk|re|whsec)[-_][\w-]{16,}"), WITHHELD),
)
_HARMLESS = (int, float, type(None))


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
    # Whatever else it is, a line shows it so.
    return value if isinstance(value, _HARMLESS) else scrubbed(repr(value))


def scrubbed(text: str) -> str:
    """`text` without passwords of addresses, tokens, keys, and what stands under such names."""
    for shape, substitute in _SHAPES:
        text = shape.sub(substitute, text)
    return text
