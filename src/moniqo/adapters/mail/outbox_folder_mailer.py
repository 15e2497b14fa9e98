"""Mails as files in a folder: for development, and for set-ups that send none."""

import asyncio
import errno
import os
import threading
from email.policy import SMTP
from pathlib import Path

from moniqo.adapters.mail.message import Sender, message_of, required
from moniqo.adapters.mail.outbox_folder import SUFFIX
from moniqo.application.mail.ports import Mail
from moniqo.application.shared.system import Clock
from moniqo.domain.shared.errors import Unavailable

# Whoever looks for a link in the file finds it in one piece.
_READABLE = SMTP.clone(max_line_length=998, cte_type="8bit")


class OutboxFolderMailer:
    """See `Mailer`. Each mail is one file, named by time and key, readable by its owner alone."""

    def __init__(self, folder: Path, sender: Sender, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    async def send(self, mail: Mail, *, key: str) -> None:
        """See `Mailer`."""
        now = self._clock.now()
        content = message_of(mail, self._sender, key=key, now=now, policy=_READABLE).as_bytes()
        await self._on_disk(self._write, f"{now:%Y%m%dT%H%M%S%f}"[:-3], required(key), content)

    async def probe(self) -> str:
        """See `Mailer`."""
        await self._on_disk(self._look)
        return f"kept as files in {self._folder}: nobody receives them"

    async def _on_disk(self, work: object, *arguments: object) -> None:
        try:
            await asyncio.to_thread(work, *arguments)  # type: ignore[arg-type]
        except OSError as error:
            raise Unavailable(
                f"The mail folder {self._folder} cannot be written ({error.strerror}). "
                "Set MAIL_FOLDER to one that can."
            ) from error

    def _look(self) -> None:
        """Raise `OSError` unless the folder could be written, or made."""
        here = next(
            path for path in (self._folder, *self._folder.absolute().parents) if path.exists()
        )
        if not here.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(here, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _write(self, stamp: str, key: str, content: bytes) -> None:
        with self._one_at_a_time:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self._folder.glob(f"*_{key}{SUFFIX}")):
                return
            target = self._folder / f"{stamp}_{key}{SUFFIX}"
            written = target.with_suffix(".part")
            with open(written, "wb", opener=_private) as file:
                file.write(content)
            written.replace(target)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
