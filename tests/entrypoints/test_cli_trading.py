"""demo, market import, flows run and backtest run."""

import json
from dataclasses import replace

import pytest

from moniqo.domain.agents.backtest import BacktestStatus
from moniqo.domain.trading.market import Timeframe
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.market import TIMEFRAMES
from moniqo.entrypoints.cli.replaying import told
from support.stories import BARS, SQLITE

SERIES = ("--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1h")


def test_the_demo_walks_the_whole_path_and_says_that_its_prices_are_made_up(run, candles):
    told_to_programs = run("demo", "--json", "--candles", candles).data
    told_to_humans = run("demo", "--candles", candles).out

    assert told_to_programs["metrics"]["bars"] == BARS
    assert told_to_programs["candles"]["source"] == "candles.csv"
    assert told_to_programs["plan"]["name"] == "Pro"
    assert len(told_to_programs["trades"]) == told_to_programs["metrics"]["closed_trades"] > 0
    assert told_to_programs["metrics"]["final_equity"] in told_to_humans
    assert "Sharpe" in told_to_humans


@pytest.mark.untraced
def test_the_demo_without_a_file_makes_up_the_same_prices_every_time_and_says_so(run):
    ran = run("demo", STORAGE_BACKEND="memory")

    assert ran.code == 0
    assert "a generated series, no real prices" in ran.out
    assert "107 closed trades and one still open" in ran.out
    assert "12440.06917914548" in ran.out


@pytest.mark.untraced
def test_the_demo_is_the_same_on_every_backend(run, candles, postgres_server, mongo_server, folder):
    kinds = {
        "memory": {},
        "sqlite": {},
        "postgres": {"DATABASE_URL": postgres_server},
        "mongo": {"MONGODB_URL": mongo_server},
    }

    answers = {
        kind: run("demo", "--json", "--candles", candles, STORAGE_BACKEND=kind, **where).data
        for kind, where in kinds.items()
    }

    assert {kind: answer.pop("storage") for kind, answer in answers.items()} == {
        kind: kind for kind in kinds
    }
    assert len({json.dumps(answer) for answer in answers.values()}) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["candles.csv"]


@pytest.mark.parametrize(
    "settings",
    [
        {"STORAGE_BACKEND": "postgres", "DATABASE_URL": "postgresql://u:canary@127.0.0.1:1/d"},
        {
            "STORAGE_BACKEND": "mongo",
            "MONGODB_URL": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300",
        },
    ],
)
def test_the_demo_needs_the_server_of_its_store(run, candles, settings):
    ran = run("demo", "--candles", candles, **settings)

    assert ran.code == Exit.UNAVAILABLE
    assert "canary" not in ran.err


def test_a_bad_row_is_told_with_file_line_and_reason_and_nothing_is_stored(run, candles, folder):
    run("migrate", **SQLITE)
    rows = (folder / candles).read_text().splitlines()
    rows[7] = rows[7].replace(".", "x", 1)
    (folder / "bad.csv").write_text("\n".join(rows) + "\n")

    bad = run("market", "import", "bad.csv", *SERIES, **SQLITE)
    good = run("market", "import", candles, "--json", *SERIES, **SQLITE)

    assert bad.code == Exit.INVALID
    assert bad.err.startswith("error: bad.csv, line 8: open ")
    assert bad.err.count("\n") == 1
    assert good.data["added"] == BARS


def test_gaps_are_told_and_a_second_import_adds_nothing(run, candles, folder):
    run("migrate", **SQLITE)
    rows = (folder / candles).read_text().splitlines()
    del rows[50:53]
    (folder / candles).write_text("\n".join(rows) + "\n")

    first = run("market", "import", candles, *SERIES, "--lot-size", "0.001", **SQLITE)
    second = run("market", "import", candles, "--json", *SERIES, **SQLITE)

    assert first.out == (
        f"{BARS - 3} candles read, {BARS - 3} new, 0 known already.\nGap: 3 from 2025-01-03 01:00\n"
    )
    assert (second.data["added"], second.data["skipped"]) == (0, BARS - 3)


