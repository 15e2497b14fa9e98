"""What the exit code of a command says."""

from enum import IntEnum

from moniqo.domain.shared.errors import Kind


class Exit(IntEnum):
    """Why a command ended."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    SETTINGS = 3
    INVALID = 4
    NOT_FOUND = 5
    CONFLICT = 6
    REFUSED = 7
    UNAVAILABLE = 8
    PENDING = 9
    UNSUCCESSFUL = 10
    BROKEN = 11
    INTERRUPTED = 130


DESCRIPTION = (
    "Exit codes: 0 done, 1 a fault of the program, 2 wrong usage, 3 wrong settings, "
    "4 invalid input, 5 not found, 6 conflict, 7 not allowed or over a limit, "
    "8 something needed is unavailable, 9 migrations are pending, "
    "10 the run or backtest failed, 11 the audit trail was tampered with."
)

OF_KIND = {
    Kind.REJECTED: Exit.INVALID,
    Kind.INVALID: Exit.INVALID,
    Kind.TOO_LARGE: Exit.INVALID,
    Kind.NOT_FOUND: Exit.NOT_FOUND,
    Kind.CONFLICT: Exit.CONFLICT,
    Kind.OUTDATED: Exit.CONFLICT,
    Kind.UNAUTHENTICATED: Exit.REFUSED,
    Kind.FORBIDDEN: Exit.REFUSED,
    Kind.QUOTA_EXCEEDED: Exit.REFUSED,
    Kind.RATE_LIMITED: Exit.REFUSED,
    Kind.LOCKED: Exit.REFUSED,
    Kind.UNAVAILABLE: Exit.UNAVAILABLE,
}
