"""Whether the lock files are in step with pyproject.toml and name no host; works offline.

`stamp` writes the digest of what pyproject.toml asks for beside the locks, `check` compares it.
"""

import hashlib
import json
import sys
import tomllib
from pathlib import Path

FOLDER = Path("requirements")
STAMP = FOLDER / "pyproject.sha256"


def asked_for(pyproject: str) -> str:
    """The digest of every table of `pyproject` that a lock is compiled from."""
    content = tomllib.loads(pyproject)
    project = content["project"]
    asked = [
        project["requires-python"],
        sorted(project["dependencies"]),
        project["optional-dependencies"],
        content["dependency-groups"],
        content["build-system"]["requires"],
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def faults(pyproject: str, stamp: str, locks: dict[str, str]) -> list[str]:
    """What is wrong with `locks` (name to content), each as a sentence."""
    found = [f"{name} names a host" for name, text in locks.items() if "://" in text]
    found += [f"{name} has no hashes" for name, text in locks.items() if "--hash=" not in text]
    if asked_for(pyproject) != stamp.strip():
        found.append("the locks are older than pyproject.toml: run `make lock`")
    return found


def main(command: str) -> int:
    """Run `stamp` or `check`; answers the exit code."""
    pyproject = Path("pyproject.toml").read_text()
    if command == "stamp":
        STAMP.write_text(asked_for(pyproject) + "\n")
        return 0
    locks = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.lock"))}
    found = faults(pyproject, STAMP.read_text(), locks)
    print(*found or [f"{len(locks)} locks are in step with pyproject.toml"], sep="\n")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
