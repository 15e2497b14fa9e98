"""A report is told by mail to whoever asked for it, as long as they may have it."""

from datetime import UTC, datetime
from html import unescape

import pytest

from moniqo.application.mail.ports import Mail
from moniqo.domain.files.file import FileId
from moniqo.domain.identity.account import Account
from moniqo.domain.identity.user import User
from moniqo.domain.operations.events import ReportReady
from moniqo.domain.operations.task import TaskId
from moniqo.domain.shared.ids import UserId
from support.letters import PostRoom

DAY = datetime(2026, 2, 1, tzinfo=UTC)


def ready(user_id: UserId) -> ReportReady:
    ids = {"task_id": TaskId(user_id), "file_id": FileId(user_id)}
    return ReportReady(user_id=user_id, rows=1200, start=DAY, end=DAY, expires_at=DAY, **ids)


async def told(room: PostRoom, user_id: UserId) -> Mail | None:
    return await room.told(ready(user_id))


async def test_who_asked_is_told_where_it_is_and_how_long() -> None:
    room = PostRoom()
    await room.people.seed()
    root = await room.people.made("Admin")

    mail = await told(room, root.user_id)

    assert mail is not None
    assert (mail.to.value, mail.subject) == (root.email, "Your report is ready")
    for text in (mail.text, unescape(mail.html)):
        assert "1,200 users" in text
        assert "until 2026-02-01 00:00 UTC" in text
        assert f"https://app.moniqo.test/files/{root.user_id}" in text


@pytest.mark.parametrize("why", ["deactivated", "without the permission"])
async def test_s43_who_may_not_have_it_any_more_is_told_nothing(why: str) -> None:
    room = PostRoom()
    await room.people.seed()
    root, ada = await room.people.made("Admin"), await room.people.made("User")
    async with room.people.uow() as tx:
        user = await tx[User].get(root.user_id)
        if why == "deactivated":
            account = await tx[Account].get(user.account_id)
            await tx[Account].save(account.with_(is_active=False))
        else:
            ordinary = await tx[User].get(ada.user_id)
            await tx[User].save(user.with_(role_id=ordinary.role_id))

    assert await told(room, root.user_id) is None
    assert await told(room, ada.user_id) is None
