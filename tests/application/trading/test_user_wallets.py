import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing
from moniqo.application.shared.vault import row_context
from moniqo.application.trading.get_user_wallet import GetUserWallet
from moniqo.application.trading.list_user_wallets import ListUserWallets
from moniqo.application.trading.user_wallet_drafts import UserWalletDraft
from moniqo.domain.agents.flow import FlowStatus
from moniqo.domain.audit.audit_log import AuditLog
from moniqo.domain.shared.errors import NotFound, RuleViolated
from moniqo.domain.shared.ids import TradeId, WalletId
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.ledger import LedgerAccount, LedgerEntry, LedgerKind
from moniqo.domain.trading.market import Timeframe
from moniqo.domain.trading.order import OrderStatus, Side
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import Balance, UserWallet, Wallet
from support.desk import Desk, faults
from support.factories import a_catalogue_wallet, a_flow, a_run, a_wallet, an_order, stored

SECRET = "s3cret-of-the-exchange"
KEYS = JsonObject({"api_key": "public", "secret": SECRET})


def draft(catalogue: Wallet, **fields: Any) -> UserWalletDraft:
    return UserWalletDraft(**{"wallet_id": catalogue.id, "label": "Mine"} | fields)


async def live(desk: Desk) -> Wallet:
    return await a_catalogue_wallet(desk, provider="kraken", config=JsonObject({}))


async def test_a_paper_wallet_starts_with_its_deposits_in_balances_and_books(desk: Desk) -> None:
    ada = await desk.user()
    funds = {"USDT": "10000.50", "BTC": "0.1", "EUR": "0"}
    paper = await a_catalogue_wallet(desk, config=JsonObject({"starting_balances": funds}))

    made = await desk.connect_wallet(user_id=ada, draft=draft(paper))

    entries = await desk.all(LedgerEntry)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums[entry.currency] += entry.amount
    held = {item.currency: item.amount for item in entries if item.account is LedgerAccount.WALLET}
    assert made.balances == {"USDT": Balance(Decimal("10000.50")), "BTC": Balance(Decimal("0.1"))}
    assert made.balance_at == desk.clock.now()
    assert held == {"USDT": Decimal("10000.50"), "BTC": Decimal("0.1")}
    assert set(sums.values()) == {Decimal(0)}
    assert {(item.kind, item.ref) for item in entries} == {(LedgerKind.DEPOSIT, str(made.id))}


async def test_a_wallet_elsewhere_starts_with_nothing_known(desk: Desk) -> None:
    ada = await desk.user()

    made = await desk.connect_wallet(user_id=ada, draft=draft(await live(desk)))

    assert (made.provider, made.balances, made.balance_at) == ("kraken", {}, None)
    assert await desk.all(LedgerEntry) == ()


async def test_a_paper_wallet_without_funds_starts_empty(desk: Desk) -> None:
    ada = await desk.user()
    paper = await a_catalogue_wallet(desk, config=JsonObject({}))

    made = await desk.connect_wallet(user_id=ada, draft=draft(paper))

    assert (made.balances, await desk.all(LedgerEntry)) == ({}, ())


async def test_only_what_is_on_offer_can_be_connected(desk: Desk) -> None:
    ada = await desk.user()
    withdrawn = await a_catalogue_wallet(desk, is_active=False)
    removed = await desk.remove(await a_catalogue_wallet(desk))
    unknown = withdrawn.with_(id=WalletId(desk.ids.new()))

    for catalogue in (withdrawn, removed, unknown):
        named = await faults(desk.connect_wallet(user_id=ada, draft=draft(catalogue)))
        assert named == {"wallet_id": "names no wallet on offer"}


async def test_credentials_are_kept_sealed_in_their_own_row(desk: Desk) -> None:
    ada = await desk.user()

    made = await desk.connect_wallet(user_id=ada, draft=draft(await live(desk), credentials=KEYS))

    (kept,) = await desk.all(UserWallet)
    opened = desk.vault.open(kept.credentials, row_context(UserWallet, kept.id))
    assert made.has_credentials
    assert json.loads(opened) == KEYS
    assert SECRET not in kept.credentials.value
    assert SECRET not in str(await desk.all(AuditLog))


async def test_credentials_do_not_show_when_a_draft_is_printed(desk: Desk) -> None:
    assert SECRET not in repr(draft(await live(desk), credentials=KEYS))


async def test_credentials_past_all_measure_are_refused(desk: Desk) -> None:
    ada = await desk.user()
    wanted = draft(await live(desk), credentials=JsonObject({"key": "k" * 4000}))

    assert list(await faults(desk.connect_wallet(user_id=ada, draft=wanted))) == ["credentials"]


