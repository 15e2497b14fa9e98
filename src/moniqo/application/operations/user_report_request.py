"""Which users a report is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Fault, Invalid

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UserReportRequest(Value):
    """Who registered in [`start_date`, `end_date`), between 1970 and 2200."""

    start_date: datetime
    end_date: datetime

    def check(self) -> None:
        """Something must lie between the two."""
        faults = tuple(self._faults())
        if faults:
            raise Invalid.naming("The range is none to report about", faults)

    def _faults(self) -> Iterator[Fault]:
        for name in ("start_date", "end_date"):
            if not EARLIEST <= getattr(self, name) <= LATEST:
                yield Fault(name, "must lie between 1970 and 2200")
        if self.end_date <= self.start_date:
            yield Fault("end_date", "must be later than start_date")
