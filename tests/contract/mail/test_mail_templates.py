"""Mails in words: everything is said, in both forms, and nothing is obeyed."""

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import TypeVar

import pytest

from moniqo.adapters.mail.minijinja_mail_templates import (
    FOLDER,
    MinijinjaMailTemplates,
    one_line,
    template_of,
)
from moniqo.application.mail.letters import LETTERS, Letter, NotificationLetter, Welcome
from moniqo.application.mail.pages import Pages
from moniqo.application.mail.ports import MailTemplates
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.entity import Value
from moniqo.entrypoints.cli.mail_samples import samples

TO = Email("ada@example.com")
SAMPLES = samples(Pages.of_frontend("https://app.moniqo.test"))
TEMPLATES: MailTemplates = MinijinjaMailTemplates("Moniqo", "help@moniqo.test")
HOSTILE = '<script>"x"</script>{{ 7 * 7 }}{% include "layout.html" %}\r\nBcc: eve@evil.test\n\n<b>'

Part = TypeVar("Part", bound=Value)
SHOWN = {"html", "head", "meta", "title", "body", "div", "p", "a"}


class Page(HTMLParser):
    """What an HTML mail shows and asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def links(self) -> set[str | None]:
        return {attrs["href"] for _, attrs in self.tags if "href" in attrs}


def hostile(value: Part) -> Part:
    """The letter with every text but its link replaced, those of its parts, too."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return replace(
        value,
        **{
            name: HOSTILE if isinstance(it, str) else tuple(hostile(part) for part in it)
            for name, it in found.items()
            if name != "link"
        },
    )


def texts(value: Value) -> set[str]:
    """Every text of a letter and of its parts."""
    found = [getattr(value, field.name) for field in fields(value)]
    parts = (part for it in found if isinstance(it, tuple) for part in it)
    return {it for it in found if isinstance(it, str)}.union(*(texts(part) for part in parts))


def test_there_is_a_sample_and_a_template_of_every_letter() -> None:
    wanted = {template_of(letter) for letter in LETTERS}

    assert {type(letter) for letter in SAMPLES} == set(LETTERS)
    for form in ("txt", "html"):
        assert {path.stem for path in FOLDER.glob(f"*.{form}")} - {"layout", "button"} == wanted


@pytest.mark.parametrize("letter", SAMPLES, ids=lambda letter: template_of(type(letter)))
def test_both_forms_say_everything(letter: Letter) -> None:
    mail = TEMPLATES.render(letter, to=TO)

    page = Page(mail.html)
    values = texts(letter)
    assert mail.to == TO
    assert all(value in mail.text for value in values)
    assert all(value in page.words for value in values)
    assert page.links == {getattr(letter, "link", None)} - {None}
    assert "help@moniqo.test" in mail.text
    assert "help@moniqo.test" in page.words


@pytest.mark.parametrize("letter", SAMPLES, ids=lambda letter: template_of(type(letter)))
def test_a_mail_asks_nobody_for_anything(letter: Letter) -> None:
    mail = TEMPLATES.render(letter, to=TO)

    page = Page(mail.html)
    assert {tag for tag, _ in page.tags} <= SHOWN
    assert not any({"src", "srcset", "background"} & attrs.keys() for _, attrs in page.tags)
    assert not re.search(r"url\(|@import|expression", mail.html)


@pytest.mark.parametrize("letter", SAMPLES, ids=lambda letter: template_of(type(letter)))
def test_S26_S65_data_is_shown_and_never_obeyed(letter: Letter) -> None:  # noqa: N802
    usual = Page(TEMPLATES.render(letter, to=TO).html)

    mail = TEMPLATES.render(hostile(letter), to=TO)

    page = Page(mail.html)
    # A greeting without a name has no name to show, otherwise the structure is the same.
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in usual.tags]
    assert page.links == usual.links
    assert "{{ 7 * 7 }}" in page.words
    assert "{{ 7 * 7 }}" in mail.text
    assert not any(mark in mail.subject for mark in "\r\n")
    assert not any(line.startswith("Bcc:") for line in mail.text.splitlines())


def test_a_subject_is_cut_and_never_empty() -> None:
    long = NotificationLetter(title="x" * 300, description="", link="https://app.moniqo.test")

    assert TEMPLATES.render(long, to=TO).subject == "x" * 200
    assert TEMPLATES.render(replace(long, title=" \u200e\n"), to=TO).subject == "Moniqo"


def test_what_is_not_there_is_not_shown() -> None:
    plain = MinijinjaMailTemplates("Moniqo")

    mail = plain.render(Welcome(link="https://app.moniqo.test"), to=TO)

    assert mail.text.startswith("Hello,\n")
    assert "Questions?" not in mail.text + mail.html


class Unknown(Letter):
    """A letter without a template."""


def test_a_letter_without_a_template_is_a_fault() -> None:
    with pytest.raises(LookupError, match="unknown"):
        TEMPLATES.render(Unknown(), to=TO)


def test_a_template_that_asks_for_more_than_there_is_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    (tmp_path / "welcome.txt").write_text("{{ nobody_said_this }}")  # type: ignore[operator]
    monkeypatch.setattr("moniqo.adapters.mail.minijinja_mail_templates.FOLDER", tmp_path)

    with pytest.raises(LookupError, match="welcome cannot be worded"):
        MinijinjaMailTemplates("Moniqo").render(Welcome(name="secret", link=""), to=TO)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\x00c\x85d\u2028e\u2029f", "a b c d e f"),
        ("\u202eevil\u2066", "evil"),
        ("Zoë  O'Neil \u200d👩‍🚀", "Zoë O'Neil \u200d👩‍🚀"),
    ],
)
def test_a_text_becomes_one_line_that_reads_as_it_is_written(text: str, shown: str) -> None:
    assert one_line(text) == shown
