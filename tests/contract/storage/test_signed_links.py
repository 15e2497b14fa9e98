"""Links of our own lead to one object, for a while, and cannot be made by others."""

import base64
from datetime import timedelta

import pytest

from moniqo.adapters.storage.signed_links import Linked, SignedLinks
from moniqo.application.files.ports import LinkTerms
from moniqo.domain.shared.errors import Forbidden
from support.clock import SettableClock
from support.people import KEYS

TERMS = LinkTerms(timedelta(minutes=5), "report.pdf", "application/pdf")


def text_of(link: str) -> str:
    return link.partition("?link=")[2]


def test_a_link_says_what_it_leads_to() -> None:
    links = SignedLinks(keys=KEYS, clock=SettableClock())

    link = links.made("files/a.pdf", TERMS)

    assert link.startswith("/api/v1/files/content?link=")
    assert links.read(text_of(link)) == Linked("files/a.pdf", "report.pdf", "application/pdf")


def test_a_link_is_good_for_its_time_and_no_longer() -> None:
    clock = SettableClock()
    links = SignedLinks(keys=KEYS, clock=clock)
    text = text_of(links.made("files/a.pdf", TERMS))

    clock.advance(seconds=299)
    links.read(text)
    clock.advance(seconds=2)

    with pytest.raises(Forbidden):
        links.read(text)


def test_links_of_a_key_that_stays_known_stay_good() -> None:
    clock, new = SettableClock(), b"f" * 32
    text = text_of(SignedLinks(keys=KEYS, clock=clock).made("files/a.pdf", TERMS))

    assert SignedLinks(keys=(new, *KEYS), clock=clock).read(text).key == "files/a.pdf"
    with pytest.raises(Forbidden):
        SignedLinks(keys=(new,), clock=clock).read(text)


@pytest.mark.parametrize("position", [0, 20, 45, 70, -2])
def test_a_changed_link_leads_nowhere(position: int) -> None:
    links = SignedLinks(keys=KEYS, clock=SettableClock())
    text = text_of(links.made("files/a.pdf", TERMS))
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[position] ^= 1

    with pytest.raises(Forbidden):
        links.read(base64.urlsafe_b64encode(raw).decode().rstrip("="))


@pytest.mark.parametrize("text", ["", "x", "=", "äöü", "A" * 60, "%00", "a b", "A" * 61])
def test_what_is_no_link_leads_nowhere(text: str) -> None:
    with pytest.raises(Forbidden):
        SignedLinks(keys=KEYS, clock=SettableClock()).read(text)
