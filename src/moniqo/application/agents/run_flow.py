"""Executing runs: one at a time per flow, held by a lease."""

from dataclasses import dataclass
from datetime import timedelta

from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.identity.standing import SUSPENDED, is_suspended
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import eq
from moniqo.application.shared.system import Clock
from moniqo.domain.agents.run import BEGUN_TOO_OFTEN, FlowRun, RunStatus
from moniqo.domain.shared.errors import AlreadyExists, NoLongerHeld, StaleVersion
from moniqo.domain.shared.ids import FlowId, FlowRunId


@dataclass(frozen=True, slots=True)
class RunFlow:
    """Execute a run to its end, then the runs of the same flow that queued up behind it."""

    uow: UnitOfWork
    clock: Clock
    execute: ExecuteFlowStep
    owner: str
    lease: timedelta

    async def __call__(self, *, run_id: FlowRunId) -> FlowRun | None:
        """The run as it ended; None if it is over already, or somebody else's turn.

        A run that must wait for another of its flow stays queued: whoever executes that one
        takes it up.
        """
        run = await self._execute(run_id)
        following = await self._queued(run.flow_id) if run is not None else None
        while following is not None:
            ended = await self._execute(following.id)
            following = await self._queued(following.flow_id) if ended is not None else None
        return run

    async def _execute(self, run_id: FlowRunId) -> FlowRun | None:
        try:
            run = await self._claim(run_id)
        except (NoLongerHeld, StaleVersion, AlreadyExists):
            return None
        try:
            while not run.is_final:
                reason = await self._obstacle(run)
                if reason is not None:
                    return await self.execute.give_up(run_id=run.id, fence=run.fence, reason=reason)
                run = await self._renew(await self.execute(run_id=run.id, fence=run.fence))
        except (NoLongerHeld, StaleVersion):
            return None
        return run

    async def _obstacle(self, run: FlowRun) -> str | None:
        """Why the run goes no further, if it does not."""
        if run.is_given_up:
            return BEGUN_TOO_OFTEN
        async with self.uow() as tx:
            return SUSPENDED if await is_suspended(tx, run.user_id) else None

    async def _renew(self, run: FlowRun) -> FlowRun:
        """The lease covers one step: the next one gets a new one."""
        if run.is_final:
            return run
        async with self.uow() as tx:
            return await tx[FlowRun].save(run.with_(lease_until=self.clock.now() + self.lease))

    async def _claim(self, run_id: FlowRunId) -> FlowRun:
        async with self.uow() as tx:
            run = await tx[FlowRun].get(run_id)
            return await tx[FlowRun].save(run.claimed(self.owner, self.clock.now(), self.lease))

    async def _queued(self, flow_id: FlowId) -> FlowRun | None:
        async with self.uow() as tx:
            return await tx[FlowRun].first(
                eq("flow_id", flow_id), eq("status", RunStatus.QUEUED), sort=("created_at",)
            )