def test_a_file_is_looked_for_in_the_folder_of_market_data(run, candles, folder):
    elsewhere = folder / "data"
    elsewhere.mkdir()
    (folder / candles).rename(elsewhere / candles)

    ran = run("demo", "--json", "--candles", candles, MARKET_DATA_DIR=str(elsewhere))

    assert ran.data["candles"]["read"] == BARS


def test_a_file_that_is_nowhere_is_told(run):
    ran = run("demo", "--candles", "nowhere.csv")

    assert ran.code == Exit.INVALID
    assert "nowhere.csv: cannot be read" in ran.err


def test_a_flow_runs_as_of_an_instant(run, story):
    ran = run("flows", "run", str(story.flow.id), "--as-of", "2025-01-05", "--json", **SQLITE)
    text = run("flows", "run", str(story.flow.id), "--as-of", "2025-01-05T12:00Z", **SQLITE).out

    assert ran.code == 0
    assert ran.data["status"] == "succeeded"
    assert ran.data["steps"][0]["decision"]["symbol"] == "BTC/USDT"
    assert "step 0 done: hold BTC/USDT" in text


def test_a_run_that_fails_is_told_with_its_reason(run, story):
    ran = run("flows", "run", str(story.flow.id), "--as-of", "2020-01-01", **SQLITE)

    assert ran.code == Exit.UNSUCCESSFUL
    assert "failed: " in ran.out


def test_a_flow_that_is_not_there_is_told(run):
    run("migrate", **SQLITE)

    ran = run("flows", "run", "018f0000-0000-7000-8000-000000000000", "--json", **SQLITE)

    assert (ran.code, ran.error["code"]) == (Exit.NOT_FOUND, "NOT_FOUND")


def test_a_backtest_covers_all_that_is_stored_or_the_range_that_is_given(run, story):
    flow_id = str(story.flow.id)
    within = ("--from", "2025-01-02", "--to", "2025-01-04T00:00:00+00:00", "--fee-rate", "0.002")

    everything = run("backtest", "run", flow_id, "--json", **SQLITE)
    part = run("backtest", "run", flow_id, "--json", *within, **SQLITE)

    assert everything.data["metrics"] == told(story.backtest).data["metrics"]
    assert part.data["metrics"]["bars"] == 48
    assert part.data["fee_rate"] == "0.002"


def test_a_backtest_is_drawn_for_humans(run, story):
    ran = run("backtest", "run", str(story.flow.id), "--to", "2025-01-02", **SQLITE)

    assert ran.code == 0
    assert "0 closed trades" in ran.out
    assert "undefined" in ran.out


def test_a_backtest_without_candles_is_refused(run, story):
    ran = run("backtest", "run", str(story.flow.id), "--from", "2030-01-01", **SQLITE)

    assert ran.code == Exit.CONFLICT
    assert "No 1h candles of BTC/USDT are stored" in ran.err


def test_a_backtest_that_failed_is_told_so(story):
    failed = replace(story.backtest, status=BacktestStatus.FAILED, error="no bars")

    answer = told(failed)

    assert (answer.exit, answer.text) == (Exit.UNSUCCESSFUL, "The backtest failed: no bars")


@pytest.mark.parametrize(
    "words",
    [
        ("flows", "run", "x"),
        ("flows", "run", "018f0000-0000-7000-8000-000000000000", "--as-of", "soon"),
        ("backtest", "run", "018f0000-0000-7000-8000-000000000000", "--balance", "NaN"),
        ("market", "import", "f.csv", "--exchange", "x", "--symbol", "A/B", "--timeframe", "2h"),
    ],
)
def test_wrong_usage_is_told(run, words):
    assert run(*words).code == Exit.USAGE


def test_every_timeframe_can_be_imported():
    assert list(TIMEFRAMES.choices) == [timeframe.value for timeframe in Timeframe]
