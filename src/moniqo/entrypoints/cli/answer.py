"""What a command answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moniqo.entrypoints.cli.exits import Exit


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found out: `data` for programs, `text` (or what draws it) for humans."""

    data: Mapping[str, Any]
    text: str | Callable[[], None]
    exit: Exit = Exit.DONE
