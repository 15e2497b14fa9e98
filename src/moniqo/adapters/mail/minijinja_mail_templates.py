"""Mails worded by MiniJinja from the files beside this module."""

import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from minijinja import Environment, TemplateError

from moniqo.application.mail.letters import Letter
from moniqo.application.mail.ports import SUBJECT, Mail
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.entity import Value

FOLDER = Path(__file__).parent / "templates"

_INNER_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of writing: what follows would read as something else."""
_BREAKING = frozenset({"Cc", "Zl", "Zp"})


@dataclass(frozen=True)
class MinijinjaMailTemplates:
    """See `MailTemplates`. `app` is the product's name, `contact` whom users may write to."""

    app: str
    contact: str | None = None

    def render(self, letter: Letter, *, to: Email) -> Mail:
        """See `MailTemplates`."""
        name = template_of(type(letter))
        data = _shown(letter)
        data |= {"app": one_line(self.app), "contact": self.contact or ""}
        try:
            first, _, text = self._environment.render_template(f"{name}.txt", **data).partition(
                "\n"
            )
            subject = first.strip()[:SUBJECT].strip() or data["app"]
            html = self._environment.render_template(f"{name}.html", subject=subject, **data)
        except TemplateError as problem:
            # Its own words would show the data.
            raise LookupError(f"the mail {name} cannot be worded: {problem.kind}") from None
        return Mail(to=to, subject=subject, text=text, html=html)

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            loader=_source,
            undefined_behavior="strict",
            auto_escape_callback=lambda name: name.endswith(".html"),
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
            pycompat=False,
            debug=False,
        )


def template_of(letter: type[Letter]) -> str:
    """The name of a letter's template."""
    return _INNER_WORD.sub("_", letter.__name__).lower()


def _shown(value: Value) -> dict[str, Any]:
    """What a template gets: every text in one line, also within parts."""
    return {field.name: _part(getattr(value, field.name)) for field in fields(value)}


def _part(value: str | tuple[Value, ...]) -> str | list[dict[str, Any]]:
    return one_line(value) if isinstance(value, str) else [_shown(part) for part in value]


def one_line(text: str) -> str:
    """`text` without anything that ends a line, makes none visible, or turns its direction."""
    shown = (" " if unicodedata.category(it) in _BREAKING else it for it in text)
    return " ".join("".join(it for it in shown if it not in _TURNING).split())


def _source(name: str) -> str | None:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.is_file() else None
