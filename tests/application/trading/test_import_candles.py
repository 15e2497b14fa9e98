"""Importing candles: all of a file or none, as often as one likes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.persistence.memory import MemoryBackend
from moniqo.application.shared.query import Listing
from moniqo.application.trading.import_candles import Gap, ImportCandles, ImportReport, TradingRules
from moniqo.application.trading.ports import CandleRow
from moniqo.application.trading.seed_paper_wallet import SeedPaperWallet
from moniqo.domain.audit.outbox_event import OutboxEvent
from moniqo.domain.shared.errors import Conflict, Invalid
from moniqo.domain.trading.market import Candle, Instrument, Timeframe
from moniqo.domain.trading.wallet import Wallet
from support.market import SERIES, at
from support.store import Store


def row(bar: int, price: str = "100", high: str | None = None) -> CandleRow:
    figure = Decimal(price)
    top = Decimal(high) if high else figure
    return CandleRow(f"bars, line {bar + 2}", at(bar), figure, top, figure, figure, Decimal(1))


@dataclass
class Desk:
    """The use case over rows that stand in the test."""

    store: Store = field(default_factory=lambda: Store(MemoryBackend(REGISTRY), REGISTRY))
    rows: Sequence[CandleRow] = ()

    async def read(self, location: str, timeframe: Timeframe) -> Sequence[CandleRow]:
        assert (location, timeframe) == ("bars.csv", Timeframe.H1)
        return self.rows

    async def imports(self, *rows: CandleRow, rules: TradingRules | None = None) -> ImportReport:
        self.rows = rows
        use_case = ImportCandles(self.store.uow, self.store.ids, self)
        return await use_case(location="bars.csv", series=SERIES, rules=rules)

    async def all(self, entity: type) -> Sequence[object]:
        async with self.store.uow() as tx:
            return (await tx[entity].page(Listing(limit=10_000))).items


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_an_import_stores_every_row_and_tells_what_it_did(desk: Desk) -> None:
    report = await desk.imports(row(0), row(1), row(2))

    assert report == ImportReport(3, 3, 0, (), at(0), at(2))
    stored = await desk.all(Candle)
    assert [bar.opened_at for bar in stored] == [at(0), at(1), at(2)]


async def test_gaps_are_told_and_not_filled(desk: Desk) -> None:
    report = await desk.imports(row(0), row(2), row(3), row(7))

    assert report.gaps == (Gap(at(1), 1), Gap(at(4), 3))
    assert report.added == 4


async def test_importing_again_adds_only_what_is_new(desk: Desk) -> None:
    await desk.imports(row(0), row(2))

    report = await desk.imports(row(0), row(1), row(2), row(3))

    assert (report.read, report.added, report.skipped) == (4, 2, 2)
    assert len(await desk.all(Candle)) == 4


async def test_new_candles_are_announced_and_known_ones_are_not(desk: Desk) -> None:
    await desk.imports(row(0), row(1))
    await desk.imports(row(0), row(1))

    told = await desk.all(OutboxEvent)

    assert [(event.name, event.payload["added"]) for event in told] == [("CandlesImported", 2)]


async def test_a_stored_candle_that_differs_stops_the_import_and_is_named(desk: Desk) -> None:
    await desk.imports(row(1, "100"))

    with pytest.raises(Conflict) as found:
        await desk.imports(row(0), row(1, "101"), row(2))

    assert found.value.message == (
        "bars, line 3: the stored candle of 2026-01-01 01:00 UTC has open 100, not 101."
    )
    assert len(await desk.all(Candle)) == 1


async def test_a_row_that_is_no_candle_stops_the_import_and_is_named(desk: Desk) -> None:
    with pytest.raises(Invalid) as found:
        await desk.imports(row(0), row(1, "100", high="99"))

    assert found.value.message == "bars, line 3: high must not be below open or close."
    assert await desk.all(Candle) == ()
    assert await desk.all(Instrument) == ()


async def test_the_first_import_makes_the_instrument_and_later_ones_leave_it(desk: Desk) -> None:
    await desk.imports(row(0), rules=TradingRules(taker_fee=Decimal("0.002")))
    await desk.imports(row(1), rules=TradingRules(taker_fee=Decimal("0.003")))

    (only,) = await desk.all(Instrument)

    assert (only.exchange, only.symbol, only.base, only.quote) == (
        "binance",
        "BTC/USDT",
        "BTC",
        "USDT",
    )
    assert (only.taker_fee, only.maker_fee) == (Decimal("0.002"), Decimal("0.001"))
    assert (only.lot_size, only.tick_size) == (Decimal("0.000001"), Decimal("0.01"))


async def test_long_imports_are_compared_page_by_page(desk: Desk) -> None:
    rows = [row(bar) for bar in range(5001)]
    await desk.imports(*rows)

    report = await desk.imports(*rows, row(5001))

    assert (report.skipped, report.added) == (5001, 1)


async def test_another_exchange_has_candles_of_its_own(desk: Desk) -> None:
    await desk.imports(row(0, "100"))
    desk.rows = [row(0, "101")]
    use_case = ImportCandles(desk.store.uow, desk.store.ids, desk)

    report = await use_case(location="bars.csv", series=replace(SERIES, exchange="kraken"))

    assert (report.added, len(await desk.all(Instrument))) == (1, 2)


async def test_the_paper_wallet_is_made_once_and_not_again_after_its_removal(desk: Desk) -> None:
    seed = SeedPaperWallet(desk.store.uow, desk.store.ids)
    await seed()
    await seed()

    (paper,) = await desk.all(Wallet)
    assert (paper.name, paper.market, paper.is_paper) == ("Paper", "binance", True)
    async with desk.store.uow() as tx:
        await tx[Wallet].remove(paper)
    await seed()
    assert await desk.all(Wallet) == ()
