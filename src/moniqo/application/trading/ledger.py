"""Movements of money as balanced ledger entries."""

from collections.abc import Iterable

from moniqo.application.shared.system import Ids
from moniqo.domain.shared.ids import LedgerEntryId, UserWalletId
from moniqo.domain.trading.ledger import COUNTER, LedgerAccount, LedgerEntry, Movement


def ledger_entries(
    movements: Iterable[Movement], wallet_id: UserWalletId, ref: str, ids: Ids
) -> tuple[LedgerEntry, ...]:
    """Two entries for each movement, which sum to zero: the wallet's and its counter-account's.

    `ref` names what the money moved for: a fill, or the user wallet itself for a deposit.
    """
    return tuple(
        LedgerEntry(
            id=LedgerEntryId(ids.new()),
            user_wallet_id=wallet_id,
            account=account,
            currency=movement.currency,
            amount=amount,
            kind=movement.kind,
            ref=ref,
        )
        for movement in movements
        for account, amount in (
            (LedgerAccount.WALLET, movement.amount),
            (COUNTER[movement.kind], movement.amount.copy_negate()),
        )
    )
