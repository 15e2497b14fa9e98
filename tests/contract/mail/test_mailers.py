"""Whoever takes mails: what all of them do, whatever carries the mail."""

import asyncio

import pytest

from moniqo.application.mail.ports import Mail, Mailer
from moniqo.domain.shared.errors import Invalid
from support.post_offices import KEY, SENDER, PostOffice, a_mail


async def sent(mailer: Mailer, mail: Mail, key: str = KEY) -> None:
    await mailer.send(mail, key=key)


async def test_a_mail_arrives_as_it_was_handed_over(office: PostOffice) -> None:
    mail = a_mail()

    await sent(office.mailer, mail)

    (received,) = office.received
    assert (received.key, received.to) == (KEY, ("ada@example.com",))
    assert (received.subject, received.reply_to) == (mail.subject, "help@moniqo.test")
    assert (received.text.strip(), received.html.strip()) == (mail.text.strip(), mail.html.strip())
    assert received.sender == SENDER.mailbox == '"Möniqo, Inc." <post@moniqo.test>'
    assert "auto-submitted" in received.headers


async def test_letters_of_any_script_arrive(office: PostOffice) -> None:
    mail = a_mail(subject="Größe 東京 🚀", text="Ж" * 3000 + "\n", html="<p>🚀 &amp; 東京</p>\n")

    await sent(office.mailer, mail)

    (received,) = office.received
    assert (received.subject, received.text.strip()) == (mail.subject, mail.text.strip())
    assert received.html.strip() == mail.html.strip()


async def test_a_mail_sent_again_is_known_by_its_key(office: PostOffice) -> None:
    await sent(office.mailer, a_mail())
    await sent(office.mailer, a_mail())
    await sent(office.mailer, a_mail(), KEY[:-1] + "2")

    assert list(office.kept) == [KEY, KEY[:-1] + "2"]


async def test_many_at_once_all_arrive(office: PostOffice) -> None:
    keys = [f"{KEY}-{number}" for number in range(20)]

    await asyncio.gather(*(sent(office.mailer, a_mail(), key) for key in keys))

    assert sorted(office.kept) == sorted(keys)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nBcc: eve@evil.test", "../up", "x" * 101])
async def test_a_key_that_could_be_more_than_a_key_is_refused(office: PostOffice, key: str) -> None:
    with pytest.raises(ValueError, match="a mail's key"):
        await sent(office.mailer, a_mail(), key)

    assert office.received == []


async def test_asking_how_things_stand_sends_nothing(office: PostOffice) -> None:
    told = await office.mailer.probe()

    assert told
    assert office.received == []


@pytest.mark.parametrize("end", ["\r\nBcc: eve@evil.test", "\n", "\r", "\x00", "\x85", "\u2028"])
def test_S26_a_subject_is_one_line(end: str) -> None:  # noqa: N802
    with pytest.raises(Invalid):
        a_mail(subject=f"Hello{end}")


def test_a_mail_does_not_show_its_links() -> None:
    assert "token" not in repr(a_mail())
