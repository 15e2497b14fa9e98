"""Candles and trading rules from the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.query import Condition, Listing, eq, gte, lt
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.trading.market import Candle, Instrument, Series

PAGE = 2000
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class StoredMarketData:
    """See `MarketData`."""

    uow: UnitOfWork
    clock: Clock

    async def history(self, series: Series, *, until: datetime, limit: int) -> Sequence[Candle]:
        """See `MarketData`."""
        end = self._end(series, until)
        # The page's total is counted too: so the range is as short as it can be without gaps.
        start = end - series.timeframe.duration * limit
        found = await self._last(limit, *_of(series), gte("opened_at", start), _before(end))
        if len(found) < limit:
            found = await self._last(limit, *_of(series), _before(end))
        return found[::-1]

    async def since(
        self,
        series: Series,
        *,
        start: datetime,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """See `MarketData`."""
        where = (*_of(series), gte("opened_at", start), _before(self._end(series, None)))
        if before is not None:
            where = (*where, lt("opened_at", before))
        found: list[Candle] = []
        cursor = None
        while True:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            listing = Listing(where=where, sort=("opened_at",), limit=size, cursor=cursor)
            async with self.uow() as tx:
                page = await tx[Candle].page(listing)
            found += page.items
            cursor = page.next_cursor
            if cursor is None or len(found) == limit:
                return found

    async def instrument(self, exchange: str, symbol: str) -> Instrument:
        """See `MarketData`."""
        async with self.uow() as tx:
            found = await tx[Instrument].first(eq("exchange", exchange), eq("symbol", symbol))
        if found is None:
            raise NotFound(f"{symbol} is not known on {exchange}; import its candles first.")
        return found

    async def _last(self, limit: int, *where: Condition) -> tuple[Candle, ...]:
        async with self.uow() as tx:
            listing = Listing(where=where, sort=("-opened_at",), limit=limit)
            return (await tx[Candle].page(listing)).items

    def _end(self, series: Series, until: datetime | None) -> datetime:
        """The latest opening instant of a candle that has closed by `until` and by now."""
        now = self.clock.now()
        return (now if until is None else min(now, until)) - series.timeframe.duration


def _of(series: Series) -> tuple[Condition, ...]:
    return (
        eq("exchange", series.exchange),
        eq("symbol", series.symbol),
        eq("timeframe", series.timeframe),
    )


def _before(end: datetime) -> Condition:
    return lt("opened_at", end + _TICK)
