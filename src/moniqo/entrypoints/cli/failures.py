"""Errors as a human, a program and a shell are told of them."""

import json
import sys
import traceback
from dataclasses import asdict, dataclass

from moniqo.domain.shared.errors import AppError, Fault
from moniqo.entrypoints.cli.exits import OF_KIND, Exit


class MigrationsPending(Exception):
    """The store is older than this version of the program."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(
            f"The store lacks {len(names)} of this version's migrations. Run `moniqo migrate`."
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command did not do what it was asked."""

    code: str
    message: str
    exit: Exit
    details: tuple[Fault, ...] = ()

    def tell(self, *, as_json: bool) -> None:
        """Write it to standard error: one line and one for each detail, or one JSON object."""
        if as_json:
            told = {"error": {key: value for key, value in asdict(self).items() if key != "exit"}}
            sys.stderr.write(json.dumps(told, ensure_ascii=False) + "\n")
            return
        sys.stderr.write(f"error: {self.message}\n")
        for fault in (it for it in self.details if it.message not in self.message):
            sys.stderr.write(f"  {fault.field}: {fault.message}\n")


def failure_of(error: BaseException) -> Failure:
    """What `error` means to whoever ran the command."""
    from moniqo.entrypoints.settings import WrongSettings

    if isinstance(error, AppError):
        return Failure(error.code, error.message, OF_KIND[error.kind], error.faults)
    if isinstance(error, WrongSettings):
        message = "The settings are wrong. Each is described in .env.example."
        return Failure("WRONG_SETTINGS", message, Exit.SETTINGS, error.faults)
    if isinstance(error, MigrationsPending):
        details = tuple(Fault("pending", name) for name in error.names)
        return Failure("MIGRATIONS_PENDING", str(error), Exit.PENDING, details)
    message = f"An unexpected {type(error).__name__}."
    if _wants_traceback():
        traceback.print_exception(error)
    else:
        message += " Set DEBUG=true to see where."
    return Failure("INTERNAL_ERROR", message, Exit.FAULT)


def _wants_traceback() -> bool:
    from moniqo.entrypoints.settings import WrongSettings, load

    try:
        return load().application.debug
    except WrongSettings:
        return False
