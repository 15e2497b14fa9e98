"""`moniqo serve`."""

import rich_click as click

from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import Answer, operation


@click.command()
@click.option("--host", help="Address to listen on.  [default: the setting HOST]")
@click.option("--port", type=click.IntRange(0, 65535), help="0: any.  [default: the setting PORT]")
@operation
def serve(host: str | None, port: int | None) -> Answer:
    """Run the HTTP server until it is told to stop.

    Does not start with wrong settings, without its store, or before `moniqo migrate`.
    """
    import asyncio

    from moniqo.entrypoints.cli.session import rehearse
    from moniqo.entrypoints.logs import configure
    from moniqo.entrypoints.serving import run
    from moniqo.entrypoints.settings import load

    settings = load()
    asyncio.run(rehearse(settings))
    configure(settings.application)
    started = run(host or settings.http.host, settings.http.port if port is None else port)
    if started:
        return Answer({"stopped": True}, "Stopped.")
    return Answer({"stopped": False}, "The server could not start; the log says why.", Exit.FAULT)
