"""Settings: one row a user, whoever asks first."""

import asyncio

from moniqo.application.identity.get_settings import GetSettings
from moniqo.application.identity.update_settings import UpdateSettings
from moniqo.application.shared.query import eq
from moniqo.domain.identity.user_settings import Theme, UserSettings
from support.factories import registered_user
from support.people import People, open_people


async def test_registration_has_made_them() -> None:
    people = await open_people()
    ada = await people.register()

    found = await GetSettings(people.uow, people.ids)(user_id=ada.id)

    assert (found.version, found.theme, found.notifications_enabled) == (1, Theme.LIGHT, True)


async def test_who_has_none_yet_gets_one_row_of_them() -> None:
    people = People()
    user_id = (await registered_user(people)).id
    get = GetSettings(people.uow, people.ids)
    update = UpdateSettings(people.uow, people.ids)

    await asyncio.gather(
        *(get(user_id=user_id) for _ in range(5)),
        *(update(user_id=user_id, changes={"theme": Theme.DARK}) for _ in range(5)),
    )

    (settings,) = await people.all(UserSettings, eq("user_id", user_id))
    assert settings.theme is Theme.DARK
    assert settings.version == 6
