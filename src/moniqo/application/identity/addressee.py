"""Whom a mail is asked for."""

from dataclasses import dataclass
from typing import Annotated

from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.rules import Length


@dataclass(frozen=True, slots=True)
class Addressee(Value):
    """Somebody's address, which nobody may have."""

    email: Annotated[str, Length(3, 320)]
