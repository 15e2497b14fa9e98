"""What is done again and again, at its times."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue, Wanted
from moniqo.domain.operations.schedule import Schedule, ScheduleId
from moniqo.domain.shared.errors import AlreadyExists, StaleVersion
from moniqo.domain.shared.types import JsonObject


@dataclass(frozen=True, slots=True)
class Recurring:
    """A kind of task that is wanted at the times of a cron `rule`, by the clocks in `zone`."""

    kind: str
    rule: str
    zone: tzinfo = UTC

    @property
    def spoken(self) -> str:
        """The rule and where it holds: with another one the times are others."""
        return f"{self.rule} {self.zone}"


@dataclass(frozen=True, slots=True)
class KeepSchedules:
    """Want each recurring task whose slot has come.

    A slot is taken once however many processes look: whoever moves the schedule on has it. Slots
    that passed while nobody looked become one task, and while one is unfinished there is no
    second. One that was never seen before waits for its first slot.
    """

    uow: UnitOfWork
    clock: Clock
    ids: Ids
    cron: Schedules
    queue: TaskQueue
    recurring: Sequence[Recurring]

    async def __call__(self) -> int:
        """Answers how many slots were taken."""
        taken = 0
        for each in self.recurring:
            # Somebody else has this slot.
            with suppress(StaleVersion, AlreadyExists):
                taken += await self._look(each)
        return taken

    async def _look(self, each: Recurring) -> bool:
        now = self.clock.now()
        async with self.uow() as tx:
            schedule = await tx[Schedule].first(eq("name", each.kind))
            if schedule is None:
                await tx[Schedule].add(self._new(each, now))
                return False
            following = self._after(each, now)
            if schedule.rule != each.spoken:
                await tx[Schedule].save(schedule.ruled(each.spoken, following))
                return False
            if schedule.fires_at > now:
                return False
            await self._take(tx, each, schedule.fired(now, following), slot=schedule.fires_at)
        return True

    async def _take(
        self, tx: Transaction, each: Recurring, fired: Schedule, *, slot: datetime
    ) -> None:
        payload = JsonObject({"slot": slot.isoformat()})
        await tx[Schedule].save(fired)
        await self.queue.add(tx, Wanted(each.kind, payload=payload, dedupe_key=each.kind))

    def _new(self, each: Recurring, now: datetime) -> Schedule:
        return Schedule(
            id=ScheduleId(self.ids.new()),
            name=each.kind,
            rule=each.spoken,
            fires_at=self._after(each, now),
        )

    def _after(self, each: Recurring, now: datetime) -> datetime:
        return self.cron.next_after(each.rule, now.astimezone(each.zone)).astimezone(UTC)
