"""What the image and the compose file speak of exists."""

from pathlib import Path

import yaml

from moniqo.entrypoints.settings.values import StorageBackend
from support.source_tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
EXAMPLE = (ROOT / ".env.example").read_text()


def copied(dockerfile: str) -> list[str]:
    """The sources of every COPY from the build context."""
    lines = [line.split() for line in dockerfile.splitlines() if line.startswith("COPY ")]
    local = [line[1:] for line in lines if not line[1].startswith("--from")]
    return [word for line in local for word in line[:-1] if not word.startswith("--")]


def allowed(ignore: str, path: str) -> bool:
    """Whether the image's context holds the path."""
    kept = [line[1:] for line in ignore.splitlines() if line.startswith("!")]
    return any(Path(path).match(pattern) for pattern in kept)


def test_the_image_is_built_from_what_is_there() -> None:
    sources = copied((ROOT / "Dockerfile").read_text())
    ignore = (ROOT / ".dockerignore").read_text()

    assert len(sources) > 4
    assert [path for path in sources if not (ROOT / path).exists()] == []
    assert [path for path in sources if not allowed(ignore, path)] == []


def test_a_missing_source_is_noticed() -> None:
    assert copied("COPY --from=build /a /b\nCOPY --chown=x one two there/\n") == ["one", "two"]
    assert not allowed("*\n!src\n", "tests")


def test_each_storage_backend_has_a_profile() -> None:
    profiles = {name for it in COMPOSE["services"].values() for name in it["profiles"]}

    assert profiles == {str(backend) for backend in StorageBackend}


def test_a_server_is_told_settings_that_exist() -> None:
    servers = [it for name, it in COMPOSE["services"].items() if name.startswith("server-")]
    told = {name for server in servers for name in server["environment"]}

    assert [name for name in told if f"\n{name}=" not in EXAMPLE] == []
