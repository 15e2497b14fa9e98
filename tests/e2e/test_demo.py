"""The demo is exact, whatever it is stored in."""

import os
from decimal import Decimal
from pathlib import Path

from support.live_server import moniqo
from support.reference import moving_average_cross, write_waves

REAL = Path(os.environ.get("MARKET_DATA_DIR", "")) / "binance-btcusdt-1h.csv"


def demo(candles: Path, storage: dict[str, str], folder: Path) -> dict[str, object]:
    answer = moniqo("demo", "--candles", str(candles), env=storage, cwd=folder)
    assert answer["storage"] == storage["STORAGE_BACKEND"]
    return answer


def test_the_demo_equals_the_reference(storage: dict[str, str], tmp_path: Path) -> None:
    candles = write_waves(tmp_path / "waves.csv")
    expected = moving_average_cross(candles)

    answer = demo(candles, storage, tmp_path)

    assert figures(answer) == (len(expected.closed), expected.equity, expected.fees)


if REAL.exists():  # the file is not ours to ship: without it there is no such test

    def test_the_demo_on_real_candles_gives_the_known_figures(
        storage: dict[str, str], tmp_path: Path
    ) -> None:
        answer = demo(REAL, storage, tmp_path)

        assert figures(answer) == (123, Decimal("17255.51263747061"), Decimal("4144.45651551939"))
        first = answer["trades"][0]  # type: ignore[index]
        assert (first["entry_bar"], first["entry_price"]) == (56, "17650.03")
        assert (first["exit_bar"], first["exit_price"]) == (58, "17426.52")
        assert (first["quantity"], first["profit_loss"]) == ("0.537705", "-139.04328086775")


def figures(answer: dict[str, object]) -> tuple[int, Decimal, Decimal]:
    metrics: dict[str, object] = answer["metrics"]  # type: ignore[assignment]
    return (
        int(str(metrics["closed_trades"])),
        Decimal(str(metrics["final_equity"])),
        Decimal(str(metrics["fees"])),
    )
