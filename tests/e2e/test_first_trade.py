"""From sign-up to the first trade and its profit, over HTTP, against a server of its own."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from support.live_server import moniqo, serving
from support.reference import HOUR_MS, Reference, ReferenceTrade, moving_average_cross, write_waves

D = Decimal
PASSWORD = "Correct-Horse-7"
MARKET_DATA_DIR = os.environ.get("MARKET_DATA_DIR", "")
REAL = "binance-btcusdt-1h.csv"


class Client:
    """A signed-in user of the API."""

    def __init__(self, http: httpx2.Client, token: str = "") -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, status: int, **body: object) -> Any:
        answer = self.http.request(
            method, f"/api/v1{path}", json=body or None, headers=self.headers
        )
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        envelope = answer.json()
        assert set(envelope) == {
            "status_code",
            "message",
            "data",
            "error",
            "timestamp",
            "request_id",
        }
        return envelope["data"]

    def until(self, path: str, *states: str) -> Any:
        """Poll a resource until its status is one of `states`."""
        for _ in range(600):
            found = self.call("GET", path, 200)
            if found["status"] in states:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{path} stays {found['status']}: {found}")


@pytest.fixture(params=["waves", "real"] if MARKET_DATA_DIR else ["waves"])
def candles(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A made-up candle file, and the real one where there is any."""
    if request.param == "waves":
        return write_waves(tmp_path / "waves.csv")
    return Path(MARKET_DATA_DIR) / REAL


@pytest.fixture
def server(storage: dict[str, str], candles: Path, tmp_path: Path) -> Iterator[httpx2.Client]:
    """A server that has been set up as an operator does it, with the candles imported."""
    series = ("--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1h")
    if storage["STORAGE_BACKEND"] == "memory":
        options: tuple[str, ...] = ("--import", str(candles), "binance", "BTC/USDT", "1h")
    else:
        options = ()
        moniqo("init", env=storage, cwd=tmp_path)
        moniqo("market", "import", str(candles), *series, env=storage, cwd=tmp_path)
    with serving(*options, env=storage, cwd=tmp_path) as client:
        yield client


def signed_in(http: httpx2.Client) -> Client:
    anybody = Client(http)
    anybody.call(
        "POST",
        "/auth/register",
        201,
        email="ada@example.com",
        password=PASSWORD,
        first_name="Ada",
        last_name="Byron",
    )
    tokens = anybody.call("POST", "/auth/login", 200, email="ada@example.com", password=PASSWORD)
    return Client(http, tokens["access_token"])


def a_flow(user: Client) -> str:
    plans = {plan["name"]: plan for plan in user.call("GET", "/plans", 200)["items"]}
    user.call("POST", "/users/me/plans", 201, plan_id=plans["Pro"]["id"])
    (paper,) = [
        wallet for wallet in user.call("GET", "/wallets", 200)["items"] if wallet["name"] == "Paper"
    ]
    wallet = user.call("POST", "/users/me/wallets", 201, wallet_id=paper["id"], label="practice")
    agent = user.call(
        "POST",
        "/agents",
        201,
        name="crossing",
        provider="builtin",
        model_id="ma_cross",
        config={"strategy": "ma_cross", "fast": 10, "slow": 20, "fraction": "0.95"},
    )
    prompt = user.call(
        "POST", "/prompts", 201, title="trend", prompt="Trend of {{ symbol }}?", category="trading"
    )
    flow = user.call(
        "POST",
        "/users/me/flows",
        201,
        title="trend",
        steps=[{"step": 0, "prompt_id": prompt["id"], "agent_id": agent["id"]}],
        user_wallet_id=wallet["id"],
        symbol="BTC/USDT",
        timeframe="1h",
    )
    user.call("POST", f"/users/me/flows/{flow['id']}/activate", 200)
    flow_id: str = flow["id"]
    return flow_id


def opening(candles: Path, bar: int) -> str:
    """The instant at which a bar opens: the close of the one before it."""
    stamp = int(candles.read_text().splitlines()[bar + 1].split(",")[0])
    return datetime.fromtimestamp(stamp / 1000, tz=UTC).isoformat().replace("+00:00", "Z")


def test_the_first_trade_and_a_backtest_over_http_are_exact(
    server: httpx2.Client, candles: Path
) -> None:
    user = signed_in(server)
    flow_id = a_flow(user)
    expected = moving_average_cross(candles)

    backtest = a_backtest(user, flow_id, candles)
    trade = the_first_trade(user, flow_id, candles, expected.closed[0])

    assert_backtest(backtest, expected)
    assert_trade(trade, expected.closed[0])
    (wallet,) = user.call("GET", "/users/me/wallets", 200)["items"]
    assert D(wallet["balances"]["USDT"]["free"]) == 10000 + D(trade["profit_loss"])
    assert D(wallet["balances"]["USDT"]["locked"]) == 0


def a_backtest(user: Client, flow_id: str, candles: Path) -> Any:
    """Over the whole file; leaves no trade of the user's."""
    stamp = int(candles.read_text().splitlines()[-1].split(",")[0])
    end = datetime.fromtimestamp((stamp + HOUR_MS) / 1000, tz=UTC).isoformat()
    started = user.call(
        "POST",
        f"/users/me/flows/{flow_id}/backtests",
        202,
        **{"from": opening(candles, 0), "to": end.replace("+00:00", "Z")},
        starting_balance="10000",
        fee_rate="0.001",
    )
    ended = user.until(f"/users/me/backtests/{started['id']}", "succeeded", "failed")
    assert user.call("GET", "/users/me/trades", 200)["items"] == []
    return ended


def the_first_trade(user: Client, flow_id: str, candles: Path, expected: ReferenceTrade) -> Any:
    """The flow run at the close of the two bars before the fills."""
    assert expected.exit_bar is not None
    for bar in (expected.entry_bar, expected.exit_bar):
        run = user.call("POST", f"/users/me/flows/{flow_id}/runs", 202, as_of=opening(candles, bar))
        ended = user.until(f"/users/me/runs/{run['id']}", "succeeded", "failed")
        assert ended["status"] == "succeeded", ended
        assert ended["steps"][0]["refusal"] is None
        assert ended["steps"][0]["prompt"] == "Trend of BTC/USDT?"
    (trade,) = user.call("GET", "/users/me/trades", 200)["items"]
    return trade


def assert_trade(trade: Any, expected: ReferenceTrade) -> None:
    assert trade["status"] == "closed"
    assert D(trade["entry_price"]) == expected.entry_price
    assert D(trade["exit_price"]) == expected.exit_price
    assert D(trade["quantity"]) == expected.quantity
    assert D(trade["profit_loss"]) == expected.profit_loss


def assert_backtest(backtest: Any, expected: Reference) -> None:
    assert backtest["status"] == "succeeded", backtest["error"]
    assert D(backtest["metrics"]["final_equity"]) == expected.equity
    assert D(backtest["metrics"]["fees"]) == expected.fees
    assert len(backtest["trades"]) == len(expected.closed)
    for mine, theirs in zip(backtest["trades"], expected.closed, strict=True):
        assert (mine["entry_bar"], mine["exit_bar"]) == (theirs.entry_bar, theirs.exit_bar)
        assert D(mine["entry_price"]) == theirs.entry_price
        assert D(mine["quantity"]) == theirs.quantity
        assert D(mine["profit_loss"]) == theirs.profit_loss
    assert (backtest["open_trade"] is None) == (expected.open is None)
