"""Whatever answers for an agent answers in the decision's schema, and says what it costs."""

from decimal import Decimal

import pytest

from moniqo.adapters.llm.builtin import BuiltinModel
from moniqo.adapters.llm.routing import RoutingModel
from moniqo.application.agents.ports import LanguageModel, Question
from moniqo.domain.agents.agent import Agent, Provider
from moniqo.domain.agents.decision import Action, Decision, Evidence, parse_decision
from moniqo.domain.agents.snapshot import Holdings, Snapshot
from moniqo.domain.shared.errors import Unavailable
from moniqo.domain.shared.ids import AgentId
from moniqo.domain.shared.types import JsonObject
from support.market import SERIES, at, closes, new_id

CROSSING_UP = [10, 10, 9, 14]
CROSSING_DOWN = [10, 10, 11, 6]


def routed() -> LanguageModel:
    return RoutingModel({Provider.BUILTIN: BuiltinModel()})


@pytest.fixture(params=[BuiltinModel, routed])
def model(request: pytest.FixtureRequest) -> LanguageModel:
    return request.param()


def agent(provider: Provider = Provider.BUILTIN, **config: object) -> Agent:
    crossing = {"strategy": "ma_cross", "fast": 2, "slow": 3, "fraction": "0.5"} | config
    return Agent(
        id=AgentId(new_id()),
        owner_id=None,
        name="Crosser",
        provider=provider,
        model_id="ma_cross",
        cost_per_call=Decimal("0.25"),
        config=JsonObject(crossing if provider is Provider.BUILTIN else {}),
    )


def question(
    prices: list[int], position: int = 0, open_orders: int = 0, asked: Agent | None = None
) -> Question:
    held = Holdings(at(9), Decimal(1000), Decimal(position), None, open_orders)
    snapshot = Snapshot(SERIES.symbol, SERIES.timeframe, tuple(closes(prices)), held)
    return Question(asked or agent(), "What now?", snapshot)


async def decision(model: LanguageModel, asked: Question) -> Decision:
    return parse_decision((await model.answer(asked)).text)


async def test_an_answer_is_a_decision_with_reason_and_evidence(model: LanguageModel) -> None:
    found = await decision(model, question(CROSSING_UP))

    assert (found.action, found.symbol, found.fraction) == (
        Action.BUY,
        SERIES.symbol,
        Decimal("0.5"),
    )
    assert found.rationale == "ma_cross says buy."
    assert found.evidence == (Evidence("close", Decimal(14)),)


async def test_a_position_is_closed_as_a_whole(model: LanguageModel) -> None:
    found = await decision(model, question(CROSSING_DOWN, position=1))

    assert (found.action, found.fraction, found.quantity) == (Action.CLOSE, None, None)


@pytest.mark.parametrize(
    ("prices", "position", "open_orders", "reason"),
    [
        ([10, 10, 10, 10], 0, 0, "sees no reason to trade"),
        (CROSSING_UP, 1, 0, "sees no reason to trade"),
        (CROSSING_UP, 0, 1, "waits for an order to be filled"),
        (CROSSING_UP[1:], 0, 0, "waits for 4 candles"),
    ],
)
async def test_otherwise_it_holds_and_says_why(
    model: LanguageModel, prices: list[int], position: int, open_orders: int, reason: str
) -> None:
    found = await decision(model, question(prices, position, open_orders))

    assert (found.action, found.rationale) == (Action.HOLD, f"ma_cross {reason}.")


async def test_a_protected_position_is_closed_in_spite_of_the_order_that_guards_it(
    model: LanguageModel,
) -> None:
    found = await decision(model, question(CROSSING_DOWN, position=1, open_orders=1))

    assert found.action is Action.CLOSE


async def test_an_answer_costs_no_more_than_was_said_before(model: LanguageModel) -> None:
    asked = question(CROSSING_UP)

    assert (await model.answer(asked)).cost <= model.worst_cost(asked)
    assert (await model.answer(asked)).cost == Decimal("0.25")


async def test_the_same_question_gets_the_same_answer_whatever_was_asked_between(
    model: LanguageModel,
) -> None:
    asked = question(CROSSING_UP)
    first = await model.answer(asked)

    await model.answer(question(CROSSING_DOWN, asked=agent(slow=4)))

    assert await model.answer(asked) == first


async def test_a_provider_that_nobody_is_connected_to_is_unavailable() -> None:
    asked = question(CROSSING_UP, asked=agent(Provider.OPENAI))

    with pytest.raises(Unavailable, match="no connection to openai here, only to: builtin"):
        await routed().answer(asked)
    with pytest.raises(Unavailable):
        routed().worst_cost(asked)
