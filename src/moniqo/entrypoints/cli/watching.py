"""A progress bar on standard error, where that is a terminal."""

import sys
from types import TracebackType
from typing import Self

from dishka import Provider, Scope
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from moniqo.application.agents.replay import OnBar


class Watch:
    """Told how many bars of a backtest are done."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._progress = Progress(
            *columns,
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._progress.add_task("bars", total=None)

    def expect(self, bars: int) -> None:
        """How many bars there will be."""
        self._progress.update(self._task, total=bars)

    def __call__(self, bars: int) -> None:
        """So many are done."""
        self._progress.update(self._task, completed=bars)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @property
    def provider(self) -> Provider:
        """Makes this the watcher of the container's backtests."""
        provider = Provider(Scope.APP)
        provider.provide(lambda: self, provides=OnBar)
        return provider
