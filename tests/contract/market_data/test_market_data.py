"""Past candles are the same, wherever they come from."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from moniqo.adapters.market_data.recorded import RecordedMarketData
from moniqo.adapters.market_data.stored import PAGE, StoredMarketData
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.trading.ports import MarketData
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from support.clock import SettableClock
from support.market import HOUR, SERIES, START, at, candle, instrument
from support.store import Store

MISSING = {4, 5, 6}
BARS = [candle(index, str(100 + index)) for index in range(12) if index not in MISSING]
INSTRUMENT = instrument()


@dataclass
class Past:
    market: MarketData
    clock: SettableClock


Opening = Callable[[Sequence[Candle], Instrument, SettableClock], Awaitable[MarketData]]


async def recorded(bars: Sequence[Candle], known: Instrument, clock: SettableClock) -> MarketData:
    return RecordedMarketData(bars[::-1], known, clock)


async def stored(bars: Sequence[Candle], known: Instrument, clock: SettableClock) -> MarketData:
    store = Store(MemoryBackend(REGISTRY), REGISTRY)
    elsewhere = candle(1, "7", timeframe=Timeframe.M1)
    async with store.uow() as tx:
        await tx[Instrument].add(known)
        await tx[Candle].add_many([*bars, elsewhere])
    return StoredMarketData(store.uow, clock)


@pytest.fixture(params=[recorded, stored])
async def past(request: pytest.FixtureRequest) -> Past:
    opening: Opening = request.param
    clock = SettableClock(at(12))
    return Past(await opening(BARS, INSTRUMENT, clock), clock)


def numbers(found: Sequence[Candle]) -> list[int]:
    return [(bar.opened_at - START) // HOUR for bar in found]


async def test_history_ends_with_the_last_bar_closed_by_then(past: Past) -> None:
    assert numbers(await past.market.history(SERIES, until=at(3), limit=2)) == [1, 2]

    before = at(3) - timedelta(milliseconds=1)
    assert numbers(await past.market.history(SERIES, until=before, limit=2)) == [0, 1]


async def test_history_has_as_many_bars_as_there_are_over_gaps_too(past: Past) -> None:
    assert numbers(await past.market.history(SERIES, until=at(9), limit=4)) == [2, 3, 7, 8]
    assert numbers(await past.market.history(SERIES, until=at(2), limit=9)) == [0, 1]
    assert numbers(await past.market.history(SERIES, until=START, limit=9)) == []


async def test_nothing_is_known_before_it_has_closed(past: Past) -> None:
    past.clock.set(at(3) - timedelta(milliseconds=1))

    assert numbers(await past.market.history(SERIES, until=at(12), limit=5)) == [0, 1]
    assert numbers(await past.market.since(SERIES, start=START)) == [0, 1]


async def test_bars_since_an_instant_begin_with_the_one_that_opened_then(past: Past) -> None:
    assert numbers(await past.market.since(SERIES, start=at(8))) == [8, 9, 10, 11]

    after = at(8) + timedelta(milliseconds=1)
    assert numbers(await past.market.since(SERIES, start=after)) == [9, 10, 11]
    assert numbers(await past.market.since(SERIES, start=at(12))) == []


async def test_no_more_bars_are_given_than_asked_for(past: Past) -> None:
    assert numbers(await past.market.since(SERIES, start=at(2), limit=3)) == [2, 3, 7]
    assert numbers(await past.market.since(SERIES, start=at(10), limit=9)) == [10, 11]


async def test_bars_end_before_an_instant(past: Past) -> None:
    assert numbers(await past.market.since(SERIES, start=at(2), before=at(8))) == [2, 3, 7]
    assert numbers(await past.market.since(SERIES, start=at(2), before=at(2))) == []
    assert numbers(await past.market.since(SERIES, start=at(2), before=at(99), limit=1)) == [2]


async def test_bars_come_back_as_they_were(past: Past) -> None:
    found = await past.market.since(SERIES, start=START, limit=1)

    assert (found[0].open, found[0].volume) == (BARS[0].open, BARS[0].volume)


@pytest.mark.parametrize(
    "other",
    [
        replace(SERIES, symbol="ETH/USDT"),
        replace(SERIES, exchange="kraken"),
        replace(SERIES, timeframe=Timeframe.D1),
    ],
)
async def test_another_series_has_no_bars(past: Past, other: object) -> None:
    assert list(await past.market.history(other, until=at(12), limit=5)) == []
    assert list(await past.market.since(other, start=START)) == []


async def test_an_instrument_is_known_by_exchange_and_symbol(past: Past) -> None:
    found = await past.market.instrument("binance", "BTC/USDT")

    assert (found.id, found.taker_fee) == (INSTRUMENT.id, INSTRUMENT.taker_fee)


@pytest.mark.parametrize("named", [("binance", "ETH/USDT"), ("kraken", "BTC/USDT")])
async def test_an_unknown_instrument_is_not_found(past: Past, named: tuple[str, str]) -> None:
    with pytest.raises(NotFound, match=f"{named[1]} is not known on {named[0]}"):
        await past.market.instrument(*named)


async def test_more_bars_than_are_read_at_once_come_complete_and_in_order() -> None:
    series = replace(SERIES, timeframe=Timeframe.M1)
    minutes = [candle(index, "100", timeframe=Timeframe.M1) for index in range(2, PAGE + 5)]
    market = await stored(minutes, INSTRUMENT, SettableClock(START + 10 * PAGE * HOUR))

    whole = await market.since(series, start=START)
    most = await market.since(series, start=START, limit=PAGE + 2)

    # The minute that every store of this suite has, and those above.
    assert [bar.opened_at for bar in whole[1:]] == [bar.opened_at for bar in minutes]
    assert list(most) == list(whole[: PAGE + 2])


async def test_a_recording_of_nothing_has_nothing() -> None:
    market = RecordedMarketData([], INSTRUMENT, SettableClock(at(12)))

    assert await market.history(SERIES, until=at(12), limit=5) == ()
    assert await market.since(SERIES, start=START) == ()
