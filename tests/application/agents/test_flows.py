import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.agents.access import FLOW_ACCESS
from moniqo.application.agents.flow_drafts import FlowDraft
from moniqo.application.shared.access import Fetch
from moniqo.application.shared.drafts import replacement
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import Flow, FlowStatus, FlowStep
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.risk import Risk
from moniqo.domain.agents.run import RunStatus
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.decoding import decode, decode_fields
from moniqo.domain.shared.errors import Invalid, NotFound, QuotaExceeded, RuleViolated
from moniqo.domain.shared.ids import AgentId, PromptId, UserId, UserWalletId
from moniqo.domain.trading.market import Timeframe
from moniqo.domain.trading.wallet import UserWallet
from support.desk import Desk, faults
from support.factories import a_flow, a_prompt, a_run, a_wallet, an_agent

ABSENT = "refers to nothing that you may use"


async def draft(desk: Desk, user_id: UserId, **fields: Any) -> FlowDraft:
    """Over an agent, a prompt and a wallet of the user's, unless changed."""
    agent, prompt = await an_agent(desk, user_id), await a_prompt(desk, user_id)
    flow = {
        "title": "Morning",
        "steps": (FlowStep(0, prompt.id, agent.id),),
        "user_wallet_id": (await a_wallet(desk, user_id)).id,
        "symbol": "BTC/USDT",
        "timeframe": Timeframe.H1,
    }
    return FlowDraft(**flow | fields)


async def used(desk: Desk) -> list[Decimal]:
    return [usage.used for usage in await desk.all(Usage)]


async def test_a_flow_begins_paused_and_takes_a_unit(desk: Desk) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada, schedule="0 9 * * *", risk=Risk(kill_switch=True))

    made = await desk.create_flow(user_id=ada, draft=wanted)

    assert (made.user_id, made.status, made.steps, made.risk, made.next_run_at) == (
        ada,
        FlowStatus.PAUSED,
        wanted.steps,
        Risk(kill_switch=True),
        None,
    )
    assert await desk.all(Flow) == (made,)
    assert await used(desk) == [1]


async def test_past_the_plan_nothing_is_made(desk: Desk) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada)

    answers = await asyncio.gather(
        *(desk.create_flow(user_id=ada, draft=wanted) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(answer, QuotaExceeded) for answer in answers) == 8
    assert len(await desk.all(Flow)) == 2
    assert await used(desk) == [2]


async def test_shared_agents_and_public_prompts_may_be_used_and_stay_as_they_are(
    desk: Desk,
) -> None:
    ada, bob = await desk.user(), await desk.user()
    agent, prompt = await an_agent(desk, None), await a_prompt(desk, bob, is_public=True)
    steps = (FlowStep(0, prompt.id, agent.id),)

    await desk.create_flow(user_id=ada, draft=await draft(desk, ada, steps=steps))

    assert agent in await desk.all(Agent)
    assert prompt in await desk.all(Prompt)


async def test_what_the_user_may_not_use_is_named_field_by_field(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    wanted = await draft(
        desk,
        ada,
        user_wallet_id=(await a_wallet(desk, bob)).id,
        steps=(
            FlowStep(0, (await a_prompt(desk, ada)).id, (await an_agent(desk, bob)).id),
            FlowStep(1, (await a_prompt(desk, bob)).id, (await an_agent(desk, ada)).id),
        ),
    )
    nothing = desk.ids.new()
    unknown = replace(
        wanted,
        user_wallet_id=UserWalletId(nothing),
        steps=(
            replace(wanted.steps[0], agent_id=AgentId(nothing)),
            replace(wanted.steps[1], prompt_id=PromptId(nothing)),
        ),
    )

    of_others = await faults(desk.create_flow(user_id=ada, draft=wanted))
    of_nobody = await faults(desk.create_flow(user_id=ada, draft=unknown))

    assert of_others == {
        "user_wallet_id": ABSENT,
        "steps.0.agent_id": ABSENT,
        "steps.1.prompt_id": ABSENT,
    }
    assert of_nobody == of_others
    assert await used(desk) == []


async def test_agents_and_wallets_that_are_switched_off_cannot_be_used(desk: Desk) -> None:
    ada = await desk.user()
    agent, prompt = await an_agent(desk, ada, is_active=False), await a_prompt(desk, ada)
    account = await a_wallet(desk, ada, is_active=False)
    steps = (FlowStep(0, prompt.id, agent.id),)
    wanted = await draft(desk, ada, steps=steps, user_wallet_id=account.id)

    named = await faults(desk.create_flow(user_id=ada, draft=wanted))

    assert named == {"user_wallet_id": "is not active", "steps.0.agent_id": "is not active"}


@pytest.mark.parametrize("kind", [Agent, Prompt, UserWallet])
async def test_what_was_removed_cannot_be_used(desk: Desk, kind: type[Any]) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada)
    (removed,) = await desk.all(kind)
    await desk.remove(removed)

    named = await faults(desk.create_flow(user_id=ada, draft=wanted))

    assert list(named.values()) == [ABSENT]


async def test_a_schedule_that_is_none_is_refused(desk: Desk) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada, schedule="every day")

    assert list(await faults(desk.create_flow(user_id=ada, draft=wanted))) == ["schedule"]


