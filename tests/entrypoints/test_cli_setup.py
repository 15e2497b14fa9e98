"""init, migrate, users and doctor."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from moniqo.domain.shared.errors import Kind, Unavailable
from moniqo.entrypoints.cli.dotenv_file import write_dotenv
from moniqo.entrypoints.cli.exits import OF_KIND, Exit
from moniqo.entrypoints.cli.readiness import warn_of_services
from moniqo.entrypoints.cli.superadmin import with_superadmin
from moniqo.entrypoints.settings import Settings, load
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import ConnectionUrl, Passphrase

MEMORY = {"STORAGE_BACKEND": "memory"}
SQLITE = {"STORAGE_BACKEND": "sqlite", "DATABASE_URL": "sqlite:///moniqo.sqlite3"}
ROOT = ("--email", "root@example.com", "--password", "Str0ng!Pass-xyz")
ANN = ("--first-name", "Ann", "--last-name", "Lee", "--email", "ann@example.com")


def test_init_writes_secrets_of_its_own_that_only_the_owner_can_read(run, folder):
    ran = run("init", *ROOT, "--json", **MEMORY)

    settings = load({}, folder / ".env")
    assert ran.code == 0
    assert ran.data["env_file_written"] is True
    assert settings.security.auto_verify_email is False
    assert settings.security.jwt_secret_keys.current.id != "sample"
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_the_written_secrets_are_good_for_production(run, folder):
    run("init", *ROOT, **MEMORY)

    assert load({"ENVIRONMENT": "production"}, folder / ".env") is not None


def test_init_leaves_a_file_that_is_there_as_it_is(run, folder):
    (folder / ".env").write_text("PORT=9000\n")

    ran = run("init", *ROOT, "--json", **MEMORY)

    assert ran.data["env_file_written"] is False
    assert (folder / ".env").read_text() == "PORT=9000\n"


def test_init_leaves_to_the_environment_what_the_environment_sets(run, folder):
    run("init", *ROOT, **MEMORY, JWT_SECRET_KEYS="own:" + "x" * 64)

    assert "\n# JWT_SECRET_KEYS=" in (folder / ".env").read_text()


def test_init_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(Unavailable, match=r"file/\.env cannot be written"):
        write_dotenv(tmp_path / "file" / ".env", {})


def test_init_asks_for_what_is_missing_at_a_terminal(monkeypatch):
    answers = iter(["root@example.com", "Str0ng!Pass-xyz"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: "Str0ng!Pass-xyz")

    asked = with_superadmin(Settings(), None, None, ask=True).superadmin

    assert asked.superadmin_email == "root@example.com"
    assert asked.superadmin_password == Passphrase("Str0ng!Pass-xyz")


def test_init_takes_the_superadmin_from_the_settings(run):
    given = {"SUPERADMIN_EMAIL": "root@example.com", "SUPERADMIN_PASSWORD": "Str0ng!Pass-xyz"}

    ran = run("init", "--json", **MEMORY, **given)

    assert ran.data["superadmin"] == "root@example.com"


def test_init_without_a_superadmin_says_how_to_make_one(run):
    ran = run("init", **MEMORY)

    assert ran.code == 0
    assert "init --email" in ran.out


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--email", "root@example.com"), "password"),
        (("--email", "root@example.com", "--password", "weak"), "password"),
        (("--email", "nonsense", "--password", "Str0ng!Pass-xyz"), "email"),
    ],
)
def test_a_superadmin_that_cannot_be_is_refused(run, words, field):
    ran = run("init", "--json", *words, **MEMORY)

    assert ran.code == Exit.INVALID
    assert field in {detail["field"] for detail in ran.error["details"]}


def test_init_can_be_run_again_and_users_are_kept(run):
    run("init", *ROOT, **SQLITE)
    made = run("users", "create", "--json", *ANN, "--password", "Another!1-pass", **SQLITE)
    again = run("init", *ROOT, "--json", **SQLITE)

    listed = run("users", "list", "--json", **SQLITE).data
    assert made.data["role"] == "User"
    assert again.data["migrations"] == []
    assert [(item["email"], item["role"]) for item in listed["items"]] == [
        ("root@example.com", "Superadmin"),
        ("ann@example.com", "User"),
    ]


def test_a_user_is_told_by_line_and_by_table(run):
    run("init", *ROOT, **SQLITE)

    made = run("users", "create", *ANN, answers="Another!1-pass\n", **SQLITE)

    assert made.out.startswith("ann@example.com is User ")
    assert "root@example.com" in run("users", "list", **SQLITE).out


def test_an_address_that_is_taken_is_told_in_one_line(run):
    run("init", *ROOT, **SQLITE)
    taken = (*ANN[:4], "--email", "root@example.com", "--password", "Another!1-pass")

    ran = run("users", "create", *taken, **SQLITE)

    assert ran.code == Exit.INVALID
    assert ran.err == "error: This e-mail address is registered already.\n"


def test_a_store_that_is_not_there_is_named_with_the_way_out(run):
    ran = run("users", "list", "--json", **SQLITE)

    assert ran.code == Exit.UNAVAILABLE
    assert "moniqo migrate" in ran.error["message"]


def test_a_store_that_is_not_migrated_is_named_with_the_way_out(run, folder):
    (folder / "moniqo.sqlite3").touch()

    ran = run("users", "list", "--json", **SQLITE)

    assert ran.code == Exit.PENDING
    assert ran.error["code"] == "MIGRATIONS_PENDING"
    assert "moniqo migrate" in ran.error["message"]
    assert ran.error["details"]


def test_migrating_tells_what_was_applied_and_then_that_nothing_is_left(run, folder):
    (folder / "moniqo.sqlite3").touch()

    first = run("migrate", "--json", **SQLITE)
    second = run("migrate", **SQLITE)

    assert first.data["applied"]
    assert second.out == "Nothing was pending.\n"


def test_migrating_makes_a_store_that_is_not_there(run):
    assert run("migrate", "--json", **SQLITE).data == {"created": True, "applied": []}


def test_the_doctor_finds_nothing_wrong_with_a_store_that_is_ready(run):
    run("init", *ROOT, **SQLITE)

    ran = run("doctor", "--json", **SQLITE)

    assert (ran.code, ran.data["ok"]) == (0, True)
    names = [check["name"] for check in ran.data["checks"]]
    assert names == ["settings", "storage", "migrations", "files", "mail"]


def test_the_doctor_warns_of_sample_secrets(run):
    assert "samples" in run("doctor", **MEMORY).out


def test_the_doctor_names_pending_migrations(run, folder):
    (folder / "moniqo.sqlite3").touch()

    ran = run("doctor", "--json", **SQLITE)

    assert ran.code == Exit.PENDING
    assert [check["ok"] for check in ran.data["checks"]] == [True, True, False, True, True]


def test_the_doctor_names_every_wrong_setting(run):
    ran = run("doctor", "--json", STORAGE_BACKEND="mongoo", PORT="x")

    assert ran.code == Exit.SETTINGS
    assert {check["message"].partition(":")[0] for check in ran.data["checks"]} == {
        "PORT",
        "STORAGE_BACKEND",
    }


def test_the_doctor_asks_redis(run, valkey_server):
    good = run("doctor", "--json", **MEMORY, REDIS_URL=valkey_server)
    bad = run("doctor", "--json", **MEMORY, REDIS_URL="redis://:canary@127.0.0.1:1")

    assert good.data["checks"][-1] == {"name": "redis", "ok": True, "message": "answers"}
    told = bad.data["checks"][-1]["message"]
    assert bad.code == Exit.UNAVAILABLE
    assert told.startswith("Redis at 127.0.0.1:1 does not answer (")
    assert "111" in told
    assert told.endswith("is REDIS_URL right?")
    assert "canary" not in bad.out


def test_the_doctor_rings_the_bell(run, valkey_server):
    run("migrate", **SQLITE)
    good = run("doctor", "--json", **SQLITE, QUEUE_URL=valkey_server)
    lost = run("doctor", "--json", **SQLITE, QUEUE_URL="redis://:canary@127.0.0.1:1")
    wrong = run("doctor", "--json", **SQLITE, QUEUE_URL="http://:canary@127.0.0.1:1")

    assert good.data["checks"][-1] == {"name": "queue", "ok": True, "message": "can be rung"}
    assert lost.code == Exit.UNAVAILABLE
    assert "bell of QUEUE_URL does not answer" in lost.data["checks"][-1]["message"]
    assert wrong.code == Exit.SETTINGS
    assert "QUEUE_URL: must be embedded or begin with" in wrong.data["checks"][0]["message"]
    odd = run("doctor", "--json", **SQLITE, QUEUE_URL="amqp://u:canary@h:port")
    assert odd.code == Exit.SETTINGS
    assert "canary" not in lost.out + wrong.out + odd.out


def test_an_address_of_redis_that_is_none_is_told_without_its_password(run):
    ran = run("doctor", "--json", **MEMORY, REDIS_URL="redis://:canary@h:port")

    assert ran.code == Exit.UNAVAILABLE
    assert "REDIS_URL is not an address" in ran.data["checks"][-1]["message"]
    assert "canary" not in ran.out


@pytest.mark.parametrize("url", [None, "redis://:canary@127.0.0.1:1"])
async def test_a_server_warns_of_a_redis_that_does_not_answer_and_starts(caplog, url):
    storage = Storage(redis_url=url and ConnectionUrl(url))

    await warn_of_services(replace(Settings(), storage=storage))

    warned = [record.message for record in caplog.records]
    assert len(warned) == (1 if url else 0)
    assert all("Redis at 127.0.0.1:1 does not answer" in message for message in warned)
    assert "canary" not in caplog.text


@pytest.mark.parametrize(
    "settings",
    [
        {"STORAGE_BACKEND": "postgres", "DATABASE_URL": "postgresql://u:canary@127.0.0.1:1/d"},
        {
            "STORAGE_BACKEND": "mongo",
            "MONGODB_URL": "mongodb://u:canary@127.0.0.1:1/?serverSelectionTimeoutMS=300",
        },
    ],
)
def test_a_store_that_does_not_answer_is_told_without_its_password(run, settings):
    doctor = run("doctor", "--json", **settings)
    users = run("users", "list", "--json", **settings)

    assert doctor.code == users.code == Exit.UNAVAILABLE
    assert [check["ok"] for check in doctor.data["checks"]] == [True, False, True, True]
    assert "127.0.0.1:1" in users.error["message"]
    assert "canary" not in doctor.out + users.err


def test_every_kind_of_refusal_has_an_exit_code():
    assert set(OF_KIND) == set(Kind)


def test_the_exported_description_is_the_committed_one(run):
    committed = (Path(__file__).parents[2] / "openapi.json").read_text(encoding="utf-8")

    assert run("openapi", "export").out == committed
    assert run("openapi", "export", "--json").data == json.loads(committed)


def test_a_server_that_cannot_start_says_why_before_it_listens(run, folder):
    (folder / "moniqo.sqlite3").touch()

    pending = run("serve", "--json", **SQLITE)
    wrong = run("serve", "--json", PORT="x")

    assert (pending.code, pending.error["code"]) == (Exit.PENDING, "MIGRATIONS_PENDING")
    assert (wrong.code, wrong.error["code"]) == (Exit.SETTINGS, "WRONG_SETTINGS")
