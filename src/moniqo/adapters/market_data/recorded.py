"""Candles of one series from a list: the past of a simulation."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import NotFound
from moniqo.domain.trading.market import Candle, Instrument, Series


class RecordedMarketData:
    """See `MarketData`. A look takes logarithmic time; the clock says what is past."""

    def __init__(self, candles: Sequence[Candle], instrument: Instrument, clock: Clock) -> None:
        self._candles = sorted(candles, key=lambda bar: bar.opened_at)
        self._opened = [bar.opened_at for bar in self._candles]
        self._instrument = instrument
        self._clock = clock

    async def history(self, series: Series, *, until: datetime, limit: int) -> Sequence[Candle]:
        """See `MarketData`."""
        if not self._is(series):
            return ()
        end = self._closed_by(series, until)
        return self._candles[max(0, end - limit) : end]

    async def since(
        self,
        series: Series,
        *,
        start: datetime,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> Sequence[Candle]:
        """See `MarketData`."""
        if not self._is(series):
            return ()
        begin = bisect_left(self._opened, start)
        end = self._closed_by(series, self._clock.now())
        if before is not None:
            end = min(end, bisect_left(self._opened, before))
        return self._candles[begin : end if limit is None else min(end, begin + limit)]

    async def instrument(self, exchange: str, symbol: str) -> Instrument:
        """See `MarketData`."""
        if (exchange, symbol) != (self._instrument.exchange, self._instrument.symbol):
            raise NotFound(f"{symbol} is not known on {exchange}.")
        return self._instrument

    def _closed_by(self, series: Series, instant: datetime) -> int:
        known = min(instant, self._clock.now())
        return bisect_right(self._opened, known - series.timeframe.duration)

    def _is(self, series: Series) -> bool:
        if not self._candles:
            return False
        bar = self._candles[0]
        return (bar.exchange, bar.symbol, bar.timeframe) == (
            series.exchange,
            series.symbol,
            series.timeframe,
        )
