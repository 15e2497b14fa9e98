"""What bytes are, and what their names become."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moniqo.domain.files.kind import FileKind
from moniqo.domain.files.names import LONGEST_NAME, avatar_key, file_key, safe_name, slug
from moniqo.domain.shared.ids import UserId

ADA = UserId(UUID("019bd6a2-7c00-7000-8000-00000000000a"))
UNIQUE = UUID("019bd6a2-7c00-7000-8000-123456789abc")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", FileKind.JPEG),
        (b"\x89PNG\r\n\x1a\n\0", FileKind.PNG),
        (b"GIF87a", FileKind.GIF),
        (b"GIF89a", FileKind.GIF),
        (b"%PDF-1.7", FileKind.PDF),
        (b"", None),
        (b"\xff\xd8", None),
        (b"<svg/>", None),
        (b" %PDF-", None),
        (b"RIFF\0\0\0\0WEBP", None),
    ],
)
def test_a_kind_is_told_by_the_content(content: bytes, kind: FileKind | None) -> None:
    assert FileKind.of(content) is kind


@pytest.mark.parametrize("kind", FileKind)
def test_a_key_tells_the_kind(kind: FileKind) -> None:
    assert FileKind.named(file_key(ADA, UNIQUE, kind)) is kind


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("bill.pdf", "bill.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\bill.pdf", "bill.pdf"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\x00b\x1bc\nd.pdf", "abcd.pdf"),
        ('a<b>:"|?*c.pdf', "a_b______c.pdf"),
        ("Gro\u0308\u00dfe \U0001f600.png", "Gr\u00f6\u00dfe \U0001f600.png"),
        (" .hidden. ", "hidden"),
        ("\ud800.pdf", "pdf"),
        ("", "file"),
        ("///", "file"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("x." + "y" * 300, ("x." + "y" * 300)[:255]),
    ],
)
def test_a_name_is_made_harmless(told: str, name: str) -> None:
    assert safe_name(told) == name


@given(st.text())
def test_whatever_is_told_becomes_a_name(told: str) -> None:
    name = safe_name(told)

    assert 1 <= len(name) <= LONGEST_NAME
    assert not set(name) & set('/\\<>:"|?*\x00\n\r')
    assert safe_name(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Größter Tag.jpeg", "groter-tag"),
        ("Éric & Zoë.PNG", "eric-zoe"),
        ("日本.png", "file"),
        ("noending", "noending"),
        ("x" * 100 + ".png", "x" * 40),
        ("../../a.png", "a"),
    ],
)
def test_a_slug_is_plain(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_a_picture_is_kept_by_user_and_time() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 67_000, tzinfo=UTC)

    key = avatar_key(ADA, now, "Me at sea.jpeg", FileKind.JPEG, UNIQUE)

    assert key == f"avatars/{ADA}/20260102T030405067Z_me-at-sea-123456789abc.jpg"
