"""Settings from variables; every fault is found before the first is told."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec

from moniqo.domain.shared.errors import Fault
from moniqo.domain.shared.scalar import Secret
from moniqo.entrypoints.settings.checks import faults_of
from moniqo.entrypoints.settings.dotenv import read_dotenv
from moniqo.entrypoints.settings.faults import WrongSettings
from moniqo.entrypoints.settings.model import Settings
from moniqo.entrypoints.settings.values import KeyRing, Origins, PictureTypes
from moniqo.entrypoints.settings.variables import Variable, groups, variables

DOTENV = Path(".env")


def load(environ: Mapping[str, str] | None = None, dotenv: Path = DOTENV) -> Settings:
    """The settings of this process; a variable of the environment outdoes one of the file.

    An empty variable counts as not set. Raises `WrongSettings` with every fault.
    """
    written = read_dotenv(dotenv)
    given = {**written, **(os.environ if environ is None else environ)}
    faults = _misspelt(written, dotenv)
    parts: dict[str, Any] = {}
    for group in groups():
        values = {}
        for variable in group.variables:
            text = given.get(variable.name, "").strip()
            if text:
                try:
                    values[variable.name.lower()] = _parsed(variable, text)
                except ValueError as error:
                    faults.append(Fault(variable.name, str(error)))
        parts[group.name] = group.kind(**values)
    settings = Settings(**parts)
    faults += [fault for fault in faults_of(settings) if fault.field not in _named(faults)]
    if faults:
        raise WrongSettings(tuple(faults))
    return settings


def _named(faults: list[Fault]) -> set[str]:
    return {fault.field for fault in faults}


def _misspelt(written: Mapping[str, str], dotenv: Path) -> list[Fault]:
    known = [variable.name for variable in variables()]
    return [
        Fault(name, f"in {dotenv} is no setting; {close} is")
        for name in sorted(written.keys() - set(known))
        for close in get_close_matches(name, known, n=1, cutoff=0.9)
    ]


def _parsed(variable: Variable, text: str) -> Any:
    bare = variable.bare
    if bare is Path:
        return Path(text).expanduser()
    if bare in {KeyRing, Origins, PictureTypes}:
        return bare.parse(text)
    if issubclass(bare, Secret):
        return bare(text)
    if issubclass(bare, Enum):
        return _member(bare, text)
    # The rules of the value itself: of one that may be absent, nothing else can be said.
    return _converted(Annotated[(bare, *get_args(variable.annotation)[1:])], text)


def _member(kind: type[Enum], text: str) -> Enum:
    choices = {str(member.value).lower(): member for member in kind}
    if text.lower() in choices:
        return choices[text.lower()]
    close = get_close_matches(text.lower(), choices, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise ValueError(f"{text!r} is none of {', '.join(m.value for m in kind)}{hint}")


def _converted(annotation: Any, text: str) -> Any:
    try:
        return msgspec.convert(text, annotation, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{text!r} does not fit: {error}") from error
