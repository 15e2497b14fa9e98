"""Where the demonstration's candles come from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from moniqo.entrypoints.cli.demo.series import generated_csv
from moniqo.entrypoints.cli.parameters import located
from moniqo.entrypoints.settings import Settings


@contextmanager
def candle_file(given: str | None, settings: Settings) -> Iterator[str]:
    """The path of the file that was given, else of a generated one, gone afterwards."""
    if given is not None:
        yield located(given, settings.application.market_data_dir)
        return
    with TemporaryDirectory(prefix="moniqo-demo-") as folder:
        path = Path(folder) / "generated.csv"
        path.write_text(generated_csv(), encoding="utf-8")
        yield str(path)
