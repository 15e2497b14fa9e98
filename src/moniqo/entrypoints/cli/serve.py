"""`moniqo serve`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import operation


@click.command()
@click.option("--host", help="Address to listen on.  [default: the setting HOST]")
@click.option("--port", type=click.IntRange(0, 65535), help="0: any.  [default: the setting PORT]")
@click.option(
    "--import",
    "imports",
    nargs=4,
    multiple=True,
    metavar="FILE EXCHANGE SYMBOL TIMEFRAME",
    help="Candles to have before the first request, as `moniqo market import` takes them.",
)
@operation
def serve(
    host: str | None, port: int | None, imports: tuple[tuple[str, str, str, str], ...]
) -> Answer:
    """Run the HTTP server until it is told to stop.

    Does not start with wrong settings, without its store, or before `moniqo migrate`. A service
    that does not answer is told in the log.
    """
    import asyncio

    from moniqo.domain.shared.decoding import decode
    from moniqo.domain.trading.market import Series
    from moniqo.entrypoints.cli.parameters import located
    from moniqo.entrypoints.cli.readiness import warn_of_services
    from moniqo.entrypoints.cli.session import rehearse
    from moniqo.entrypoints.logs import configure
    from moniqo.entrypoints.serving import run
    from moniqo.entrypoints.settings import load

    settings = load()
    asyncio.run(rehearse(settings))
    configure(settings.application)
    asyncio.run(warn_of_services(settings))
    wanted = tuple(
        (
            located(file, settings.application.market_data_dir),
            decode(Series, {"exchange": exchange, "symbol": symbol, "timeframe": timeframe}),
        )
        for file, exchange, symbol, timeframe in imports
    )
    port = settings.http.port if port is None else port
    started = run(host or settings.http.host, port, wanted)
    if started:
        return Answer({"stopped": True}, "Stopped.")
    return Answer({"stopped": False}, "The server could not start; the log says why.", Exit.FAULT)
