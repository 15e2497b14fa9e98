from typing import Any

import pytest

from moniqo.application.shared.access import Access, Archive, Browse, Fetch
from moniqo.application.shared.query import Listing
from moniqo.application.trading.access import (
    CANDLE_ACCESS,
    INSTRUMENT_ACCESS,
    USER_WALLET_ACCESS,
    WALLET_ACCESS,
)
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import NotFound
from support.desk import Desk
from support.factories import a_candle, a_catalogue_wallet, a_wallet, an_instrument


@pytest.mark.parametrize(
    ("access", "make"), [(CANDLE_ACCESS, a_candle), (INSTRUMENT_ACCESS, an_instrument)]
)
async def test_the_market_is_read_by_all_and_removed_by_nobody(
    desk: Desk, access: Access[Any], make: Any
) -> None:
    ada = await desk.user()
    shown: Entity = await make(desk)

    page = await Browse(desk.uow, access)(user_id=ada, listing=Listing())

    assert page.items == (shown,)
    with pytest.raises(NotFound):
        await Archive(desk.uow, access)(user_id=ada, entity_id=shown.id)


async def test_the_catalogue_is_read_by_all(desk: Desk) -> None:
    ada = await desk.user()
    catalogue = await a_catalogue_wallet(desk)

    assert await Fetch(desk.uow, WALLET_ACCESS)(user_id=ada, entity_id=catalogue.id) == catalogue


async def test_an_account_is_listed_for_its_owner_only(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_wallet(desk, ada)
    browse = Browse(desk.uow, USER_WALLET_ACCESS)

    assert (await browse(user_id=ada, listing=Listing())).items == (hers,)
    assert (await browse(user_id=bob, listing=Listing())).items == ()
