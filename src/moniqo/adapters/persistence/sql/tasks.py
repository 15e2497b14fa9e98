"""What workers do with tasks, in SQL."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from moniqo.adapters.persistence.sql import task_texts
from moniqo.adapters.persistence.sql.columns import POSTGRES
from moniqo.adapters.persistence.sql.driver import Driver
from moniqo.adapters.persistence.sql.pool import Pool
from moniqo.adapters.persistence.sql.schema import Schema
from moniqo.adapters.persistence.sql.task_texts import Words
from moniqo.adapters.persistence.sql.values import json_text
from moniqo.adapters.persistence.task_store import WOKEN, Claim, Outcome, Pulse, shares
from moniqo.domain.operations.task import Task, TaskId

C = TypeVar("C")
Rows = Sequence[Sequence[Any]]
_PULSE = {"task_id": "uuid", "fence": "bigint", "progress": "bigint", "stage": "text"}
_OUTCOME = {
    **_PULSE,
    "status": "text",
    "attempts": "bigint",
    "pause": "double precision",
    "result": "text",
    "error": "text",
}


def _recordset(fields: Mapping[str, str]) -> str:
    kinds = ", ".join(f"{name} {kind}" for name, kind in fields.items())
    return f"SELECT * FROM jsonb_to_recordset($1::jsonb) AS row({kinds})"


def _extracted(fields: Mapping[str, str]) -> str:
    return "SELECT {} FROM json_each(?1)".format(
        ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in fields)
    )


_POSTGRES = Words(
    place=lambda number: f"${number}",
    now="date_trunc('milliseconds', clock_timestamp())",
    later=lambda seconds: (
        "date_trunc('milliseconds', clock_timestamp() + "
        f"make_interval(secs => {seconds}::double precision))"
    ),
    yes="TRUE",
    no="FALSE",
    pulses=_recordset(_PULSE),
    outcomes=_recordset(_OUTCOME),
    document="given.result::jsonb",
    locked="FOR UPDATE SKIP LOCKED",
    # As an array, for which the primary key is read. Of a join PostgreSQL expects a tenth of each
    # lane, since it cannot know the numbers, and reads the whole table.
    among=lambda selection: f"tasks.id = ANY (ARRAY({selection}))",
)
_SQLITE = Words(
    place=lambda number: f"?{number}",
    now="strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    later=lambda seconds: f"strftime('%Y-%m-%dT%H:%M:%fZ', 'now', {seconds} || ' seconds')",
    yes="1",
    no="0",
    pulses=_extracted(_PULSE),
    outcomes=_extracted(_OUTCOME),
    document="given.result",
    locked="",
    among=lambda selection: f"tasks.id IN ({selection})",
)


class SqlTasks(Generic[C]):
    """See `TaskStore`. Each call is one short transaction."""

    def __init__(self, driver: Driver[C], schema: Schema) -> None:
        self._driver = driver
        self._schema = schema
        self._by_arrays = driver.dialect.compiler.name == POSTGRES
        words = _POSTGRES if self._by_arrays else _SQLITE
        table = schema.tables.tables[schema.registry[Task].name]
        chosen = task_texts.of_lanes if self._by_arrays else task_texts.of_one_lane
        columns = ", ".join(f"tasks.{name}" for name in table.columns.keys())  # noqa: SIM118  (no mapping)
        self._lanes = task_texts.lanes(words)
        self._take = task_texts.take(words, chosen(words), columns)
        self._renew, self._finish = task_texts.renew(words), task_texts.finish(words)
        self._asleep, self._wake = task_texts.asleep(words), task_texts.wake(words)
        self._decode = schema.rows[Task].decode

    async def claim(self, claim: Claim) -> list[Task]:
        """See `TaskStore`."""
        wanted = shares(await self._next_lanes(claim), claim.most)
        if not wanted:
            return []
        parts: list[list[Any]] = [[*pair] for pair in wanted]
        if self._by_arrays:
            parts = [[list(column) for column in zip(*wanted, strict=True)]]
        terms = [claim.worker, claim.lease.total_seconds(), claim.queue]
        taken = await self._write([(self._take, [*terms, *part]) for part in parts])
        return sorted(map(self._decode, taken), key=lambda task: task.due_at)

    async def _next_lanes(self, claim: Claim) -> list[str]:
        """As many lanes as tasks are wanted, after the last of them the first ones again."""
        found: dict[str, None] = {}
        for after in dict.fromkeys((claim.after, "")):
            if len(found) < claim.most:
                asked = [claim.queue, after, claim.most + len(claim.passing)]
                rows = await self._read(self._lanes, asked)
                found |= dict.fromkeys(lane for (lane,) in rows if lane not in claim.passing)
        return list(found)[: claim.most]

    async def renew(self, pulses: Sequence[Pulse], lease: timedelta) -> Mapping[TaskId, bool]:
        """See `TaskStore`."""
        given = _given(_PULSE, pulses)
        rows = await self._write([(self._renew, [given, lease.total_seconds()])])
        return {TaskId(_id(row[0])): bool(row[1]) for row in rows}

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """See `TaskStore`."""
        await self._write([(self._finish, [_given(_OUTCOME, outcomes)])])

    async def wake(self) -> int:
        """See `TaskStore`."""
        if not await self._read(self._asleep, []):
            return 0
        return len(await self._write([(text, [WOKEN]) for text in self._wake]))

    async def _read(self, text: str, values: list[Any]) -> Rows:
        async with self._connected(self._driver.readers) as connection:
            return await self._driver.fetch(connection, text, values)

    async def _write(self, statements: Sequence[tuple[str, list[Any]]]) -> list[Sequence[Any]]:
        """The rows of all of them; several are one transaction."""
        async with self._connected(self._driver.planners) as connection:
            if len(statements) == 1:
                return [*await self._driver.fetch(connection, *statements[0])]
            await self._driver.begin(connection)
            try:
                rows = [
                    row
                    for text, values in statements
                    for row in await self._driver.fetch(connection, text, values)
                ]
                await self._driver.commit(connection)
            except BaseException:
                with suppress(*self._driver.errors):
                    await self._driver.rollback(connection)
                raise
            return rows

    @asynccontextmanager
    async def _connected(self, pool: Pool[C]) -> AsyncIterator[C]:
        try:
            connection = await pool.acquire()
            try:
                yield connection
            finally:
                pool.release(connection)
        except self._driver.errors as error:
            raise self._schema.refusal(None, self._driver.failure(error)) from error


def _given(fields: Mapping[str, str], rows: Sequence[Pulse | Outcome]) -> str:
    """The rows as one parameter; seconds for a time, JSON text for an object."""
    return json.dumps([{name: _plain(getattr(row, name)) for name in fields} for row in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    return json_text(dict(value)) if isinstance(value, Mapping) else value


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
