"""When what went wrong is tried again, and what is kept of the reason."""

import re
from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.shared.printable import keepable
from moniqo.domain.shared.errors import AppError

# Begun where a word begins and nowhere within it: long words would be read again and again.
_ADDRESS = re.compile(r"(?<![^\s<>\"'(),:;=])[^\s<>\"'(),:;=]+@[^\s<>\"'(),:;]+")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True, slots=True)
class RetryTerms:
    """After `attempts` in vain no further one is made by itself.

    One may take as long as `limit`. Pauses double from `first_pause` to `longest_pause`.
    """

    attempts: int = 12
    limit: timedelta = timedelta(seconds=20)
    first_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(minutes=30)

    def pause(self, attempts: int, problem: Exception, fraction: float) -> timedelta:
        """The pause after so many attempts.

        It is not shorter than the problem asks for, and up to half as long again by `fraction`
        (0 to 1): what failed together does not come back together.
        """
        doubled: timedelta = self.first_pause * 2 ** min(attempts - 1, 32)
        asked = problem.retry_after if isinstance(problem, AppError) else None
        least = max(min(doubled, self.longest_pause), timedelta(seconds=asked or 0))
        return least * (1 + fraction / 2)


def reason_of(problem: Exception) -> str:
    """The problem's kind and words, without addresses of people and without tokens.

    Every store takes it: one that is refused would keep the others from being told of, too.
    """
    text = _TOKEN.sub("***", _ADDRESS.sub("***", keepable(str(problem))))
    return f"{type(problem).__name__}: {text}"
