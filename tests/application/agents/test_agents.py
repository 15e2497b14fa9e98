import asyncio
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.agents.agent_drafts import AgentDraft
from moniqo.application.agents.get_agent import GetAgent
from moniqo.application.agents.list_agents import ListAgents
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing
from moniqo.application.shared.vault import row_context
from moniqo.domain.agents.agent import Agent, Capability, Provider
from moniqo.domain.agents.flow import Flow, FlowStatus
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.billing.usage import Usage
from moniqo.domain.shared.ciphertext import Credential
from moniqo.domain.shared.decoding import decode_fields
from moniqo.domain.shared.errors import NotFound, QuotaExceeded, RuleViolated, StaleVersion
from moniqo.domain.shared.ids import FlowId
from moniqo.domain.shared.types import JsonObject
from support.desk import Desk, faults
from support.factories import a_flow, an_agent

KEY = "sk-top-secret"


def draft(**fields: Any) -> AgentDraft:
    agent = {
        "name": "Crosser",
        "provider": Provider.BUILTIN,
        "model_id": "ma_cross",
        "config": JsonObject({"strategy": "ma_cross"}),
    }
    return AgentDraft(**agent | fields)


def model(**fields: Any) -> AgentDraft:
    return draft(provider=Provider.OPENAI, config=JsonObject({}), **fields)


async def agents_used(desk: Desk) -> Decimal:
    (usage,) = await desk.all(Usage)
    return usage.used  # type: ignore[no-any-return]


async def test_an_agent_belongs_to_whoever_made_it_and_takes_a_unit(desk: Desk) -> None:
    ada = await desk.user()

    made = await desk.create_agent(user_id=ada, draft=draft(capabilities=(Capability.ANALYSIS,)))

    assert (made.owner_id, made.name, made.capabilities, made.version) == (
        ada,
        "Crosser",
        (Capability.ANALYSIS,),
        1,
    )
    assert await agents_used(desk) == 1


async def test_a_shared_agent_belongs_to_nobody_and_takes_nothing(desk: Desk) -> None:
    admin = await desk.user()

    made = await desk.create_agent(user_id=admin, draft=draft(), shared=True)

    assert made.owner_id is None
    assert await desk.all(Usage) == ()


async def test_past_the_plan_nothing_is_made(desk: Desk) -> None:
    ada = await desk.user()
    await desk.create_agent(user_id=ada, draft=draft())

    with pytest.raises(QuotaExceeded):
        await desk.create_agent(user_id=ada, draft=draft())

    assert len(await desk.all(Agent)) == 1


async def test_of_many_who_race_for_the_last_unit_one_gets_it(desk: Desk) -> None:
    ada = await desk.user()

    answers = await asyncio.gather(
        *(desk.create_agent(user_id=ada, draft=draft()) for _ in range(20)), return_exceptions=True
    )

    assert sum(isinstance(answer, QuotaExceeded) for answer in answers) == 19
    assert len(await desk.all(Agent)) == 1
    assert await agents_used(desk) == 1


async def test_a_configuration_that_the_provider_does_not_understand_takes_nothing(
    desk: Desk,
) -> None:
    ada = await desk.user()
    wrong = draft(config=JsonObject({"strategy": "ma_cross", "fast": 30, "slwo": 9}))

    named = await faults(desk.create_agent(user_id=ada, draft=wrong))

    assert named == {"config.slwo": "is not a known field"}
    assert await desk.all(Usage) == ()


async def test_credentials_are_kept_sealed_in_their_own_row(desk: Desk) -> None:
    ada = await desk.user()

    made = await desk.create_agent(user_id=ada, draft=model(credentials=Credential(KEY)))

    (kept,) = await desk.all(Agent)
    assert made.has_credentials
    assert KEY not in kept.credentials.value
    assert desk.vault.open(kept.credentials, row_context(Agent, kept.id)) == KEY.encode()
    assert KEY not in str(await desk.all(AuditLog))


def test_credentials_do_not_show_when_a_draft_is_printed() -> None:
    assert KEY not in repr(model(credentials=Credential(KEY)))


async def test_an_update_changes_what_is_sent_and_nothing_else(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=model(credentials=Credential(KEY)))

    changed = await desk.update_agent(
        user_id=ada, agent_id=made.id, changes=decode_fields(AgentDraft, {"name": "Better"})
    )

    assert (changed.name, changed.model_id, changed.has_credentials, changed.version) == (
        "Better",
        "ma_cross",
        True,
        2,
    )


async def test_a_replacement_keeps_credentials_unless_they_are_sent(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=model(credentials=Credential(KEY)))
    ask = {"user_id": ada, "agent_id": made.id}

    kept = await desk.update_agent(**ask, changes=replacement(model(name="Kept")))
    renewed = await desk.update_agent(
        **ask, changes=replacement(model(credentials=Credential("sk-new")))
    )

    (stored,) = await desk.all(Agent)
    assert (kept.name, kept.has_credentials, renewed.has_credentials) == ("Kept", True, True)
    assert desk.vault.open(stored.credentials, row_context(Agent, made.id)) == b"sk-new"


