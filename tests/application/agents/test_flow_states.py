import pytest

from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import FlowStatus
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.errors import RuleViolated
from moniqo.domain.trading.wallet import UserWallet
from support.desk import Desk
from support.factories import a_flow


async def test_an_active_flow_knows_its_next_run(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, schedule="30 12 * * *")

    active = await desk.activate_flow(user_id=ada, flow_id=flow.id)

    assert active.status is FlowStatus.ACTIVE
    assert active.next_run_at is not None
    assert active.next_run_at.isoformat() == "2026-01-15T12:30:00+00:00"


async def test_a_flow_without_a_schedule_waits_to_be_told(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada)

    active = await desk.activate_flow(user_id=ada, flow_id=flow.id)

    assert (active.status, active.next_run_at) == (FlowStatus.ACTIVE, None)


async def test_a_paused_flow_has_no_next_run_and_may_go_on(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, schedule="30 12 * * *")
    ask = {"user_id": ada, "flow_id": flow.id}
    await desk.activate_flow(**ask)

    paused = await desk.pause_flow(**ask)
    again = await desk.activate_flow(**ask)

    assert (paused.status, paused.next_run_at) == (FlowStatus.PAUSED, None)
    assert again.next_run_at is not None


@pytest.mark.parametrize("before", [FlowStatus.ACTIVE, FlowStatus.PAUSED])
async def test_stopping_is_final(desk: Desk, before: FlowStatus) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=before)
    ask = {"user_id": ada, "flow_id": flow.id}

    stopped = await desk.stop_flow(**ask)

    assert (stopped.status, stopped.next_run_at) == (FlowStatus.STOPPED, None)
    for move in (desk.activate_flow, desk.pause_flow, desk.stop_flow):
        with pytest.raises(RuleViolated):
            await move(**ask)


async def test_only_a_paused_flow_is_activated_and_only_an_active_one_paused(desk: Desk) -> None:
    ada = await desk.user()
    active, paused = await a_flow(desk, ada, status=FlowStatus.ACTIVE), await a_flow(desk, ada)

    with pytest.raises(RuleViolated):
        await desk.activate_flow(user_id=ada, flow_id=active.id)
    with pytest.raises(RuleViolated):
        await desk.pause_flow(user_id=ada, flow_id=paused.id)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (Agent, "steps.0.agent_id"),
        (Prompt, "steps.0.prompt_id"),
        (UserWallet, "user_wallet_id"),
    ],
)
async def test_a_flow_does_not_run_on_what_is_gone(
    desk: Desk, kind: type[Agent | Prompt | UserWallet], field: str
) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada)
    (part,) = await desk.all(kind)
    await desk.remove(part)

    with pytest.raises(RuleViolated, match="cannot run") as refused:
        await desk.activate_flow(user_id=ada, flow_id=flow.id)

    assert [fault.field for fault in refused.value.faults] == [field]
