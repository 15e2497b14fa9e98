from dataclasses import replace
from pathlib import Path

import pytest

from moniqo import __version__
from moniqo.entrypoints.settings import Settings, StorageBackend, WrongSettings, load
from moniqo.entrypoints.settings.example import quoted, render
from moniqo.entrypoints.settings.variables import as_text, variables

ROOT = Path(__file__).parents[2]
NOWHERE = Path("/nonexistent/.env")
STRONG = {
    "ENVIRONMENT": "production",
    "JWT_SECRET_KEYS": "k1:" + "x7" * 16,
    "PASSWORD_PEPPERS": "p1:" + "y8" * 16,
    "CREDENTIAL_KEYS": "c1:" + "z9" * 16,
    "AUDIT_KEYS": "a1:" + "w6" * 16,
}


def faults(environ, dotenv=NOWHERE):
    with pytest.raises(WrongSettings) as caught:
        load(environ, dotenv)
    return {fault.field: fault.message for fault in caught.value.faults}


def test_nothing_needs_to_be_set_on_a_laptop():
    assert load({}, NOWHERE) == Settings()


def test_the_example_file_is_what_the_settings_say():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == render()


def test_the_example_file_means_the_defaults():
    assert load({}, ROOT / ".env.example") == Settings()


def test_the_version_is_the_one_of_the_package():
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_a_variable_of_the_environment_outdoes_the_file(tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=9000\nHOST=0.0.0.0\n")

    settings = load({"PORT": "9001"}, dotenv)

    assert (settings.http.port, settings.http.host) == (9001, "0.0.0.0")  # noqa: S104  (read, not bound)


def test_an_empty_variable_counts_as_not_set():
    assert load({"PORT": " ", "REDIS_URL": ""}, NOWHERE) == Settings()


def test_all_faults_are_told_at_once_each_with_its_variable():
    found = faults(
        {"STORAGE_BACKEND": "postgress", "PORT": "x", "DEBUG": "perhaps", "BCRYPT_COST": "99"}
    )

    assert found.keys() == {"STORAGE_BACKEND", "PORT", "DEBUG", "BCRYPT_COST"}
    assert found["STORAGE_BACKEND"] == (
        "'postgress' is none of sqlite, postgres, mongo, memory; did you mean postgres?"
    )


def test_a_choice_is_read_in_any_case():
    assert load({"STORAGE_BACKEND": "Memory"}, NOWHERE).storage.storage_backend is (
        StorageBackend.MEMORY
    )


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"STORAGE_BACKEND": "postgres"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://h/d"}, "DATABASE_URL"),
        ({"STORAGE_BACKEND": "mongo", "MONGODB_URL": "postgresql://h/d"}, "MONGODB_URL"),
        ({"REDIS_URL": "http://h"}, "REDIS_URL"),
        ({"CACHE": "redis"}, "CACHE"),
        ({"CACHE": "memory", "WORKERS": "2"}, "CACHE"),
        ({"CACHE": "memory", "QUEUE_URL": "redis://h"}, "CACHE"),
        ({"STORAGE_BACKEND": "memory", "QUEUE_URL": "redis://h"}, "QUEUE_URL"),
        ({"REDIS_TTL_SECONDS": "0"}, "REDIS_TTL_SECONDS"),
        ({"MONGODB_DB_NAME": "a/b"}, "MONGODB_DB_NAME"),
        ({"DEFAULT_PAGE_SIZE": "20", "MAX_PAGE_SIZE": "10"}, "DEFAULT_PAGE_SIZE"),
        ({"CREDENTIAL_KEYS": "k:" + "x" * 31}, "CREDENTIAL_KEYS"),
        ({"JWT_SECRET_KEYS": "k:" + "x" * 63, "JWT_ALGORITHM": "HS512"}, "JWT_SECRET_KEYS"),
        ({"JWT_SECRET_KEYS": "no-key-id"}, "JWT_SECRET_KEYS"),
        ({"JWT_SECRET_KEYS": "a:x,a:y"}, "JWT_SECRET_KEYS"),
        ({"BASE_URL": "example.com"}, "BASE_URL"),
        ({"REPORT_TIMEZONE": "Europe/Atlantis"}, "REPORT_TIMEZONE"),
        ({"REPORT_TIMEZONE": "../../etc/passwd"}, "REPORT_TIMEZONE"),
        ({"REPORT_TIMEZONE": "America"}, "REPORT_TIMEZONE"),
        ({"REPORT_TIMEZONE": "utc+1\x00"}, "REPORT_TIMEZONE"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(environ, name):
    assert list(faults(environ)) == [name]


def test_production_takes_strong_secrets():
    assert load(STRONG, NOWHERE).security.jwt_secret_keys.current.id == "k1"


@pytest.mark.parametrize("environment", ["production", "staging"])
def test_sample_secrets_are_refused_where_data_is_at_stake(environment):
    found = faults({"ENVIRONMENT": environment})

    rings = {"JWT_SECRET_KEYS", "PASSWORD_PEPPERS", "CREDENTIAL_KEYS", "AUDIT_KEYS"}
    assert found.keys() == rings


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"JWT_SECRET_KEYS": "k1:" + "x" * 31}, "JWT_SECRET_KEYS"),
        ({"JWT_ALGORITHM": "HS512"}, "JWT_SECRET_KEYS"),
        ({"JWT_SECRET_KEYS": STRONG["JWT_SECRET_KEYS"] + ",k2:short"}, "JWT_SECRET_KEYS"),
        ({"PASSWORD_PEPPERS": "p1:short"}, "PASSWORD_PEPPERS"),
        ({"DEBUG": "true"}, "DEBUG"),
        ({"MONGODB_URL": "mongodb://moniqo:sample@db/"}, "MONGODB_URL"),
    ],
)
def test_production_refuses_what_is_weak(change, name):
    assert list(faults(STRONG | change)) == [name]


