from collections import defaultdict
from decimal import Decimal

from moniqo.application.trading.ledger import ledger_entries
from moniqo.domain.shared.ids import UserWalletId
from moniqo.domain.trading.ledger import LedgerAccount, LedgerKind, Movement
from support.store import CountingIds

WALLET = UserWalletId(CountingIds().new())
PURCHASE = (
    Movement("BTC", Decimal("0.5"), LedgerKind.TRADE),
    Movement("USDT", Decimal(-10000), LedgerKind.TRADE),
    Movement("USDT", Decimal(-10), LedgerKind.FEE),
)


def test_every_currency_of_a_reference_sums_to_zero() -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)

    for entry in ledger_entries(PURCHASE, WALLET, "fill-1", CountingIds()):
        sums[entry.currency] += entry.amount

    assert sums == {"BTC": 0, "USDT": 0}


def test_the_wallet_gets_the_movement_and_the_counter_account_its_opposite() -> None:
    entries = ledger_entries(PURCHASE[2:], WALLET, "fill-1", CountingIds())

    assert [(entry.account, entry.amount) for entry in entries] == [
        (LedgerAccount.WALLET, Decimal(-10)),
        (LedgerAccount.FEES, Decimal(10)),
    ]
    assert {(entry.ref, entry.user_wallet_id) for entry in entries} == {("fill-1", WALLET)}
    assert len({entry.id for entry in entries}) == 2