async def test_null_takes_credentials_away(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=model(credentials=Credential(KEY)))

    changes = decode_fields(AgentDraft, {"credentials": None})
    changed = await desk.update_agent(user_id=ada, agent_id=made.id, changes=changes)

    assert not changed.has_credentials


async def test_an_update_is_checked_as_a_whole(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=draft())
    changes = {"provider": Provider.OPENAI}

    named = await faults(desk.update_agent(user_id=ada, agent_id=made.id, changes=changes))

    assert named == {"config.strategy": "is not a known field"}


@pytest.mark.parametrize("shared", [False, True])
async def test_somebody_elses_agent_is_not_there(desk: Desk, *, shared: bool) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await an_agent(desk, ada)
    ask = {"user_id": bob, "agent_id": hers.id, "shared": shared}

    with pytest.raises(NotFound):
        await desk.update_agent(**ask, changes={"name": "Mine"})
    with pytest.raises(NotFound):
        await desk.archive_agent(**ask)
    with pytest.raises(NotFound):
        await GetAgent(desk.uow)(user_id=bob, agent_id=hers.id)


async def test_a_shared_agent_is_read_by_all_and_changed_by_admins(desk: Desk) -> None:
    ada = await desk.user()
    everybodys = await an_agent(desk, None)
    ask = {"user_id": ada, "agent_id": everybodys.id}

    assert (await GetAgent(desk.uow)(**ask)).name == "Crosser"
    with pytest.raises(NotFound):
        await desk.update_agent(**ask, changes={"name": "Mine"})
    changed = await desk.update_agent(**ask, changes={"name": "Ours"}, shared=True)

    assert (changed.name, changed.owner_id) == ("Ours", None)


async def test_the_list_shows_own_and_shared_agents(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    own, shared = await an_agent(desk, ada), await an_agent(desk, None)
    await an_agent(desk, bob)

    page = await ListAgents(desk.uow)(user_id=ada, listing=Listing())

    assert ([item.id for item in page.items], page.total) == ([own.id, shared.id], 2)


async def test_an_archived_agent_makes_room_for_another(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=draft())

    await desk.archive_agent(user_id=ada, agent_id=made.id)
    again = await desk.create_agent(user_id=ada, draft=draft(name="Second"))

    assert [agent.id for agent in await desk.all(Agent)] == [again.id]


async def test_an_archived_shared_agent_gives_nothing_back(desk: Desk) -> None:
    admin = await desk.user()
    await desk.create_agent(user_id=admin, draft=draft())
    everybodys = await an_agent(desk, None)

    await desk.archive_agent(user_id=admin, agent_id=everybodys.id, shared=True)

    assert await agents_used(desk) == 1


@pytest.mark.parametrize("status", [FlowStatus.ACTIVE, FlowStatus.PAUSED])
async def test_an_agent_that_a_flow_uses_stays(desk: Desk, status: FlowStatus) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=status)

    with pytest.raises(RuleViolated, match="Morning"):
        await desk.archive_agent(user_id=ada, agent_id=flow.steps[0].agent_id)

    assert len(await desk.all(Agent)) == 1


async def test_a_stopped_flow_lets_its_agent_go(desk: Desk) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=FlowStatus.STOPPED)

    await desk.archive_agent(user_id=ada, agent_id=flow.steps[0].agent_id)

    assert await desk.all(Agent) == ()


async def test_a_shared_agent_that_anybodys_flow_uses_stays_and_the_flow_is_not_named(
    desk: Desk,
) -> None:
    ada, admin = await desk.user(), await desk.user()
    flow = await a_flow(desk, ada)
    (hers,) = await desk.all(Agent)
    everybodys = await desk.save(hers.with_(owner_id=None))

    with pytest.raises(RuleViolated) as refused:
        await desk.archive_agent(user_id=admin, agent_id=everybodys.id, shared=True)

    assert flow.title not in refused.value.message


async def test_an_agent_is_looked_for_in_every_flow(desk: Desk) -> None:
    ada = await desk.user()
    first = await a_flow(desk, ada)
    others = [first.with_(id=FlowId(desk.ids.new()), version=0) for _ in range(501)]
    async with desk.uow() as tx:
        await tx[Flow].add_many(others)
    last = await a_flow(desk, ada)

    with pytest.raises(RuleViolated):
        await desk.archive_agent(user_id=ada, agent_id=last.steps[0].agent_id)


async def test_a_change_meanwhile_is_kept_beside_ones_own(desk: Desk) -> None:
    ada = await desk.user()
    made = await desk.create_agent(user_id=ada, draft=draft())

    await asyncio.gather(
        *(
            desk.update_agent(user_id=ada, agent_id=made.id, changes=changes)
            for changes in ({"name": "Better"}, {"model_id": "other"}, {"is_active": False})
        )
    )

    (kept,) = await desk.all(Agent)
    assert (kept.name, kept.model_id, kept.is_active) == ("Better", "other", False)
    with pytest.raises(StaleVersion):
        await desk.save(kept.with_(version=1))
