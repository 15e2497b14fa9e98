"""Mail by the settings, and the commands that look after it."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moniqo.adapters.mail.outbox_folder import OutboxFolder
from moniqo.application.mail.letters import LETTERS, Welcome
from moniqo.application.mail.pages import Pages
from moniqo.application.mail.ports import Mailer, MailTemplates
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.errors import Unavailable
from moniqo.entrypoints.cli.parked_rows import SHOWN, show_parked
from moniqo.entrypoints.container import build_container
from moniqo.entrypoints.settings import Settings, StorageBackend, WrongSettings, load
from moniqo.entrypoints.settings.mail import MailDelivery
from moniqo.entrypoints.settings.model import Storage
from moniqo.entrypoints.settings.values import ApiKey, Environment, MailBackend, Passphrase, SmtpTls
from support.house import house_settings, open_house
from support.post_offices import API_KEY, KEY, PASSWORD, a_mail, resend, smtp

NOWHERE = Path("/nonexistent/.env")
SQLITE = {"STORAGE_BACKEND": "sqlite", "DATABASE_URL": "sqlite:///moniqo.sqlite3"}
SMTP = {
    "MAIL_BACKEND": "smtp",
    "SMTP_HOST": "127.0.0.1",
    "SMTP_PORT": "9",
    "SMTP_TLS": "none",
    "FROM_EMAIL": "post@moniqo.test",
}
PERSON = ("--email", "ada@example.com", "--first-name", "Ada", "--last-name", "Lovelace")
CREATE = ("users", "create", *PERSON, "--password", "Correct-horse-7", "--json")


def settings(**mail: Any) -> Settings:
    return replace(Settings(), storage=Storage(StorageBackend.MEMORY), mail=MailDelivery(**mail))


def faults(**environ: str) -> dict[str, str]:
    with pytest.raises(WrongSettings) as caught:
        load(environ, NOWHERE)
    return {fault.field: fault.message for fault in caught.value.faults}


async def test_a_mail_goes_by_the_backend_that_is_set(tmp_path: Path) -> None:
    async with smtp(tmp_path) as office, resend(tmp_path) as other:
        chosen = [
            settings(mail_folder=tmp_path / "mail"),
            settings(
                mail_backend=MailBackend.SMTP,
                from_email="post@moniqo.test",
                smtp_host="127.0.0.1",
                smtp_port=office.port,
                smtp_tls=SmtpTls.NONE,
                smtp_user="moniqo",
                smtp_password=Passphrase(PASSWORD),
            ),
            settings(
                mail_backend=MailBackend.RESEND,
                from_email="post@moniqo.test",
                admin_email="help@moniqo.test",
                resend_api_key=ApiKey(API_KEY),
                resend_api_url=f"http://127.0.0.1:{other.port}",
            ),
        ]
        for one in chosen:
            container = build_container(one)
            mailer = await container.get(Mailer)
            await mailer.send(a_mail(), key=KEY)
            assert await mailer.probe()
            await container.close()

        assert list(office.kept) == list(other.kept) == [KEY]
    assert len(OutboxFolder(tmp_path / "mail").files()) == 1


@pytest.mark.parametrize(("backend", "module"), [("smtp", "aiosmtplib"), ("resend", "resend")])
async def test_a_backend_without_its_library_is_told_with_what_to_do(
    backend: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    for name in ("smtp_mailer", "resend_mailer", "resend_transport"):
        monkeypatch.delitem(sys.modules, f"moniqo.adapters.mail.{name}", raising=False)
    container = build_container(settings(mail_backend=MailBackend(backend)))

    with pytest.raises(Unavailable, match=rf"moniqo\[{backend}\]"):
        await container.get(Mailer)


@pytest.mark.parametrize(
    ("frontend", "page"),
    [
        (None, "https://api.moniqo.test/api/v1/auth/verify-email"),
        ("https://app.moniqo.test/", "https://app.moniqo.test/verify-email"),
    ],
)
async def test_links_lead_to_the_frontend_or_to_the_api(frontend: str | None, page: str) -> None:
    chosen = settings(frontend_url=frontend)
    http = replace(chosen.http, base_url="https://api.moniqo.test")
    container = build_container(replace(chosen, http=http))

    assert (await container.get(Pages)).verify == page
    await container.close()


@pytest.mark.parametrize(
    ("environment", "is_there"), [(Environment.LOCAL, True), (Environment.PRODUCTION, False)]
)
async def test_without_a_frontend_a_mail_leads_to_the_documentation_or_nowhere(
    environment: Environment,
    is_there: bool,  # noqa: FBT001
) -> None:
    plain = house_settings()
    application = replace(plain.application, environment=environment)
    async with open_house(replace(plain, application=application)) as house:
        home = (await house.container.get(Pages)).home
        docs = await house.client.get("/docs")
        templates = await house.container.get(MailTemplates)
        mail = templates.render(Welcome(link=home), to=Email("ada@example.com"))

    assert home == ("http://127.0.0.1:8000/docs" if is_there else "")
    assert docs.status == (200 if is_there else 404)
    assert ("Sign in:" in mail.text) is is_there
    assert ("<a " in mail.html) is is_there


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"MAIL_BACKEND": "resend"}, {"RESEND_API_KEY", "FROM_EMAIL"}),
        ({"MAIL_BACKEND": "smtp"}, {"SMTP_HOST", "FROM_EMAIL"}),
        (SMTP | {"SMTP_USER": "moniqo"}, {"SMTP_PASSWORD"}),
        (SMTP | {"SMTP_PASSWORD": "secret"}, {"SMTP_PASSWORD"}),
        ({"MAIL_BACKEND": "pigeon"}, {"MAIL_BACKEND"}),
        ({"FROM_EMAIL": "Moniqo <post@moniqo.test>"}, {"FROM_EMAIL"}),
        ({"FROM_EMAIL": "post@moniqo.test\r\nBcc: eve@evil.test"}, {"FROM_EMAIL"}),
        ({"FRONTEND_URL": "app.moniqo.test"}, {"FRONTEND_URL"}),
    ],
)
def test_mail_that_could_not_be_sent_stops_the_start(
    environ: dict[str, str], names: set[str]
) -> None:
    assert set(faults(**environ)) == names


def test_no_secret_of_mail_goes_in_clear_where_data_is_at_stake() -> None:
    secret = {"SMTP_USER": "moniqo", "SMTP_PASSWORD": "canary"}
    resend_ = {"MAIL_BACKEND": "resend", "RESEND_API_KEY": "canary", "RESEND_API_URL": "http://x"}

    by_smtp = faults(ENVIRONMENT="production", **SMTP | secret)
    by_resend = faults(ENVIRONMENT="production", FROM_EMAIL="post@moniqo.test", **resend_)

    assert "SMTP_TLS" in by_smtp
    assert "RESEND_API_URL" in by_resend
    assert "canary" not in str(by_smtp | by_resend)
    assert load(SMTP | secret, NOWHERE).mail.smtp_user == "moniqo"


def test_templates_and_mails_are_listed(run: Any) -> None:
    run("migrate", **SQLITE)
    run("init", **SQLITE)
    run(*CREATE, **SQLITE)

    shown = run("mail", "preview", "--json", **SQLITE).data

    assert len(shown["templates"]) == len(LETTERS)
    assert [mail["to"] for mail in shown["mails"]] == ["ada@example.com"]
    assert "ada@example.com" in run("mail", "preview", **SQLITE).out


def test_a_template_is_shown_with_made_up_data(run: Any) -> None:
    text, html = (run("mail", "preview", "verification", *more) for more in ((), ("--html",)))

    assert "subject: Confirm your e-mail address" in text.out
    assert "/api/v1/auth/verify-email?token=sample" in text.out
    assert "<p>" in html.out


def test_a_kept_mail_is_found_by_a_part_of_its_name(run: Any) -> None:
    run("init", **SQLITE)
    run(*CREATE, **SQLITE)
    file = run("mail", "preview", "--json").data["mails"][0]["file"]

    newest, by_name = (
        run("mail", "preview", name, "--json").data for name in ("latest", file[-12:])
    )

    assert newest["file"] == by_name["file"] == file
    assert newest["subject"] == "Welcome to Moniqo"


def test_terminal_codes_in_a_kept_mail_are_shown_and_not_obeyed(run: Any, folder: Path) -> None:
    (folder / "data" / "mail").mkdir(parents=True)
    body = b"To: ada@example.com\nSubject: x\nContent-Type: text/plain\n\n\x1b[2Jgone\n"
    (folder / "data" / "mail" / "1.eml").write_bytes(body)

    assert "\\x1b[2Jgone" in run("mail", "preview", "latest").out


def test_a_mail_that_is_not_there_is_not_found(run: Any) -> None:
    ran = run("mail", "preview", "nothing", "--json")

    assert (ran.code, ran.error["code"]) == (5, "NOT_FOUND")


def test_what_could_not_be_sent_is_parked_and_sent_when_it_can_be(run: Any) -> None:
    run("init", **SQLITE)
    run(*CREATE, EVENT_ATTEMPTS="1", **SQLITE, **SMTP)
    parked = run("mail", "parked", "--json", **SQLITE, **SMTP).data
    (event,) = parked["items"]

    twice = (event["id"], event["id"])
    in_vain = run("mail", "retry", *twice, "--json", EVENT_ATTEMPTS="1", **SQLITE, **SMTP)
    shown = run("mail", "parked", **SQLITE, **SMTP).out
    in_the_end = run("mail", "retry", "--all", **SQLITE)

    assert (event["name"], event["attempts"]) == ("EmailVerified", 1)
    assert event["error"].startswith("Unavailable: The mail server 127.0.0.1:9 cannot be used")
    assert (in_vain.code, in_vain.data["items"][0]["done"]) == (10, False)
    assert event["id"] in shown
    assert (in_the_end.code, in_the_end.out.strip()) == (0, "1 of 1 went well.")
    assert run("mail", "parked", **SQLITE).out.strip() == "Nothing is parked."
    assert len(run("mail", "preview", "--json").data["mails"]) == 1


def test_what_failed_again_is_shown(run: Any) -> None:
    run("init", **SQLITE)
    run(*CREATE, EVENT_ATTEMPTS="1", **SQLITE, **SMTP)

    ran = run("mail", "retry", "--all", EVENT_ATTEMPTS="1", **SQLITE, **SMTP)

    assert ran.code == 10
    assert "0 of 1 went well." in ran.out


def test_terminal_codes_in_a_reason_are_shown_and_not_obeyed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_parked([dict.fromkeys(SHOWN, "-") | {"error": "KeyError: '\x1b[2J'"}])

    assert "KeyError: '\\x1b[2J'" in capsys.readouterr().out


def test_what_shall_never_be_sent_is_dropped(run: Any) -> None:
    run("init", **SQLITE)
    for name in ("ada", "bob"):
        create = [name if word == "ada" else word.replace("ada@", f"{name}@") for word in CREATE]
        run(*create, EVENT_ATTEMPTS="1", **SQLITE, **SMTP)
    first, second = run("mail", "parked", "--json", **SQLITE, **SMTP).data["items"]

    one = run("mail", "drop", first["id"], "--json", **SQLITE)
    again = run("mail", "drop", first["id"], "--json", **SQLITE)
    rest = run("mail", "drop", "--all", **SQLITE)

    assert one.data == {"ids": [first["id"]]}
    assert (again.code, again.error["code"]) == (6, "INVALID_STATE")
    assert rest.out.strip() == "1 dropped."
    assert run("mail", "parked", **SQLITE).out.strip() == "Nothing is parked."
    assert second["id"] != first["id"]


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize("words", [(), ("--all", KEY)])
def test_it_must_be_said_which(run: Any, command: str, words: tuple[str, ...]) -> None:
    assert run("mail", command, *words, **SQLITE).code == 4


def test_the_doctor_says_where_mails_go(run: Any) -> None:
    told = {
        item["name"]: item
        for item in run("doctor", "--json", STORAGE_BACKEND="memory").data["checks"]
    }

    assert told["mail"] == {
        "name": "mail",
        "ok": True,
        "message": "kept as files in data/mail: nobody receives them",
    }


def test_the_doctor_says_that_the_mail_server_does_not_answer(run: Any) -> None:
    ran = run("doctor", "--json", STORAGE_BACKEND="memory", **SMTP)

    (mail,) = (item for item in ran.data["checks"] if item["name"] == "mail")
    assert ran.code == 8
    assert "SMTP_HOST" in mail["message"]
