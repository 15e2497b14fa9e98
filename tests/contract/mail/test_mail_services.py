"""Mail services that are slow, busy, broken or unwilling, and a folder that cannot be written."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moniqo.adapters.mail.breaking_mailer import FAILURES, PAUSE, BreakingMailer
from moniqo.adapters.mail.outbox_folder import OutboxFolder
from moniqo.adapters.mail.outbox_folder_mailer import OutboxFolderMailer
from moniqo.adapters.mail.resend_mailer import ResendAccount, ResendMailer
from moniqo.adapters.mail.smtp_mailer import SmtpMailer, SmtpServer
from moniqo.application.mail.ports import Mail, Mailer
from moniqo.domain.shared.errors import AppError, Unavailable, Undeliverable
from support.certificates import self_signed
from support.clock import SettableClock
from support.post_offices import (
    API_KEY,
    KEY,
    PASSWORD,
    SENDER,
    a_mail,
    resend,
    smtp,
)

SECONDS = 1.0
"""How long a mailer waits that is to wait in vain."""
SECRETS = (API_KEY, PASSWORD, "ada@example.com")


async def refusal(mailer: Mailer, kind: type[AppError] = Unavailable) -> AppError:
    """What the mail is refused with: of that very kind, soon, and without anything secret."""
    started = time.monotonic()
    with pytest.raises(AppError) as caught:
        await mailer.send(a_mail(), key=KEY)
    assert type(caught.value) is kind
    assert time.monotonic() - started < SECONDS + 10
    assert not any(secret in str(caught.value) for secret in SECRETS)
    assert "\n" not in caught.value.message
    return caught.value


@asynccontextmanager
async def answering(
    say: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A server that says what it likes; its port."""
    server = await asyncio.start_server(say, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def smtp_at(port: int, **more: Any) -> SmtpMailer:
    return SmtpMailer(
        SmtpServer("127.0.0.1", port, **{"tls": "none", "seconds": SECONDS} | more),
        SENDER,
        SettableClock(),
    )


# Resend


@pytest.mark.parametrize(
    "behaviour",
    [
        "500",
        "503 with HTML",
        "busy with the same",
        "stalls",
        "hangs up",
        "goes on for ever",
        "garbage",
        "HTML",
        "a list",
        "null",
        "no id",
        "an odd status inside",
        "sends elsewhere",
        "429 in a riddle",
    ],
)
async def test_what_resend_may_take_later_is_told_so(behaviour: str, tmp_path: Path) -> None:
    async with resend(tmp_path, seconds=SECONDS) as office:
        office.behaviour = behaviour

        assert (await refusal(office.mailer)).retry_after is None
        assert office.tries == 1


@pytest.mark.parametrize(("behaviour", "wait"), [("429", 7), ("429 until noon", 90)])
async def test_when_resend_has_time_again_is_told(
    behaviour: str, wait: int, tmp_path: Path
) -> None:
    async with resend(tmp_path) as office:
        office.behaviour = behaviour

        assert (await refusal(office.mailer)).retry_after == wait


@pytest.mark.parametrize("behaviour", ["422", "403", "400 with HTML"])
async def test_what_resend_will_never_take_is_told_so(behaviour: str, tmp_path: Path) -> None:
    async with resend(tmp_path) as office:
        office.behaviour = behaviour

        error = await refusal(office.mailer, Undeliverable)

        assert behaviour[:3] in error.message


async def test_what_resend_took_before_in_other_words_is_sent(tmp_path: Path) -> None:
    async with resend(tmp_path) as office:
        office.behaviour = "known in other words"

        await office.mailer.send(a_mail(), key=KEY)


async def test_answers_go_to_the_sender_where_nobody_else_is_named(tmp_path: Path) -> None:
    async with resend(tmp_path) as office:
        plain = ResendMailer(
            ResendAccount(API_KEY, f"http://127.0.0.1:{office.port}"),
            replace(SENDER, reply_to=None),
            SettableClock(),
        )
        await plain.send(a_mail(), key=KEY)
        await plain.aclose()

        assert [mail.reply_to for mail in office.received] == [""]


async def test_two_accounts_do_not_get_mixed_up(tmp_path: Path) -> None:
    async with resend(tmp_path) as one, resend(tmp_path) as two:
        await asyncio.gather(
            *(office.mailer.send(a_mail(), key=f"{n}") for n in range(10) for office in (one, two))
        )

        assert len(one.kept) == len(two.kept) == 10


async def test_nobody_at_resends_address_is_told_with_what_to_do() -> None:
    mailer = ResendMailer(
        ResendAccount(API_KEY, "http://127.0.0.1:9", SECONDS), SENDER, SettableClock()
    )

    assert "cannot be reached" in (await refusal(mailer)).message
    with pytest.raises(Unavailable, match="RESEND_API_URL"):
        await mailer.probe()
    await mailer.aclose()


@pytest.mark.parametrize("behaviour", ["403", "500", "garbage", "null"])
async def test_a_key_or_address_that_is_wrong_is_found_without_a_mail(
    behaviour: str, tmp_path: Path
) -> None:
    async with resend(tmp_path) as office:
        office.behaviour = behaviour

        with pytest.raises(Unavailable, match="RESEND_API_KEY"):
            await office.mailer.probe()


async def test_a_key_that_may_send_and_nothing_else_is_a_good_one(tmp_path: Path) -> None:
    async with resend(tmp_path) as office:
        office.behaviour = "sends only"

        assert "answers" in await office.mailer.probe()


# SMTP


@pytest.mark.parametrize(("behaviour", "kind"), [("later", Unavailable), ("never", Undeliverable)])
async def test_a_mail_servers_word_says_whether_to_come_again(
    behaviour: str, kind: type[AppError], tmp_path: Path
) -> None:
    async with smtp(tmp_path) as office:
        office.behaviour = behaviour

        await refusal(office.mailer, kind)

        assert office.received == []


async def test_a_wrong_password_is_refused_and_found_without_a_mail(tmp_path: Path) -> None:
    # The server takes its time to say no.
    async with smtp(tmp_path, password=f"not {PASSWORD}") as office:
        with pytest.raises(Undeliverable, match="535"):
            await office.mailer.send(a_mail(), key=KEY)
        with pytest.raises(Unavailable, match="535"):
            await office.mailer.probe()


async def test_a_server_without_encryption_gets_no_password(tmp_path: Path) -> None:
    async with smtp(tmp_path, tls="starttls") as office:
        await refusal(office.mailer)

        assert office.received == []


async def test_nobody_at_the_servers_address_is_told_with_what_to_do() -> None:
    assert "SMTP_HOST" in (await refusal(smtp_at(9))).message


async def test_a_server_that_stalls_after_it_took_the_mail_costs_a_time_out(
    tmp_path: Path,
) -> None:
    async with smtp(tmp_path, seconds=SECONDS) as office:
        office.behaviour = "stalls after it took it"

        await refusal(office.mailer)


@pytest.mark.parametrize(
    "says",
    [b"", b"\xff\xfe\x00garbage\r\n", b"220 " + b"x" * 100_000 + b"\r\n", b"554 go away\r\n"],
    ids=["nothing", "garbage", "too much", "no"],
)
async def test_a_server_that_is_none_is_noticed(says: bytes) -> None:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await asyncio.sleep(60)

    async with answering(say) as port:
        with pytest.raises((Unavailable, Undeliverable)):
            await smtp_at(port).send(a_mail(), key=KEY)


async def test_a_server_that_hangs_up_is_noticed() -> None:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with answering(say) as port:
        await refusal(smtp_at(port))


async def test_a_server_that_lacks_what_it_takes_is_told_so() -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        async for _ in reader:
            writer.write(b"250 mail.test\r\n")

    async with answering(say) as port:
        problem = await refusal(smtp_at(port, user="moniqo", password=PASSWORD))

    assert "AUTH" in problem.message


async def test_a_mail_that_was_taken_is_sent_however_the_server_says_goodbye() -> None:
    heard: list[str] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        async for line in reader:
            heard.append(word := line.decode().split(" ")[0].strip())
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            if word != "QUIT":
                writer.write(b"250 OK\r\n")

    async with answering(say) as port:
        await smtp_at(port, seconds=30).send(a_mail(), key=KEY)

    assert heard[-1] == "QUIT"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_mails_go_encrypted_to_a_server_that_is_trusted(tls: str, tmp_path: Path) -> None:
    presented, trusted = self_signed(tmp_path)
    async with smtp(tmp_path, tls=tls, tls_context=presented, trust=trusted) as office:
        await office.mailer.send(a_mail(), key=KEY)

        assert list(office.kept) == [KEY]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    tls: str, tmp_path: Path
) -> None:
    presented, _ = self_signed(tmp_path)
    strict = ssl.create_default_context()
    async with smtp(tmp_path, tls=tls, tls_context=presented, trust=strict) as office:
        await refusal(office.mailer)

        assert office.received == []


