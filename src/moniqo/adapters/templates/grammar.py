"""The part of the template language that prompts may use.

Fuel bounds how long a template works, not how much memory its values take: doubling a text
forty times is forty instructions. So whatever makes a value larger is left out: operators
that join, assignments, macros, calls, most filters. Conditions, loops, subscripts and the
filters below remain.
"""

import re
from collections.abc import Iterator

from moniqo.domain.shared.errors import Fault, Invalid

VARIABLES = frozenset(
    {
        "symbol",
        "timeframe",
        "now",
        "candles",
        "cash",
        "position",
        "entry_price",
        "open_orders",
        "answers",
    }
)
FILTERS = frozenset({"default", "first", "last", "length", "lower", "reverse", "upper"})
STATEMENTS = frozenset({"if", "elif", "else", "endif", "for", "endfor"})

_OPENING = re.compile(r"\{[{%#]")
_INNER = re.compile(r"[\"']?_")
"""Names by which a language's own workings are reached; data have none of the kind."""
_REACHING = frozenset({".", "["})
_TOKEN = re.compile(
    r"""\s+
    | (?P<end>[-+]?[%}]\})
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?)
    | (?P<mark>==|!=|<=|>=|[<>|.,:\[\]()])""",
    re.VERBOSE | re.DOTALL,
)


def refused(line: int | None, reason: str) -> Invalid:
    """The error for a template that cannot be used."""
    message = f"line {line or 1}: {reason}"
    return Invalid(f"prompt: {message}", faults=(Fault("prompt", message),))


def names_in(template: str) -> set[str]:
    """Every name in the template's tags; raises `Invalid` for what is not in the language."""
    names: set[str] = set()
    position = 0
    while opening := _OPENING.search(template, position):
        position = opening.end()
        if opening.group() == "{#":
            closing = template.find("#}", position)
            position = len(template) if closing < 0 else closing + 2
            continue
        tokens = list(_tokens(template, position))
        _check_tag(tokens, template, is_statement=opening.group() == "{%")
        names |= {token.group() for token in tokens if token.lastgroup == "name"}
        position = tokens[-1].end() if tokens else len(template)
    return names


def _tokens(template: str, position: int) -> Iterator[re.Match[str]]:
    """The tokens of a tag, its end included; the parser complains of one that has no end."""
    # White space control stands at the opening.
    position += template[position : position + 1] in ("-", "+")
    while position < len(template):
        token = _TOKEN.match(template, position)
        if token is None:
            raise refused(_line(template, position), f"{template[position]} cannot be used here")
        position = token.end()
        if token.lastgroup is not None:
            yield token
        if token.lastgroup == "end":
            return


def _check_tag(tokens: list[re.Match[str]], template: str, *, is_statement: bool) -> None:
    before = ["", ""]
    for index, token in enumerate(tokens):
        text = token.group()
        reason = None
        if token.lastgroup == "name" and is_statement and index == 0 and text not in STATEMENTS:
            reason = f"{text} is not a statement that prompts may use"
        elif before[1] == "|" and text not in FILTERS:
            reason = f"{text} is not a filter that prompts may use"
        elif text == "recursive":
            reason = "loops cannot be recursive"
        elif text == "self" and before[1] != ".":
            reason = "self is not a variable that prompts have"
        elif _INNER.match(text) and before[1] in _REACHING:
            reason = f"{text} is nothing that prompts may reach"
        elif text == "(" and _is_called(before):
            reason = "nothing can be called"
        if reason is not None:
            raise refused(_line(template, token.start()), reason)
        before = [before[1], text]


_MARKS_BEFORE_GROUP = frozenset({"", "(", "[", ",", ":", "==", "!=", "<=", ">=", "<", ">"})
_WORDS_BEFORE_GROUP = frozenset({"and", "or", "not", "in", "if", "else", "elif", "is"})


def _is_called(before: list[str]) -> bool:
    """Whether a bracket after these two tokens is a call, and not that of a filter."""
    filters = before[0] == "|" and before[1] in FILTERS
    return not filters and before[1] not in _MARKS_BEFORE_GROUP | _WORDS_BEFORE_GROUP


def _line(template: str, position: int) -> int:
    return template.count("\n", 0, position) + 1
