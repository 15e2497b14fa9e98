"""`moniqo market`."""

from decimal import Decimal

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.parameters import DECIMAL

TIMEFRAMES = click.Choice(["1m", "5m", "15m", "30m", "1h", "4h", "1d"])


@click.group()
def market() -> None:
    """Instruments and candles."""


@market.command("import")
@click.argument("file")
@click.option("--exchange", required=True, help="Where the candles are from, such as binance.")
@click.option("--symbol", required=True, help="BASE/QUOTE, such as BTC/USDT.")
@click.option("--timeframe", required=True, type=TIMEFRAMES, help="The length of a candle.")
@click.option("--tick-size", type=DECIMAL, help="Step of prices of a new instrument.")
@click.option("--lot-size", type=DECIMAL, help="Step of its quantities.")
@click.option("--min-notional", type=DECIMAL, help="The least that an order must be worth.")
@click.option("--maker-fee", type=DECIMAL, help="Its fee for resting orders, as a rate.")
@click.option("--taker-fee", type=DECIMAL, help="Its fee for all other orders, as a rate.")
@operation
async def import_(
    file: str, exchange: str, symbol: str, timeframe: str, **rules: Decimal | None
) -> Answer:
    """Store the candles of a CSV FILE: all of it or, if anything is wrong, nothing.

    Its header is timestamp_ms,open,high,low,close,volume. Gaps are told, not filled. A FILE
    that is not here is looked for in MARKET_DATA_DIR.
    """
    from moniqo.application.trading.import_candles import ImportCandles, TradingRules
    from moniqo.domain.trading.market import Series, Timeframe
    from moniqo.entrypoints.cli.parameters import located
    from moniqo.entrypoints.cli.plain import plain
    from moniqo.entrypoints.cli.session import session
    from moniqo.entrypoints.settings import load

    settings = load()
    series = Series(exchange, symbol, Timeframe(timeframe))
    given = TradingRules(**{name: rule for name, rule in rules.items() if rule is not None})
    location = located(file, settings.application.market_data_dir)
    async with session(settings) as container:
        run = await container.get(ImportCandles)
        report = await run(location=location, series=series, rules=given)
    lines = [f"{report.read} candles read, {report.added} new, {report.skipped} known already."]
    lines += [f"Gap: {gap.count} from {gap.first_missing:%Y-%m-%d %H:%M}" for gap in report.gaps]
    return Answer(plain(report), "\n".join(lines))
