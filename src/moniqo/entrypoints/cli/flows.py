"""`moniqo flows`."""

from datetime import datetime
from uuid import UUID

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.parameters import INSTANT


@click.group()
def flows() -> None:
    """Flows of agents."""


@flows.command("run")
@click.argument("flow_id", type=click.UUID)
@click.option("--as-of", type=INSTANT, help="The last instant its snapshots see (paper only).")
@operation
async def run_(flow_id: UUID, as_of: datetime | None) -> Answer:
    """Run an active flow once, for its owner and on its plan, and wait for the end."""
    from moniqo.application.agents.run_flow import RunFlow
    from moniqo.application.agents.start_run import RunRequest, StartRun
    from moniqo.application.shared.persistence import UnitOfWork
    from moniqo.domain.agents.flow import Flow
    from moniqo.domain.agents.run import FlowRun, RunStatus
    from moniqo.entrypoints.cli.plain import plain
    from moniqo.entrypoints.cli.replaying import ended
    from moniqo.entrypoints.cli.run_text import run_text
    from moniqo.entrypoints.cli.session import session

    async with session() as container:
        uow = await container.get(UnitOfWork)
        async with uow() as tx:
            flow = await tx[Flow].get(flow_id)
        start = await container.get(StartRun)
        queued = await start(user_id=flow.user_id, flow_id=flow.id, request=RunRequest(as_of))
        await (await container.get(RunFlow))(run_id=queued.id)
        run = await ended(uow, FlowRun, queued.id, lambda it: it.is_final)
    succeeded = run.status is RunStatus.SUCCEEDED
    data = plain(run)
    return Answer(data, run_text(data), Exit.DONE if succeeded else Exit.UNSUCCESSFUL)
