"""What a paper wallet starts with."""

from moniqo.domain.trading.ledger import LedgerKind, Movement
from moniqo.domain.trading.paper import paper_terms
from moniqo.domain.trading.wallet import Wallet


def first_deposits(catalogue: Wallet) -> tuple[Movement, ...]:
    """The deposits of play money that come with connecting it; none at a real venue."""
    if not catalogue.is_paper:
        return ()
    terms = paper_terms(catalogue.config)
    return tuple(
        Movement(currency, amount, LedgerKind.DEPOSIT)
        for currency, amount in terms.starting_balances.items()
        if amount
    )