# The folder


async def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    mailer = OutboxFolderMailer(tmp_path / "taken" / "mail", SENDER, SettableClock())

    assert "MAIL_FOLDER" in (await refusal(mailer)).message
    with pytest.raises(Unavailable, match="MAIL_FOLDER"):
        await mailer.probe()


async def test_a_folder_that_may_not_be_written_is_found_without_a_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever may do everything is not kept out by modes.
    monkeypatch.setattr("os.access", lambda *_: False)

    with pytest.raises(Unavailable, match="Permission denied"):
        await OutboxFolderMailer(tmp_path, SENDER, SettableClock()).probe()


async def test_files_are_named_by_time_and_key_and_are_nobody_elses_to_read(
    tmp_path: Path,
) -> None:
    mailer = OutboxFolderMailer(tmp_path, SENDER, SettableClock())

    await mailer.send(a_mail(), key=KEY)

    (file,) = OutboxFolder(tmp_path).files()
    assert file.name == f"20260115T120000000_{KEY}.eml"
    assert file.stat().st_mode & 0o077 == 0


# The breaker


class Flaky:
    """Refuses with `problem` while there is one."""

    def __init__(self, problem: AppError | None) -> None:
        self.problem, self.asked = problem, 0

    async def send(self, _: Mail, *, key: str) -> None:
        assert key
        self.asked += 1
        if self.problem is not None:
            raise self.problem

    async def probe(self) -> str:
        return "fine"


