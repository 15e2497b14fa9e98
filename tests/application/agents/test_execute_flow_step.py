"""What executing a step means: decisions, checks, orders, and where they end."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from moniqo.adapters.quotas import Unlimited
from moniqo.application.billing.quotas import Reservation
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.events import RunFailed
from moniqo.domain.agents.risk import Risk
from moniqo.domain.agents.run import FlowRun, RunStatus, StepStatus
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.billing.plan import Resource
from moniqo.domain.shared.errors import QuotaExceeded, RuleViolated, Unavailable
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.ledger import LedgerEntry
from moniqo.domain.trading.order import OrderStatus
from moniqo.domain.trading.trade import TradeStatus
from support.trading_floor import TradingFloor, answer, bars, flat_bars

D = Decimal
TODAY = date(2026, 1, 1)


async def test_a_hold_is_recorded_and_orders_nothing() -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    run = await floor.run(1, answer("hold", rationale="nothing to see"))

    step = run.steps[0]
    assert run.status is RunStatus.SUCCEEDED
    assert (step.status, step.prompt, step.refusal) == (
        StepStatus.DONE,
        "What about BTC/USDT?",
        None,
    )
    assert step.decision is not None
    assert step.decision.rationale == "nothing to see"
    assert run.snapshot_digest == step.input_digest != ""
    assert await floor.orders() == []


async def test_a_buy_waits_for_the_next_bar_and_fills_at_its_open() -> None:
    floor = await TradingFloor(bars((100, 100, 100, 100), (200, 210, 190, 205))).open()
    run = await floor.run(1, answer("buy", fraction="0.5"))
    waiting = (await floor.orders())[0]
    locked = await floor.money()

    floor.at(2)
    await floor.settle()

    order, trade = (await floor.orders())[0], (await floor.trades())[0]
    assert run.steps[0].order_ids == (order.id,)
    assert waiting.status is OrderStatus.ACCEPTED
    assert locked == {"USDT": (D(5000), D(5000))}
    assert order.status is OrderStatus.FILLED
    assert order.average_price == trade.entry_price == D(200)
    assert order.quantity == D("24.975024")
    assert await floor.money() == {
        "USDT": (D(10000) - D("24.975024") * D(200) * D("1.001"), D(0)),
        "BTC": (D("24.975024"), D(0)),
    }


async def test_closing_sells_everything_and_the_profit_is_net_of_fees() -> None:
    rows = bars((100, 100, 100, 100), (100, 100, 100, 100), (150, 150, 150, 150))
    floor = await TradingFloor(rows).open()
    await floor.run(1, answer("buy", quantity="10"))
    floor.at(2)
    await floor.settle()

    await floor.run(2, answer("close"))
    floor.at(3)
    await floor.settle()

    (trade,) = await floor.trades()
    assert trade.status is TradeStatus.CLOSED
    assert trade.profit_loss == D(500) - D(1) - D("1.5")
    assert await floor.money() == {"USDT": (D("10497.5"), D(0)), "BTC": (D(0), D(0))}


async def test_every_currency_of_the_ledger_sums_to_zero_and_the_wallet_side_to_the_balance() -> (
    None
):
    rows = bars((100, 100, 100, 100), (100, 100, 100, 100), (150, 150, 150, 150))
    floor = await TradingFloor(rows).open()
    await floor.run(1, answer("buy", fraction="0.3"))
    floor.at(2)
    await floor.settle()
    await floor.run(2, answer("sell", fraction="0.5"))
    floor.at(3)
    await floor.settle()

    entries: list[LedgerEntry] = await floor.all(LedgerEntry)
    money = await floor.money()

    for currency, start in (("USDT", D(10000)), ("BTC", D(0))):
        mine = [item for item in entries if item.currency == currency]
        assert sum(item.amount for item in mine) == 0
        wallet = sum(item.amount for item in mine if item.account == "wallet")
        assert start + wallet == sum(money[currency])
    assert {item.ref for item in entries} == {
        f"{order.id}:{order.client_order_id}-{int(rows[n].opened_at.timestamp() * 1000)}"
        for n, order in enumerate(await floor.orders(), 1)
    }


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (answer("buy", fraction="0.5").replace("BTC/", "ETH/"), "trades BTC/USDT, not ETH/USDT"),
        (answer("buy", quantity="1000"), "costs more than"),
        (answer("close"), "no position"),
        (answer("sell", quantity="1"), "no position"),
        (
            answer("buy", fraction="0.5", evidence=[{"field": "close", "value": "101"}]),
            "evidence says close is 101",
        ),
        (answer("buy", fraction="0.5", evidence=[{"field": "mood", "value": "1"}]), "mood"),
    ],
)
async def test_a_decision_that_must_not_be_carried_out_is_recorded_with_the_reason(
    script: str, reason: str
) -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    run = await floor.run(1, script)

    assert run.status is RunStatus.SUCCEEDED
    assert reason in (run.steps[0].refusal or "")
    assert await floor.orders() == []
    assert [event.name for event in await floor.all(OutboxEvent)] == ["OrderRefused"]


async def test_the_risk_policy_refuses_what_the_agent_wants() -> None:
    floor = await TradingFloor(flat_bars(2), risk=Risk(max_fraction=D("0.1"))).open()

    run = await floor.run(1, answer("buy", fraction="0.5"))

    assert run.steps[0].refusal == "the order takes more than 0.1 of the free cash"


async def test_selling_more_than_is_held_is_refused() -> None:
    floor = await TradingFloor(flat_bars(3)).open()
    await floor.run(1, answer("buy", quantity="1"))
    floor.at(2)
    await floor.settle()

    run = await floor.run(2, answer("sell", quantity="1.5"))

    assert run.steps[0].refusal == "1.5 is more than the 1 that are held"


async def test_an_answer_that_cannot_be_parsed_is_asked_for_once_more() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.model.cost = D("0.01")

    run = await floor.run(1, "Sure! Let me think.", answer("hold"))

    assert run.status is RunStatus.SUCCEEDED
    assert run.cost == run.steps[0].cost == D("0.02")
    assert floor.model.asked[1].prompt.startswith(floor.model.asked[0].prompt)


async def test_a_second_answer_that_cannot_be_parsed_fails_the_run() -> None:
    floor = await TradingFloor(flat_bars(2), steps=2).open()

    run = await floor.run(1, "no", '{"action": "buy"}')

    assert run.status is RunStatus.FAILED
    assert [item.status for item in run.steps] == [StepStatus.FAILED, StepStatus.SKIPPED]
    assert run.steps[0].raw_answer == '{"action": "buy"}'
    assert "symbol" in (run.error or "")
    assert [event.name for event in await floor.all(OutboxEvent)] == [RunFailed.__name__]


async def test_an_agent_that_cannot_be_reached_fails_the_run() -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    run = await floor.run(1, Unavailable("The model is down."))

    assert (run.status, run.error) == (RunStatus.FAILED, "The model is down.")


async def test_an_agent_that_was_put_out_of_use_is_not_asked() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    async with floor.uow() as tx:
        await tx[Agent].save((await tx[Agent].get(floor.agent.id)).with_(is_active=False))

    run = await floor.run(1)

    assert run.error == "The agent scripted is not active."


async def test_without_candles_the_run_fails_and_says_what_is_missing() -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    run = await floor.run(0)

    assert run.error == (
        "There are no 1h candles of BTC/USDT on binance up to 2026-01-01 00:00 UTC."
    )


async def test_later_steps_see_what_earlier_ones_answered() -> None:
    template = "{% for item in answers %}{{ item.step }}:{{ item.text }}{% endfor %}"
    floor = await TradingFloor(flat_bars(2), steps=2, template=template).open()
    first = answer("hold", rationale="calm")

    run = await floor.run(1, first, answer("hold"))

    assert run.steps[1].prompt == f"0:{first}"


async def test_a_run_as_of_an_instant_sees_nothing_later() -> None:
    floor = await TradingFloor(bars(*[(n, n, n, n) for n in range(1, 6)])).open()
    floor.at(5)
    floor.model.script = [answer("buy", fraction="1")]
    queued = await floor.queued(as_of=flat_bars(3)[2].opened_at)

    await floor.run_flow(run_id=queued.id)

    (order,) = await floor.orders()
    assert floor.model.asked[0].snapshot.last.close == D(2)
    assert order.average_price == D(3)


async def test_a_quota_that_is_used_up_is_a_refusal_and_not_a_failure() -> None:
    floor = await TradingFloor(flat_bars(2)).open()

    class NoTrades(Unlimited):
        async def take(self, *_: object, **__: object) -> None:
            raise QuotaExceeded("10 of 10 trades are used today.")

    intend = replace(floor.execute.intend, quotas=NoTrades())
    floor.run_flow = replace(floor.run_flow, execute=replace(floor.execute, intend=intend))

    run = await floor.run(1, answer("buy", fraction="0.5"))

    assert run.status is RunStatus.SUCCEEDED
    assert run.steps[0].refusal == "10 of 10 trades are used today."
    assert await floor.money() == {"USDT": (D(10000), D(0))}


async def test_a_budget_that_is_too_small_is_told_apart_from_the_run_that_fails() -> None:
    told = []

    class NoBudget(Unlimited):
        async def reserve(self, *_: object, **__: object) -> Reservation:
            raise QuotaExceeded("The plan allows 1 llm_cost_per_month, 0.9 are used.")

        async def tell(self, _: object, *, user_id: UserId, resource: Resource) -> None:
            told.append((user_id, resource))

    floor = await TradingFloor(flat_bars(2), quotas=NoBudget()).open()
    floor.model.cost = D("0.2")

    run = await floor.run(1, answer("hold"))

    assert (run.status, run.error) == (
        RunStatus.FAILED,
        "The plan allows 1 llm_cost_per_month, 0.9 are used.",
    )
    assert told == [(run.user_id, Resource.LLM_COST_PER_MONTH)]
    assert floor.model.asked == []


@dataclass(frozen=True, slots=True)
class Trades(Unlimited):
    """Counts the trades of each day."""

    used: Counter[date] = field(default_factory=Counter)

    async def take(self, *_: object, **__: object) -> None:
        self.used[TODAY] += 1

    async def give_back(
        self, *_: object, taken_at: datetime | None = None, resource: Resource, **__: object
    ) -> None:
        assert resource is Resource.TRADES_PER_DAY
        assert taken_at is not None
        self.used[taken_at.date()] -= 1


async def test_only_an_order_that_bought_something_counts_as_a_trade() -> None:
    trades = Trades()
    floor = await TradingFloor(flat_bars(4), quotas=trades).open()

    await floor.run(1, answer("buy", fraction="0.5"))
    floor.at(2)
    await floor.settle()
    bought = +trades.used
    await floor.run(2, answer("sell", fraction="1"))
    floor.at(3)
    await floor.settle()

    assert bought == +trades.used == {TODAY: 1}


async def test_an_order_that_the_venue_turns_down_is_no_trade_of_the_day_it_was_placed() -> None:
    trades = Trades()
    floor = await TradingFloor(flat_bars(2, "10000000"), quotas=trades).open()

    await floor.run(1, answer("buy", fraction="0.00001"))
    taken = +trades.used
    floor.at(2)
    await floor.settle()
    await floor.settle()

    assert (taken, trades.used) == ({TODAY: 1}, {TODAY: 0})


async def test_an_order_that_the_venue_turns_down_frees_the_money_and_tells_why() -> None:
    floor = await TradingFloor(flat_bars(2, "10000000")).open()

    await floor.run(1, answer("buy", fraction="0.00001"))
    floor.at(2)
    await floor.settle()

    (order,) = await floor.orders()
    assert order.status is OrderStatus.REJECTED
    assert order.refusal
    assert await floor.money() == {"USDT": (D(10000), D(0))}
    assert [event.name for event in await floor.all(OutboxEvent)] == ["OrderRefused"]


async def test_a_run_that_was_taken_over_is_no_longer_executed_by_the_first() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    queued = await floor.queued()
    async with floor.uow() as tx:
        run = await tx[FlowRun].save(
            queued.claimed("other", floor.clock.now(), floor.run_flow.lease)
        )

    with pytest.raises(RuleViolated, match="no longer held"):
        await floor.execute(run_id=run.id, fence=run.fence - 1)
    assert await floor.run_flow(run_id=run.id) is None


async def test_a_run_whose_steps_are_done_has_nothing_to_execute() -> None:
    floor = await TradingFloor(flat_bars(2)).open()
    floor.at(1)
    queued = await floor.queued()
    claimed = queued.claimed("me", floor.clock.now(), floor.run_flow.lease)
    done = claimed.steps[0].moved(StepStatus.DECIDING).moved(StepStatus.DONE)
    async with floor.uow() as tx:
        await tx[FlowRun].save(claimed.with_step(done))

    with pytest.raises(RuleViolated, match="no step left"):
        await floor.execute(run_id=queued.id, fence=1)