def test_no_secret_shows_in_the_text_of_the_settings_or_of_a_fault():
    planted = {
        "DATABASE_URL": "postgresql://u:canary-1@h/d",
        "JWT_SECRET_KEYS": "k:canary-2" + "x" * 32,
        "SUPERADMIN_PASSWORD": "canary-3",
        "REDIS_URL": "redis://:canary-4@h",
    }

    settings = load(planted | {"STORAGE_BACKEND": "postgres"}, NOWHERE)
    told = faults(dict.fromkeys(planted, "canary"))

    assert "canary" not in f"{settings!r} {settings}"
    assert "canary" not in str(told)


def test_keys_are_handed_over_in_their_order():
    settings = load({"JWT_SECRET_KEYS": f"new:{'b' * 32}, old:{'a' * 32}"}, NOWHERE)

    assert settings.security.jwt_secret_keys.secrets == (b"b" * 32, b"a" * 32)


def test_a_misspelt_name_in_the_file_is_told_and_a_strange_one_is_left_alone(tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("DATABSE_URL=x\nPOSTGRES_PASSWORD=y\n")

    found = faults({}, dotenv)

    assert list(found) == ["DATABSE_URL"]
    assert found["DATABSE_URL"].endswith("DATABASE_URL is")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("APP_NAME=plain", "plain"),
        ("export APP_NAME=plain", "plain"),
        ("APP_NAME = two words # why", "two words"),
        ('APP_NAME="a # b"', "a # b"),
        ("APP_NAME='say \"hi\"' # why", 'say "hi"'),
        ("# APP_NAME=other", "Moniqo"),
        ("APP_NAME=# nothing", "Moniqo"),
    ],
)
def test_a_file_line_is_read_as_it_is_meant(tmp_path, line, value):
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"\n{line}\n")

    assert load({}, dotenv).application.app_name == value


def test_a_line_that_sets_nothing_is_told_with_its_number(tmp_path):
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=1\nnonsense\n")

    assert faults({}, dotenv) == {f"{dotenv} line 2": "is not NAME=value"}


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    assert list(faults({}, tmp_path)) == [str(tmp_path)]


@pytest.mark.parametrize("value", ["plain", "two words", "it's", 'say "hi"', "a#b", ""])
def test_a_written_value_is_read_back_the_same(tmp_path, value):
    dotenv = tmp_path / ".env"
    dotenv.write_text(render({"APP_NAME": value}))

    assert load({}, dotenv).application.app_name == (value or "Moniqo")


@pytest.mark.parametrize("value", ["two\nlines", "both ' and \""])
def test_a_value_that_no_line_can_hold_is_refused(value):
    with pytest.raises(ValueError, match=r"\.env"):
        quoted(value)


def test_what_is_not_chosen_stands_as_a_comment():
    text = render({"PORT": "9000"})

    assert "\nPORT=9000\n" in text
    assert "\n# HOST=127.0.0.1\n" in text


def test_every_default_is_written_as_its_variable_would_say_it():
    settings = Settings()
    changed = replace(settings.application, debug=True)

    assert as_text(changed.debug) == "true"
    assert {variable.name for variable in variables()} >= {"PORT", "JWT_SECRET_KEYS"}
