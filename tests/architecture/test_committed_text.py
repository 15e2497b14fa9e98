"""What must not be in any committed file."""

import re
from pathlib import Path

from support.source_tree import ROOT, python_files, tracked_files

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = ["/ro" + "ot/", "/wo" + "rk/", "/ho" + "me/", "/tm" + "p/"]
REGISTRIES = ["py" + r"pi\.", "python" + "hosted", "npm" + r"js\.", "deb" + r"\.debian"]
UNFINISHED = [r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bXX" + r"X\b", r"\bHA" + r"CK\b"]
CONFLICTS = ["^<<<<" + "<<< ", "^>>>>" + ">>> "]
BANNED = re.compile("|".join(MACHINE_PATHS + REGISTRIES + UNFINISHED + CONFLICTS), re.MULTILINE)
SKIPPED = re.compile("pytest" + r"\.(mark\.)?(skip|skipif|xfail|importorskip)\b")
BINARY = {".png", ".jpg", ".gif", ".ico", ".woff2"}
VENDORED = "static"


def written_here(path: Path) -> bool:
    """Whether the file is text, and the project's own."""
    return path.suffix not in BINARY and VENDORED not in path.parts


def banned_in(text: str) -> list[str]:
    """Each banned thing in `text`, as it stands there."""
    return [match.group() for match in BANNED.finditer(text)]


def test_a_committed_file_names_no_machine_registry_or_loose_end() -> None:
    files = list(filter(written_here, tracked_files()))
    found = {str(path.relative_to(ROOT)): banned_in(path.read_text()) for path in files}

    assert len(files) > 100
    assert {name: banned for name, banned in found.items() if banned} == {}


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    texts = {path.name: path.read_text() for path in (ROOT / "tests").rglob("*.py")}

    assert [name for name, text in texts.items() if SKIPPED.search(text)] == []


def test_what_is_banned_is_noticed() -> None:
    planted = "see /ro" + "ot/notes and https://py" + "pi.example\n# TO" + "DO\n"

    assert len(banned_in(planted)) == 3
    assert SKIPPED.search("@pytest" + ".mark.skip")
    assert not written_here(ROOT / "src" / "static" / "swagger.js")
    assert len(python_files("domain")) > 1
