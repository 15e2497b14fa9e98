"""Mails on the terminal: templates with made-up data, and what the outbox folder holds."""

from dataclasses import asdict
from typing import Any

from dishka import AsyncContainer

from moniqo.adapters.mail.minijinja_mail_templates import template_of
from moniqo.adapters.mail.outbox_folder import KeptMail, OutboxFolder
from moniqo.application.mail.pages import Pages
from moniqo.application.mail.ports import Mail, MailTemplates
from moniqo.application.shared.printable import printable
from moniqo.domain.identity.credentials import Email
from moniqo.domain.shared.errors import NotFound
from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.mail_samples import samples
from moniqo.entrypoints.cli.tables import table
from moniqo.entrypoints.settings import Settings

SOMEBODY = Email("ada@example.com")
NEWEST = 20
"""Mails of the folder that are listed."""
_LONGEST_LINE = 2000


async def listed(container: AsyncContainer) -> Answer:
    """Every template, and the newest mails of the folder."""
    drawn = await _drawn(container)
    folder = await _folder(container)
    templates = [{"name": name, "subject": mail.subject} for name, mail in drawn.items()]
    kept = [
        {"file": mail.file, "to": mail.to, "subject": mail.subject, "date": mail.date}
        for mail in folder.mails(NEWEST)
    ]
    data = {"templates": templates, "folder": str(folder.path), "mails": kept}

    def show() -> None:
        table(("template", "subject"), [(it["name"], it["subject"]) for it in templates])
        rows = [tuple(printable(it[key], _LONGEST_LINE) for key in it) for it in kept]
        table(("file", "to", "subject", "date"), rows, title=f"The newest in {folder.path}")

    return Answer(data, show)


async def found(container: AsyncContainer, name: str, *, html: bool) -> Answer:
    """One of them; raises `NotFound`."""
    drawn = await _drawn(container)
    shown = drawn.get(name) or (await _folder(container)).find(name)
    if shown is None:
        raise NotFound(
            f"There is no template and no mail {name}. `moniqo mail preview` lists them."
        )
    data = _data(name, shown)
    body = "html" if html else "text"
    head = "\n".join(f"{key}: {printable(data[key], _LONGEST_LINE)}" for key in ("to", "subject"))
    lines = (printable(line, _LONGEST_LINE) for line in data[body].split("\n"))
    return Answer(data, "\n".join((head, "", *lines)))


def _data(name: str, shown: Mail | KeptMail) -> dict[str, Any]:
    if isinstance(shown, KeptMail):
        return {"name": name} | asdict(shown)
    fields = {"subject": shown.subject, "text": shown.text, "html": shown.html}
    return {"name": name, "to": shown.to.value} | fields


async def _drawn(container: AsyncContainer) -> dict[str, Mail]:
    templates = await container.get(MailTemplates)
    letters = samples(await container.get(Pages))
    return {template_of(type(it)): templates.render(it, to=SOMEBODY) for it in letters}


async def _folder(container: AsyncContainer) -> OutboxFolder:
    settings = await container.get(Settings)
    return OutboxFolder(settings.mail.mail_folder)
