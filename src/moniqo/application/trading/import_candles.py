"""Taking candles into the store: all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import Transaction, UnitOfWork
from moniqo.application.shared.query import Listing, eq, gte, lt
from moniqo.application.shared.system import Ids
from moniqo.application.trading.ports import CandleRow, CandleSource
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import AlreadyExists, Conflict, Fault, Invalid, StaleVersion
from moniqo.domain.shared.ids import CandleId, InstrumentId
from moniqo.domain.trading.events import CandlesImported
from moniqo.domain.trading.market import Amount, Candle, Instrument, Price, Rate, Series

CHUNK = 1000
PAGE = 5000
FIGURES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class TradingRules(Value):
    """The rules of an instrument that the import meets for the first time."""

    tick_size: Price = Decimal("0.01")
    lot_size: Price = Decimal("0.000001")
    min_quantity: Amount = Decimal(0)
    min_notional: Amount = Decimal(0)
    maker_fee: Rate = Decimal("0.001")
    taker_fee: Rate = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars that are missing between two others: the first of them, and how many."""

    first_missing: datetime
    count: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What was read, what of it was new, what was stored already; gaps are not filled."""

    read: int
    added: int
    skipped: int
    gaps: tuple[Gap, ...]
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class ImportCandles:
    """Import a series in one transaction; doing it again changes nothing."""

    uow: UnitOfWork
    ids: Ids
    source: CandleSource

    async def __call__(
        self, *, location: str, series: Series, rules: TradingRules | None = None
    ) -> ImportReport:
        """The report. `rules` make the instrument if it is not known yet.

        Raises `Invalid` naming the place of the first faulty row, `Conflict` where a stored
        candle differs; nothing is imported then.
        """
        rows = await self.source.read(location, series.timeframe)
        candles = [self._candle(row, series) for row in rows]

        async def store() -> int:
            async with self.uow() as tx:
                await self._ensure_instrument(tx, series, rules or TradingRules())
                return await _add_new(tx, series, rows, candles)

        added = await settled(store, again_on=(StaleVersion, AlreadyExists))
        return ImportReport(
            read=len(rows),
            added=added,
            skipped=len(rows) - added,
            gaps=_gaps(candles),
            first=rows[0].opened_at,
            last=rows[-1].opened_at,
        )

    def _candle(self, row: CandleRow, series: Series) -> Candle:
        try:
            return Candle(
                id=CandleId(self.ids.new()),
                exchange=series.exchange,
                symbol=series.symbol,
                timeframe=series.timeframe,
                opened_at=row.opened_at,
                open=row.open,
                high=row.high,
                low=row.low,
                close=row.close,
                volume=row.volume,
            )
        except Invalid as problem:
            reason = "; ".join(map(str, problem.faults))
            fault = Fault(row.place, reason)
            raise Invalid(f"{row.place}: {reason}.", faults=(fault,)) from None

    async def _ensure_instrument(
        self, tx: Transaction, series: Series, rules: TradingRules
    ) -> None:
        named = (eq("exchange", series.exchange), eq("symbol", series.symbol))
        if await tx[Instrument].first(*named) is not None:
            return
        base, _, quote = series.symbol.partition("/")
        instrument = Instrument(
            id=InstrumentId(self.ids.new()),
            exchange=series.exchange,
            symbol=series.symbol,
            base=base,
            quote=quote,
            tick_size=rules.tick_size,
            lot_size=rules.lot_size,
            min_quantity=rules.min_quantity,
            min_notional=rules.min_notional,
            maker_fee=rules.maker_fee,
            taker_fee=rules.taker_fee,
        )
        await tx[Instrument].add(instrument)


async def _add_new(
    tx: Transaction, series: Series, rows: Sequence[CandleRow], candles: Sequence[Candle]
) -> int:
    """Add what is not stored yet; answers how many."""
    stored = await _stored(tx, series, rows[0].opened_at, rows[-1].opened_at)
    new = []
    for row, candle in zip(rows, candles, strict=True):
        known = stored.get(row.opened_at)
        if known is None:
            new.append(candle)
        else:
            _require_equal(row, known)
    for start in range(0, len(new), CHUNK):
        await tx[Candle].add_many(new[start : start + CHUNK])
    if new:
        tx.emit(
            CandlesImported(
                exchange=series.exchange,
                symbol=series.symbol,
                timeframe=series.timeframe.value,
                added=len(new),
            )
        )
    return len(new)


async def _stored(
    tx: Transaction, series: Series, first: datetime, last: datetime
) -> dict[datetime, Candle]:
    where = (
        eq("exchange", series.exchange),
        eq("symbol", series.symbol),
        eq("timeframe", series.timeframe),
        gte("opened_at", first),
        lt("opened_at", last + timedelta(milliseconds=1)),
    )
    found: dict[datetime, Candle] = {}
    cursor = None
    while True:
        listing = Listing(where=where, sort=("opened_at",), limit=PAGE, cursor=cursor)
        page = await tx[Candle].page(listing)
        found.update((bar.opened_at, bar) for bar in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found


def _require_equal(row: CandleRow, known: Candle) -> None:
    for name in FIGURES:
        have, read = getattr(known, name), getattr(row, name)
        if have != read:
            raise Conflict(
                f"{row.place}: the stored candle of {known.opened_at:%Y-%m-%d %H:%M} UTC has "
                f"{name} {have}, not {read}."
            )


def _gaps(candles: Sequence[Candle]) -> tuple[Gap, ...]:
    found = []
    for before, after in pairwise(candles):
        missing = (after.opened_at - before.closed_at) // before.timeframe.duration
        if missing:
            found.append(Gap(before.closed_at, missing))
    return tuple(found)
