"""Values for examples, by a field's name where the name says what is meant."""

from collections.abc import Mapping
from typing import Any

from moniqo.application.agents.backtest_summaries import BacktestSummary
from moniqo.domain.agents.backtest import Backtest, BacktestTrade, Metrics
from moniqo.domain.agents.decision import Decision
from moniqo.domain.agents.run import FlowRun, StepRun
from moniqo.domain.files.file import File
from moniqo.domain.trading.trade import Trade

INSTANT = "2026-01-31T09:00:00.000Z"
CURSOR = "eyJhIjoxfQ"
IDENTITY = "019bd6a2-7c00-7000-8000-000000000001"
BY_NAME: Mapping[str, Any] = {
    "allowed_symbols": ["BTC/USDT"],
    "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl",
    "avatar_url": f"/api/v1/users/{IDENTITY}/avatar",
    "base": "BTC",
    "category": "trading",
    "close": "17650.03",
    "config": {"strategy": "ma_cross", "fast": 10, "slow": 20, "fraction": "0.95"},
    "content_type": "application/pdf",
    "country_code": "+49",
    "currency": "USD",
    "day": 10,
    "description": "What it is for.",
    "email": "ada@example.com",
    "error": None,
    "exchange": "binance",
    "expires_in": 1800,
    "first_name": "Ada",
    "from": "2025-07-01T00:00:00.000Z",
    "full_name": "Ada Lovelace",
    "high": "17700",
    "label": "Practice",
    "last_name": "Lovelace",
    "lot_size": "0.000001",
    "low": "17600",
    "mobile_number": "15112345678",
    "model_id": "ma_cross",
    "month": 12,
    "name": "Crossing",
    "next_run_at": None,
    "open": "17640",
    "password": "Correct-Horse-7",
    "permissions": ["agents:read", "agents:write"],
    "price": "29",
    "progress": 100,
    "prompt": "What is the trend of {{ symbol }}?",
    "provider": "builtin",
    "quote": "USDT",
    "refresh_token": "opaque-and-never-shown-again",
    "role": "User",
    "schedule": "0 * * * *",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "side": "buy",
    "supported_currencies": ["USDT", "BTC"],
    "symbol": "BTC/USDT",
    "tick_size": "0.01",
    "timeframe": "1h",
    "title": "Trend",
    "to": "2025-12-31T00:00:00.000Z",
    "token_type": "bearer",
    "username": "ada",
    "year": 1990,
}
_BACKTEST: Mapping[str, Any] = {
    "starting_balance": "10000",
    "fee_rate": "0.001",
    "slippage": "0",
    "status": "succeeded",
    "open_trade": None,
}
BY_KIND: Mapping[type, Mapping[str, Any]] = {
    Backtest: _BACKTEST,
    BacktestSummary: _BACKTEST,
    BacktestTrade: {
        "quantity": "0.5",
        "entry_bar": 21,
        "entry_price": "17650",
        "exit_bar": 45,
        "exit_price": "18100",
        "exited_at": "2026-02-01T09:00:00.000Z",
        "fees": "17.875",
        "profit_loss": "207.125",
    },
    Metrics: {
        "total_return": "0.0207125",
        "win_rate": "1",
        "profit_factor": None,
        "max_drawdown": 0.031,
        "bars": 4392,
        "final_equity": "10207.125",
        "fees": "17.875",
    },
    File: {"name": "Contract.pdf", "size": 48_213},
    Decision: {
        "quantity": "0.5",
        "fraction": None,
        "limit_price": None,
        "stop_loss": "17000",
        "take_profit": "19000",
        "confidence": "0.8",
        "rationale": "The fast average has crossed the slow one.",
        "evidence": [{"field": "last.close", "value": "17650.03", "tolerance": "0"}],
    },
    FlowRun: {"status": "succeeded", "cost": "0"},
    StepRun: {"step": 0, "status": "done", "refusal": None, "cost": "0"},
    Trade: {
        "entry_price": "17650",
        "exit_price": None,
        "quantity": "0.5",
        "closed_quantity": "0",
        "entry_value": "8825",
        "exit_value": "0",
        "leverage": "1",
        "fees": "8.825",
        "profit_loss": None,
        "closed_at": None,
    },
}
"""Values that make one plausible whole of what is shown of a kind."""