async def test_steps_are_numbered_and_unknown_limits_refused_when_a_draft_is_read() -> None:
    step = {"step": 1, "prompt_id": str(PromptId), "agent_id": str(AgentId)}

    with pytest.raises(Invalid) as refused:
        decode(FlowDraft, {"title": "x", "steps": [step], "risk": {"max_luck": 1}})

    named = {fault.field for fault in refused.value.faults}
    assert {"steps.0.prompt_id", "risk.max_luck", "symbol"} <= named


async def test_a_gap_between_steps_is_refused(desk: Desk) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada)

    with pytest.raises(Invalid, match="without a gap"):
        replace(wanted, steps=(replace(wanted.steps[0], step=1),))


@pytest.mark.parametrize("kind", [Agent, Prompt, UserWallet])
async def test_a_part_that_vanishes_meanwhile_is_noticed(desk: Desk, kind: type[Any]) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada)
    (part,) = await desk.all(kind)
    archive = {
        Agent: lambda: desk.archive_agent(user_id=ada, agent_id=part.id),
        Prompt: lambda: desk.archive_prompt(user_id=ada, prompt_id=part.id),
        UserWallet: lambda: desk.archive_user_wallet(user_id=ada, user_wallet_id=part.id),
    }[kind]

    made, removed = await asyncio.gather(
        desk.create_flow(user_id=ada, draft=wanted), archive(), return_exceptions=True
    )

    assert isinstance(made, Invalid) != isinstance(removed, RuleViolated)
    assert len(await desk.all(Flow)) == len(await desk.all(kind))


async def test_a_part_that_is_used_twice_is_kept_once(desk: Desk) -> None:
    ada = await desk.user()
    one = await draft(desk, ada)
    two = replace(one, steps=(one.steps[0], replace(one.steps[0], step=1)))

    made = await desk.create_flow(user_id=ada, draft=two)

    (agent,) = await desk.all(Agent)
    assert (len(made.steps), agent.version) == (2, 2)


async def test_an_update_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=FlowStatus.ACTIVE)
    changes = decode_fields(FlowDraft, {"title": "Evening", "risk": {"max_fraction": "0.5"}})

    changed = await desk.update_flow(user_id=ada, flow_id=flow.id, changes=changes)

    assert changed == flow.with_(
        title="Evening",
        risk=Risk(max_fraction=Decimal("0.5")),
        version=2,
        updated_at=changed.updated_at,
    )


