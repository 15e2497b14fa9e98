"""The terms of the embedded exchange, as a wallet's configuration has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated

from moniqo.domain.shared.decimals import ZERO
from moniqo.domain.shared.decoding import decode, exact_numbers
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.rules import Range
from moniqo.domain.trading.market import Amount, ExchangeName, Rate

_CURRENCY = re.compile(r"[A-Z0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PaperTerms(Value):
    """On what a paper wallet trades.

    `market` is the exchange whose candles it goes by, `starting_balances` what a new account
    gets, `slippage` the rate by which market prices are worse than the candles', and
    `volume_share` the most of a bar's volume that one order may take.
    """

    market: ExchangeName | None = None
    starting_balances: Mapping[str, Amount] = field(default_factory=dict)
    slippage: Rate = ZERO
    volume_share: Annotated[Decimal, Range(above=0, most=1)] | None = None

    def check(self) -> None:
        """Balances are of currencies."""
        faults = tuple(
            Fault(f"starting_balances.{currency}", "must be named by capital letters or digits")
            for currency in self.starting_balances
            if not _CURRENCY.fullmatch(currency)
        )
        if faults:
            raise Invalid("Paper terms: a balance has no currency.", faults=faults)


def paper_terms(config: Mapping[str, object]) -> PaperTerms:
    """The terms that `config` states; raises `Invalid` naming every fault."""
    return decode(PaperTerms, exact_numbers(config))


def check_terms(config: Mapping[str, object]) -> None:
    """Raise `Invalid`, naming `config.…`, unless the configuration states terms."""
    try:
        paper_terms(config)
    except Invalid as problem:
        faults = tuple(Fault(f"config.{item.field}", item.message) for item in problem.faults)
        raise Invalid(f"config: {problem.message}", faults=faults) from None
