"""What operators are told about a day."""

from dataclasses import dataclass

from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.event import Event
from moniqo.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Value):
    """How many there were of something."""

    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInFigures(Value):
    """The figures of a `day` (such as 2026-01-31) by the clocks of `zone`."""

    day: str
    zone: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReportDue(Event):
    """Somebody who may be is to be told about a day."""

    user_id: UserId
    report: DayInFigures
