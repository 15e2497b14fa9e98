"""Who may read and who may change what is traded, with what and where."""

from moniqo.application.shared.access import Access, own
from moniqo.application.shared.query import Condition, any_of
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.market import Candle, Instrument
from moniqo.domain.trading.trade import Trade
from moniqo.domain.trading.wallet import UserWallet, Wallet


def _every(_: UserId) -> tuple[Condition, ...]:
    return ()


def _none(_: UserId) -> tuple[Condition, ...]:
    return (any_of("id", ()),)


USER_WALLET_ACCESS = Access(UserWallet, readable=own, writable=own)
TRADE_ACCESS = Access(Trade, readable=own, writable=own)
WALLET_ACCESS = Access(Wallet, readable=_every, writable=_every)
"""Whoever signed in reads the catalogue; `wallets:write` is asked of whoever changes it."""
INSTRUMENT_ACCESS = Access(Instrument, readable=_every, writable=_none)
CANDLE_ACCESS = Access(Candle, readable=_every, writable=_none)
