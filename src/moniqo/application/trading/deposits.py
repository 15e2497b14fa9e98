"""What a paper wallet starts with."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from moniqo.domain.shared.decoding import decode
from moniqo.domain.shared.entity import Value
from moniqo.domain.trading.ledger import LedgerKind, Movement
from moniqo.domain.trading.wallet import Wallet

_FIELD = "starting_balances"


@dataclass(frozen=True, slots=True)
class _Funds(Value):
    starting_balances: Mapping[str, Decimal]


def first_deposits(catalogue: Wallet) -> tuple[Movement, ...]:
    """The deposits of play money that come with connecting it; none at a real venue."""
    if not catalogue.is_paper:
        return ()
    funds = decode(_Funds, {_FIELD: catalogue.config.get(_FIELD, {})})
    return tuple(
        Movement(currency, amount, LedgerKind.DEPOSIT)
        for currency, amount in funds.starting_balances.items()
        if amount
    )
