"""The text of `.env.example`, and of the `.env` that `moniqo init` writes."""

from collections.abc import Iterator, Mapping

from moniqo.entrypoints.settings.variables import Variable, groups

HEADING = """\
# Settings of Moniqo. Copy to `.env`, or let `moniqo init` write one with fresh secrets.
# A variable of the environment outdoes one of this file; an empty one counts as not set."""


def render(chosen: Mapping[str, str] | None = None) -> str:
    """Every setting with its meaning and default.

    With `chosen`, those are set and all others stand as comments, to follow later defaults.
    """
    return "\n".join(_lines(chosen)) + "\n"


def _lines(chosen: Mapping[str, str] | None) -> Iterator[str]:
    yield HEADING
    for group in groups():
        yield f"\n## {group.title}"
        for variable in group.variables:
            yield f"\n# {variable.meaning}{_choices(variable)}"
            yield _assignment(variable, chosen)


def _assignment(variable: Variable, chosen: Mapping[str, str] | None) -> str:
    if chosen is None:
        return f"{variable.name}={variable.default}"
    if variable.name in chosen:
        return f"{variable.name}={quoted(chosen[variable.name])}"
    return f"# {variable.name}={variable.default}"


def quoted(value: str) -> str:
    """`value` as a `.env` line holds it; raises `ValueError` if none can."""
    if "\n" in value or "\r" in value or ('"' in value and "'" in value):
        raise ValueError("cannot be written to a .env file")
    if value and not any(character in value for character in " \t#'\""):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def _choices(variable: Variable) -> str:
    members = getattr(variable.bare, "__members__", None)
    return f" One of {', '.join(m.value for m in members.values())}." if members else ""
