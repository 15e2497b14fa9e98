"""What every laboratory owes: worlds apart from everything and from one another."""

from datetime import timedelta

import pytest

from moniqo.adapters.llm.builtin import BuiltinModel
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.simulation import MemoryLaboratory
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.laboratory import Laboratory, World
from moniqo.application.agents.replay import played
from moniqo.domain.agents.agent import Provider
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet
from support.trading_floor import START, TradingFloor, flat_bars

HOLD = JsonObject({"strategy": "buy_and_hold"})


@pytest.fixture
def laboratory() -> Laboratory:
    return MemoryLaboratory(REGISTRY, MinijinjaRenderer(), BuiltinModel())


@pytest.fixture
def world() -> World:
    floor = TradingFloor(flat_bars(3))
    return World(
        flow=floor.flow,
        agents=(floor.agent.with_(provider=Provider.BUILTIN, config=HOLD),),
        prompts=(floor.prompt,),
        account=floor.account,
        wallet=floor.wallet,
        instrument=floor.instrument,
        candles=flat_bars(3),
    )


async def bought(laboratory: Laboratory, world: World) -> tuple[list[str], object]:
    """Buy at the first bar, filled at the second; what is told and what is held."""
    simulation = await laboratory.simulate(world)
    simulation.at(START + timedelta(hours=1))
    await played(world, simulation, START + timedelta(hours=1))
    simulation.at(START + timedelta(hours=2))
    await simulation.settle_orders()
    async with simulation.uow() as tx:
        trade = await tx[Trade].first()
        account = await tx[UserWallet].get(world.account.id)
        assert await tx[AuditLog].count() == 0
    assert trade is not None
    return [str(trade.id), str(trade.entry_price)], account.balances


async def test_a_world_is_played_by_the_live_use_cases(
    laboratory: Laboratory, world: World
) -> None:
    (_, price), balances = await bought(laboratory, world)

    assert price == "100"
    assert balances != world.account.balances


async def test_two_simulations_of_one_world_are_alike_and_apart(
    laboratory: Laboratory, world: World
) -> None:
    first = await bought(laboratory, world)
    second = await bought(laboratory, world)

    assert first == second


async def test_candles_are_known_once_they_have_closed(
    laboratory: Laboratory, world: World
) -> None:
    simulation = await laboratory.simulate(world)
    simulation.at(START)

    run = await played(world, simulation, START)

    assert (run.error or "").startswith("There are no 1h candles")