async def test_a_new_schedule_of_an_active_flow_moves_its_next_run(desk: Desk) -> None:
    ada = await desk.user()
    active = await a_flow(desk, ada, status=FlowStatus.ACTIVE)
    paused = await a_flow(desk, ada)
    changes = {"schedule": "0 9 * * *"}

    moved = await desk.update_flow(user_id=ada, flow_id=active.id, changes=changes)
    still = await desk.update_flow(user_id=ada, flow_id=paused.id, changes=changes)

    assert moved.next_run_at is not None
    assert moved.next_run_at.isoformat() == "2026-01-16T09:00:00+00:00"
    assert (still.schedule, still.next_run_at) == ("0 9 * * *", None)


async def test_a_slot_that_has_come_outlives_a_change_of_the_flow(desk: Desk) -> None:
    ada = await desk.user()
    come = desk.clock.now() - timedelta(minutes=1)
    due = {"status": FlowStatus.ACTIVE, "schedule": "0 * * * *", "next_run_at": come}
    flow = await a_flow(desk, ada, **due)

    for changes in ({"title": "Another"}, {"title": "Again", "schedule": "0 * * * *"}):
        flow = await desk.update_flow(user_id=ada, flow_id=flow.id, changes=changes)

        assert flow.next_run_at == come


async def test_substance_changes_only_while_paused(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=FlowStatus.ACTIVE)
    ask = {"user_id": ada, "flow_id": flow.id}

    with pytest.raises(RuleViolated, match="Pause the flow first"):
        await desk.update_flow(**ask, changes={"symbol": "ETH/USDT"})
    await desk.pause_flow(**ask)
    changed = await desk.update_flow(**ask, changes={"symbol": "ETH/USDT"})

    assert changed.symbol == "ETH/USDT"


async def test_a_replacement_with_the_same_substance_passes_while_active(desk: Desk) -> None:
    ada = await desk.user()
    wanted = await draft(desk, ada)
    made = await desk.create_flow(user_id=ada, draft=wanted)
    ask = {"user_id": ada, "flow_id": made.id}
    await desk.activate_flow(**ask)

    changed = await desk.update_flow(**ask, changes=replacement(replace(wanted, title="Evening")))

    assert (changed.title, changed.status) == ("Evening", FlowStatus.ACTIVE)


@pytest.mark.parametrize(
    "status", [RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.AWAITING_APPROVAL]
)
async def test_nothing_changes_under_a_run_that_is_going_on(desk: Desk, status: RunStatus) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada)
    await a_run(desk, flow, status=status)
    ask = {"user_id": ada, "flow_id": flow.id}

    with pytest.raises(RuleViolated, match="going on"):
        await desk.update_flow(**ask, changes={"timeframe": Timeframe.D1})
    with pytest.raises(RuleViolated, match="going on"):
        await desk.archive_flow(**ask)


async def test_new_steps_are_checked_like_first_ones(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    flow = await a_flow(desk, ada)
    steps = (replace(flow.steps[0], agent_id=(await an_agent(desk, bob)).id),)

    named = await faults(desk.update_flow(user_id=ada, flow_id=flow.id, changes={"steps": steps}))

    assert named == {"steps.0.agent_id": ABSENT}


async def test_a_stopped_flow_does_not_change(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=FlowStatus.STOPPED)

    with pytest.raises(RuleViolated, match="final"):
        await desk.update_flow(user_id=ada, flow_id=flow.id, changes={"title": "Again"})


async def test_an_archived_flow_makes_room_for_another(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_flow(user_id=ada, draft=await draft(desk, ada))
    await a_run(desk, made, status=RunStatus.SUCCEEDED)

    await desk.archive_flow(user_id=ada, flow_id=made.id)

    assert await desk.all(Flow) == ()
    assert await used(desk) == [0]


async def test_somebody_elses_flow_is_not_there(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_flow(desk, ada)
    ask = {"user_id": bob, "flow_id": hers.id}

    for refused in (
        desk.update_flow(**ask, changes={"title": "Mine"}),
        desk.archive_flow(**ask),
        desk.activate_flow(**ask),
        desk.pause_flow(**ask),
        desk.stop_flow(**ask),
        Fetch(desk.uow, FLOW_ACCESS)(user_id=bob, entity_id=hers.id),
    ):
        with pytest.raises(NotFound):
            await refused
