"""A log file a day, which any number of processes may write at once."""

import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

_DAY_SECONDS = 86_400
_MODE = 0o640


class DailyFile(logging.Handler):
    """Appends to `path.2026-11-21`, the day in UTC; `path` itself leads to the present one.

    Each process finds the day's file by its name, so nothing is ever renamed under another one,
    and each line is one write at the file's end. Files older than `days` days are removed. What
    stands at `path` and is no link of ours is left alone; a device or pipe is written as it is.
    """

    def __init__(self, path: Path, days: int) -> None:
        """Raises `OSError` if it cannot be written."""
        super().__init__()
        self._path = path
        self._days = days
        self._day = -1
        self._file = -1
        self._turns = path.is_file() or not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        if self._turns:
            self._turn(int(datetime.now(UTC).timestamp()) // _DAY_SECONDS)
        else:
            self._file = _appending(path)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; the first one of a day begins a file."""
        try:
            line = (self.format(record) + "\n").encode("utf-8", "replace")
            day = int(record.created) // _DAY_SECONDS
            if self._turns and day > self._day:
                self._turn(day)
            os.write(self._file, line)
        except OSError as error:
            # The record may hold what the formatter would have withheld: it is not shown.
            sys.stderr.write(f"{self._path} cannot be written: {error.strerror}\n")

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        super().close()

    def _turn(self, day: int) -> None:
        today = datetime.fromtimestamp(day * _DAY_SECONDS, UTC).date()
        target = self._path.with_name(f"{self._path.name}.{today.isoformat()}")
        opened, before = _appending(target), self._file
        self._file, self._day = opened, day
        if before >= 0:
            os.close(before)
        # The lines are kept without either.
        with suppress(OSError):
            self._point(target)
        with suppress(OSError):
            self._sweep(today - timedelta(days=self._days))

    def _point(self, target: Path) -> None:
        ours = self._path.is_symlink() and self._path.readlink().name.startswith(self._path.name)
        if ours or not self._path.exists():
            spare = self._path.with_name(f".{self._path.name}.{os.getpid()}")
            spare.unlink(missing_ok=True)
            spare.symlink_to(target.name)
            spare.replace(self._path)

    def _sweep(self, last: date) -> None:
        for file in self._path.parent.iterdir():
            name, _, day = file.name.rpartition(".")
            with suppress(ValueError):
                if name == self._path.name and date.fromisoformat(day) <= last:
                    file.unlink(missing_ok=True)


def _appending(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