async def failing(mailer: Mailer, times: int) -> None:
    for _ in range(times):
        with pytest.raises(AppError):
            await mailer.send(a_mail(), key=KEY)


async def test_a_service_that_does_not_answer_is_left_alone_for_a_while() -> None:
    clock, service = SettableClock(), Flaky(Unavailable("Down."))
    mailer = BreakingMailer(service, clock)
    await failing(mailer, FAILURES + 20)
    clock.advance(seconds=10)

    waiting = await refusal(mailer)

    assert service.asked == FAILURES
    assert waiting.retry_after == PAUSE.total_seconds() - 10
    assert await mailer.probe() == "fine"


async def test_one_mail_tries_whether_the_service_is_back() -> None:
    clock, service = SettableClock(), Flaky(Unavailable("Down."))
    mailer = BreakingMailer(service, clock)
    await failing(mailer, FAILURES)

    clock.advance(seconds=PAUSE.total_seconds())
    await failing(mailer, 3)
    still_down = service.asked
    clock.advance(seconds=PAUSE.total_seconds())
    service.problem = None
    for _ in range(3):
        await mailer.send(a_mail(), key=KEY)

    assert still_down == FAILURES + 1
    assert service.asked == FAILURES + 4


@pytest.mark.parametrize(
    "problem", [Unavailable("Busy.", retry_after=1), Undeliverable("No such person.")]
)
async def test_a_service_that_answers_is_not_down(problem: AppError) -> None:
    service = Flaky(problem)

    await failing(BreakingMailer(service, SettableClock()), 3 * FAILURES)

    assert service.asked == 3 * FAILURES
