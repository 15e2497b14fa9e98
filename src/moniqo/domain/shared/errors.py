"""The one error tree. A kind says what sort of refusal it is, a code which one.

Transports map kinds to their own numbers; nothing below them knows any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self


class Kind(StrEnum):
    """What sort of refusal an error is."""

    REJECTED = "rejected"
    UNAUTHENTICATED = "unauthenticated"
    QUOTA_EXCEEDED = "quota_exceeded"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    OUTDATED = "outdated"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    LOCKED = "locked"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field; `field` is a dotted path, empty for the whole."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field} {self.message}".strip()


class AppError(Exception):
    """A refusal that the caller is told about.

    `message` is one sentence for a human; `faults` name fields; `retry_after` is in
    seconds, where waiting helps.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]

    def __init__(
        self, message: str, *, faults: tuple[Fault, ...] = (), retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.faults = faults
        self.retry_after = retry_after

    @classmethod
    def naming(cls, what: str, faults: Iterable[Fault]) -> Self:
        """The error for all the faults, in a sentence that begins with `what`."""
        known = tuple(faults)
        return cls(f"{what}: {'; '.join(map(str, known))}.", faults=known)


class Rejected(AppError):
    """The request cannot be taken as it stands."""

    kind = Kind.REJECTED
    code = "MALFORMED_REQUEST"


class EmailAlreadyRegistered(Rejected):
    """An account with this e-mail address exists."""

    code = "EMAIL_ALREADY_REGISTERED"


class UsernameTaken(Rejected):
    """An account with this username exists."""

    code = "USERNAME_TAKEN"


class InvalidToken(Rejected):
    """The token of a mail's link is used, expired, superseded or none of ours: all the same."""

    code = "INVALID_TOKEN"


class Unauthenticated(AppError):
    """The caller did not prove who they are."""

    kind = Kind.UNAUTHENTICATED
    code = "UNAUTHENTICATED"


class TokenExpired(Unauthenticated):
    """The access token's time is over."""

    code = "TOKEN_EXPIRED"


class InvalidCredentials(Unauthenticated):
    """No such account, or a wrong password; which of the two is not told."""

    code = "INVALID_CREDENTIALS"


class TokenReused(Unauthenticated):
    """A refresh token was used a second time; its session has been ended."""

    code = "TOKEN_REUSED"


class QuotaExceeded(AppError):
    """The plan's limit for a resource is used up."""

    kind = Kind.QUOTA_EXCEEDED
    code = "QUOTA_EXCEEDED"


class Forbidden(AppError):
    """The caller is known and may not do this."""

    kind = Kind.FORBIDDEN
    code = "PERMISSION_DENIED"


class EmailNotVerified(Forbidden):
    """The account's e-mail address is not verified yet."""

    code = "EMAIL_NOT_VERIFIED"


class AccountInactive(Forbidden):
    """The account is deactivated."""

    code = "ACCOUNT_INACTIVE"


class NotFound(AppError):
    """Absent, removed, or somebody else's."""

    kind = Kind.NOT_FOUND
    code = "NOT_FOUND"


class Conflict(AppError):
    """The current state of things does not allow it."""

    kind = Kind.CONFLICT
    code = "CONFLICT"


class AlreadyExists(Conflict):
    """A live entity with the same unique fields exists; `faults` name them."""


class StaleVersion(Conflict):
    """Somebody else changed the entity since it was read."""


class IdempotencyKeyReused(Conflict):
    """The same idempotency key came with another body."""

    code = "IDEMPOTENCY_KEY_REUSED"


class RuleViolated(Conflict):
    """A state machine or a business rule forbids this step."""

    code = "INVALID_STATE"


class PreconditionFailed(AppError):
    """The caller said which version they change, and the stored one is another."""

    kind = Kind.OUTDATED
    code = "PRECONDITION_FAILED"


class NoLongerHeld(RuleViolated):
    """The work is somebody else's by now, or over: whoever finds out leaves it alone."""


class Undeliverable(RuleViolated):
    """What was to be sent was refused for good: sending it again would change nothing."""


class GivenUp(RuleViolated):
    """Work that nobody is to have any more, through no fault: it ends as if it was cancelled."""


class Invalid(AppError, ValueError):
    """Well-formed input that breaks a rule; `faults` name every field at fault."""

    kind = Kind.INVALID
    code = "VALIDATION_ERROR"

    @classmethod
    def field(cls, name: str, message: str) -> Self:
        """The error for one field."""
        return cls(f"{name}: {message}", faults=(Fault(name, message),))


class WeakPassword(Invalid):
    """The password breaks the policy; `faults` name each rule that it breaks."""

    code = "WEAK_PASSWORD"


class UnsupportedFileType(Invalid):
    """The content is of no kind that is taken here, whatever its name says."""

    code = "UNSUPPORTED_FILE_TYPE"


class TooLarge(AppError):
    """More bytes than are taken."""

    kind = Kind.TOO_LARGE
    code = "PAYLOAD_TOO_LARGE"


class Locked(AppError):
    """Too many failed sign-ins; `retry_after` says when the lock ends."""

    kind = Kind.LOCKED
    code = "ACCOUNT_LOCKED"


class RateLimited(AppError):
    """Too often; `retry_after` says when it may be tried again."""

    kind = Kind.RATE_LIMITED
    code = "RATE_LIMITED"


class Unavailable(AppError):
    """A dependency is down or overloaded; trying again later may help."""

    kind = Kind.UNAVAILABLE
    code = "UNAVAILABLE"
