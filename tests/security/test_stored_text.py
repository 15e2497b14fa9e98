"""S65 and S90: what is stored comes back as it was and does nothing; what is touched is noticed."""

import asyncio
import subprocess

import pytest

from moniqo.application.shared.query import eq
from moniqo.domain.audit.audit_log import AuditLog
from support.arena import Arena, Arenas
from support.arena.owner import as_owner
from support.live_server import COMMAND

BROKEN = 11


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "javascript:alert(1)", "{{7*7}}", "${jndi:ldap://x}", "=1+1"],
)
async def test_s65_hostile_text_comes_back_as_it_was_and_as_data(arena: Arena, text: str) -> None:
    made = await arena.a.post("/prompts", {"title": text, "description": text, "prompt": "?"})
    read = await arena.a.on(1).get(f"/prompts/{made.data['id']}")

    assert (read.data["title"], read.data["description"]) == (text, text)
    for reply in (made, read):
        assert reply.header("content-type") == "application/json; charset=utf-8"
        assert reply.header("x-content-type-options") == "nosniff"
    assert text not in (await arena.x.get("/docs")).response.text


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_s90_an_entry_that_was_touched_is_named(own_arena: Arenas, backend: str) -> None:
    arena = await own_arena(backend)
    caller = await arena.person()
    touched = await _sealed(arena, caller.id)
    before = await asyncio.to_thread(_verified, arena)

    touching = f"UPDATE audit_logs SET description = 'x' WHERE seq = {touched.seq}"  # noqa: S608
    await as_owner(arena, touching)
    after = await asyncio.to_thread(_verified, arena)

    assert before.returncode == 0, before.stdout
    assert after.returncode == BROKEN
    assert str(touched.id) in after.stdout


async def _sealed(arena: Arena, user_id: str) -> AuditLog:
    """An entry of the user's, once it is in the chain."""
    for _ in range(100):
        found = await arena.operator.stored(AuditLog, eq("entity_type", "Session"))
        for entry in found:
            if str(entry.user_id) == user_id and entry.seq is not None:
                return entry
        await asyncio.sleep(0.1)
    raise AssertionError("the entry is never sealed")


def _verified(arena: Arena) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "audit", "verify", "--json"]
    return subprocess.run(  # noqa: S603  (our own command)
        command,
        env={**arena.settings, "PATH": ""},
        cwd=arena.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
