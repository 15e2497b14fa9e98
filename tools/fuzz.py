"""Whether the API keeps what its description says: schemathesis against a server of its own.

`make fuzz ARGS=…` runs it twice, with the same arguments: as two ordinary users who must not see
each other's things, then as the only Superadmin, who cannot shut themselves out. The store is a
SQLite file that is thrown away; limits are raised.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.arena import Arena, Caller, open_arena  # noqa: E402  (found through the line above)

LIMITS = {"LOCKOUT_ATTEMPTS": "1000000", "LOG_LEVEL": "warning"}


def people(callers: dict[str, Caller]) -> str:
    """Who may sign in, as schemathesis reads it."""
    login = {
        "endpoint": "/api/v1/auth/login",
        "verb": "POST",
        "contentType": "application/json",
        "token": {
            "extractFrom": "body",
            "extractSelector": "/data/access_token",
            "sendIn": "header",
            "sendName": "Authorization",
            "sendTemplate": "Bearer {token}",
        },
    }
    entries = [
        {
            "name": name,
            "loginEndpointAuth": {
                **login,
                "payloadRaw": json.dumps({"email": one.email, "password": one.password}),
            },
        }
        for name, one in callers.items()
    ]
    return json.dumps({"auth": entries})


def run(arena: Arena, callers: dict[str, Caller], peers: list[str], words: list[str]) -> int:
    """How schemathesis ended."""
    file = arena.folder / "people.json"
    file.write_text(people(callers))
    settings = (ROOT / "schemathesis.toml").read_text()
    if peers:
        settings = settings.replace("[auth.wfc]\n", f"[auth.wfc]\npeers = {json.dumps(peers)}\n")
    config = arena.folder / "schemathesis.toml"
    config.write_text(settings)
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config)]
    command += ["run", str(ROOT / "openapi.json"), *words]
    env = os.environ | {
        "FUZZ_URL": arena.servers[0].url,
        "FUZZ_PEOPLE": str(file),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        "SCHEMATHESIS_HOOKS": "tools.fuzz_files",
    }
    return subprocess.run(command, env=env, cwd=arena.folder, check=False).returncode  # noqa: S603  (our own program)


async def furnish(caller: Caller) -> None:
    """Give somebody one thing of each kind, and room for more: lists then lead to them."""
    plans = {plan["name"]: plan["id"] for plan in (await caller.get("/plans")).data["items"]}
    (await caller.post("/users/me/plans", {"plan_id": plans["Enterprise"]})).data  # noqa: B018  (it must be a success)
    wallets = {item["name"]: item["id"] for item in (await caller.get("/wallets")).data["items"]}
    wallet = {"wallet_id": wallets["Paper"], "label": "practice"}
    prompt = {"title": "trend", "prompt": "Trend of {{ symbol }}?", "category": "trading"}
    config = {"strategy": "ma_cross", "fast": 10, "slow": 20, "fraction": "0.95"}
    agent = {"name": "crossing", "provider": "builtin", "model_id": "ma_cross", "config": config}
    made = {
        path: (await caller.post(path, body)).data["id"]
        for path, body in {
            "/users/me/wallets": wallet,
            "/prompts": prompt,
            "/users/me/prompts": {"title": "mine", "prompt": "Hold."},
            "/agents": agent,
        }.items()
    }
    flow = {
        "title": "trend",
        "steps": [{"step": 0, "prompt_id": made["/prompts"], "agent_id": made["/agents"]}],
        "user_wallet_id": made["/users/me/wallets"],
        "symbol": "BTC/USDT",
        "timeframe": "1h",
    }
    (await caller.post("/users/me/flows", flow)).data  # noqa: B018  (the same)


async def main() -> int:
    """Both runs; how the worse one ended."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        async with open_arena("sqlite", place, str, processes=1, **LIMITS) as arena:
            ordinary = {"a": arena.a, "b": arena.b}
            for caller in ordinary.values():
                await furnish(caller)
            first = await asyncio.to_thread(run, arena, ordinary, ["a", "b"], sys.argv[1:])
            alone = {"superadmin": arena.superadmin}
            second = await asyncio.to_thread(run, arena, alone, [], sys.argv[1:])
    return first or second


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
