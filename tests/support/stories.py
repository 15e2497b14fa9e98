"""A store on which the demonstration was played, kept for what comes after."""

import asyncio
from uuid import UUID

from moniqo.application.agents.start_run import task_of
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Ids
from moniqo.application.shared.tasks import TaskQueue
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.run import FlowRun, Trigger, new_run
from moniqo.domain.shared.ids import FlowRunId
from moniqo.domain.trading.market import Series, Timeframe
from moniqo.entrypoints.cli.demo.path import MARKET, Story, play
from moniqo.entrypoints.cli.session import parts
from moniqo.entrypoints.cli.watching import Watch
from moniqo.entrypoints.settings import Settings, load

BARS = 300
SQLITE = {"STORAGE_BACKEND": "sqlite", "DATABASE_URL": "sqlite:///moniqo.sqlite3"}


def settings() -> Settings:
    """Those of the SQLite file in the working directory."""
    return load(SQLITE | {"BCRYPT_COST": "4", "AUTO_VERIFY_EMAIL": "true"})


def told_on_sqlite(candles: str) -> Story:
    """Play the demonstration there."""

    async def walk() -> Story:
        series = Series(MARKET, "BTC/USDT", Timeframe.H1)
        with Watch() as watch:
            async with parts(settings(), watch.provider) as container:
                return await play(container, series, candles, watch)

    return asyncio.run(walk())


def left_behind(flow: Flow) -> UUID:
    """A queued run of the flow that no process knows of."""

    async def leave() -> UUID:
        async with parts(settings()) as container:
            run_id = FlowRunId((await container.get(Ids)).new())
            async with (await container.get(UnitOfWork))() as tx:
                run = await tx[FlowRun].add(new_run(flow, run_id, Trigger.MANUAL, None))
                await (await container.get(TaskQueue)).add(tx, task_of(run))
            return run_id

    return asyncio.run(leave())


def as_stored(run_id: UUID) -> FlowRun:
    """The run as it stands."""

    async def read() -> FlowRun:
        async with parts(settings()) as container:
            uow = await container.get(UnitOfWork)
            async with uow() as tx:
                return await tx[FlowRun].get(run_id)

    return asyncio.run(read())
