"""`moniqo demo`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.market import TIMEFRAMES
from moniqo.entrypoints.cli.operation import operation


@click.command()
@click.option("--candles", help="A CSV file of candles.  [default: a generated series]")
@click.option("--symbol", default="BTC/USDT", show_default=True, help="What they are of.")
@click.option("--timeframe", default="1h", show_default=True, type=TIMEFRAMES, help="Their length.")
@operation
async def demo(candles: str | None, symbol: str, timeframe: str) -> Answer:
    """The whole path on a temporary store: sign-up, plan, agent, flow, candles, trades, profit.

    The store is SQLite, or of the kind that STORAGE_BACKEND names, beside the configured one
    and gone afterwards. The agent is the built-in moving-average cross: no network is needed.
    """
    from moniqo.domain.trading.market import Series, Timeframe
    from moniqo.entrypoints.cli.demo.candle_file import candle_file
    from moniqo.entrypoints.cli.demo.path import MARKET, play
    from moniqo.entrypoints.cli.demo.report import told
    from moniqo.entrypoints.cli.demo.stage import stage
    from moniqo.entrypoints.cli.watching import Watch
    from moniqo.entrypoints.settings import load

    settings = load()
    series = Series(MARKET, symbol, Timeframe(timeframe))
    with Watch() as watch, candle_file(candles, settings) as file:
        async with stage(settings, watch.provider) as container:
            story = await play(container, series, file, watch)
    return told(story, settings.storage.storage_backend, candles)