async def test_an_update_changes_what_is_sent_and_keeps_what_is_held(desk: Desk) -> None:
    ada = await desk.user()
    paper = await a_catalogue_wallet(desk)
    made = await desk.connect_wallet(user_id=ada, draft=draft(paper, credentials=KEYS))
    ask = {"user_id": ada, "user_wallet_id": made.id}

    renamed = await desk.update_user_wallet(
        **ask, changes=replacement(draft(paper, label="Play", is_active=False))
    )
    stripped = await desk.update_user_wallet(**ask, changes={"credentials": None})

    assert (renamed.label, renamed.is_active, renamed.has_credentials) == ("Play", False, True)
    assert renamed.balances == made.balances
    assert (stripped.label, stripped.has_credentials) == ("Play", False)


async def test_an_account_does_not_move_to_another_venue(desk: Desk) -> None:
    ada = await desk.user()
    account = await a_wallet(desk, ada)
    changes = {"wallet_id": (await live(desk)).id}

    named = await faults(
        desk.update_user_wallet(user_id=ada, user_wallet_id=account.id, changes=changes)
    )

    assert list(named) == ["wallet_id"]


async def test_an_idle_account_is_removed(desk: Desk) -> None:
    ada = await desk.user()
    account = await a_wallet(desk, ada)
    await an_order(desk, account, status=OrderStatus.FILLED)
    await a_flow(desk, ada, user_wallet_id=account.id, status=FlowStatus.STOPPED)

    await desk.archive_user_wallet(user_id=ada, user_wallet_id=account.id)

    assert await desk.all(UserWallet) == ()


@pytest.mark.parametrize("status", [FlowStatus.ACTIVE, FlowStatus.PAUSED])
async def test_an_account_that_a_flow_uses_stays(desk: Desk, status: FlowStatus) -> None:
    ada = await desk.user()
    flow = await a_flow(desk, ada, status=status)

    with pytest.raises(RuleViolated, match="Morning"):
        await desk.archive_user_wallet(user_id=ada, user_wallet_id=flow.user_wallet_id)


@pytest.mark.parametrize("status", [OrderStatus.INTENT, OrderStatus.ACCEPTED, OrderStatus.UNKNOWN])
async def test_an_account_with_an_open_order_stays(desk: Desk, status: OrderStatus) -> None:
    ada = await desk.user()
    account = await a_wallet(desk, ada)
    await an_order(desk, account, status=status)

    with pytest.raises(RuleViolated, match="order"):
        await desk.archive_user_wallet(user_id=ada, user_wallet_id=account.id)


async def test_an_account_with_an_open_trade_stays(desk: Desk) -> None:
    user_id = await desk.user()
    account = await a_wallet(desk, user_id)
    trade = Trade(
        id=TradeId(desk.ids.new()),
        user_id=user_id,
        user_wallet_id=account.id,
        exchange="binance",
        symbol="BTC/USDT",
        timeframe=Timeframe.H1,
        side=Side.BUY,
        entry_price=Decimal(100),
        quantity=Decimal(1),
        entry_value=Decimal(100),
        executed_at=desk.clock.now(),
    )
    await stored(desk, trade)

    with pytest.raises(RuleViolated, match="close it first"):
        await desk.archive_user_wallet(user_id=user_id, user_wallet_id=account.id)


async def test_an_account_that_a_run_trades_on_stays(desk: Desk) -> None:
    user_id = await desk.user()
    account = await a_wallet(desk, user_id)
    flow = await a_flow(desk, user_id, user_wallet_id=account.id, status=FlowStatus.STOPPED)
    await a_run(desk, flow)

    with pytest.raises(RuleViolated, match="has ended"):
        await desk.archive_user_wallet(user_id=user_id, user_wallet_id=account.id)


async def test_somebody_elses_account_is_not_there(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    hers = await a_wallet(desk, ada)
    ask = {"user_id": bob, "user_wallet_id": hers.id}

    for refused in (
        GetUserWallet(desk.uow)(**ask),
        desk.update_user_wallet(**ask, changes={"label": "Mine"}),
        desk.archive_user_wallet(**ask),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_accounts_are_shown_with_their_venue_even_if_it_was_removed(desk: Desk) -> None:
    ada, bob = await desk.user(), await desk.user()
    paper, kraken = await a_catalogue_wallet(desk, name="Paper"), await live(desk)
    account = await a_wallet(desk, ada, wallet_id=paper.id)
    await a_wallet(desk, ada, wallet_id=kraken.id, label="Old")
    await a_wallet(desk, bob)
    await desk.remove(kraken)

    one = await GetUserWallet(desk.uow)(user_id=ada, user_wallet_id=account.id)
    page = await ListUserWallets(desk.uow)(user_id=ada, listing=Listing())

    assert (one.wallet_name, one.provider, one.has_credentials) == ("Paper", "paper", False)
    assert [(item.label, item.provider) for item in page.items] == [
        ("Mine", "paper"),
        ("Old", "kraken"),
    ]
    assert page.total == 2


async def test_a_list_without_accounts_is_empty(desk: Desk) -> None:
    page = await ListUserWallets(desk.uow)(user_id=await desk.user(), listing=Listing())

    assert (page.items, page.total) == ((), 0)
