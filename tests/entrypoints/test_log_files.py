import logging
import multiprocessing
import os
from datetime import UTC, datetime, timedelta

import pytest

from moniqo.entrypoints.log_files import DailyFile

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
TOMORROW = TODAY + timedelta(days=1)
KEPT = 3


def record(text, at=TODAY):
    made = logging.LogRecord("shop", logging.INFO, __file__, 1, text, (), None)
    made.created = at.timestamp()
    return made


def day(path, at):
    return path.with_name(f"{path.name}.{at.date().isoformat()}")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "moniqo.log"


def written(path, *records):
    handler = DailyFile(path, KEPT)
    for one in records:
        handler.emit(one)
    handler.close()


def test_each_day_has_a_file_and_the_name_leads_to_the_present_one(path):
    written(path, record("one"), record("two", TOMORROW))

    assert day(path, TODAY).read_text() == "one\n"
    assert day(path, TOMORROW).read_text() == "two\n"
    assert path.read_text() == "two\n"


def test_a_line_that_comes_late_goes_to_the_present_file(path):
    written(path, record("two", TOMORROW), record("late"))

    assert path.read_text() == "two\nlate\n"


def test_a_new_process_goes_on_where_the_last_one_ended(path):
    written(path, record("one"))
    written(path, record("two"))

    assert path.read_text() == "one\ntwo\n"


def test_files_are_kept_for_as_many_days_as_wished_and_others_are_left_alone(path):
    old, young = (day(path, TODAY - timedelta(days=days)) for days in (KEPT, KEPT - 1))
    other = path.with_name("moniqo.log.txt")
    foreign = path.with_name(f"else.{(TODAY - timedelta(days=99)).date()}")
    for file in (old, young, other, foreign):
        file.touch()

    written(path)

    assert not old.exists()
    assert young.exists()
    assert other.exists()
    assert foreign.exists()


def test_what_stands_there_already_is_left_alone(path):
    path.write_text("before\n")

    written(path, record("one"))

    assert path.read_text() == "before\n"
    assert day(path, TODAY).read_text() == "one\n"


def test_a_pipe_is_written_as_it_is(path):
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)

    written(path, record("one"), record("two", TOMORROW))

    assert os.read(reader, 100) == b"one\ntwo\n"
    os.close(reader)
    assert list(path.parent.iterdir()) == [path]


def test_a_line_that_cannot_be_written_is_not_shown_elsewhere(path, capfd):
    handler = DailyFile(path, KEPT)
    os.close(handler._file)

    handler.emit(record("canary"))

    assert "cannot be written" in capfd.readouterr().err
    assert "canary" not in path.read_text()
    handler._file = -1
    handler.close()


def test_many_processes_write_whole_lines_across_midnight(path):
    texts = [f"{number} {'x' * 20_000}" for number in range(40)]
    workers = [multiprocessing.Process(target=_much, args=(path, texts)) for _ in range(4)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    for at in (TODAY, TOMORROW):
        lines = day(path, at).read_text().splitlines()
        assert sorted(lines) == sorted(texts * len(workers))
    assert path.resolve() == day(path, TOMORROW)


def _much(path, texts):
    written(path, *map(record, texts), *(record(text, TOMORROW) for text in texts))
