"""The catalogue of venues."""

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.access import Browse, Fetch
from moniqo.application.shared.query import Listing, Page
from moniqo.domain.shared.ids import WalletId
from moniqo.domain.trading.wallet import Wallet
from moniqo.entrypoints.http.endpoint import GET, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists


class WalletController(Controller):
    """`/wallets`."""

    path = "/api/v1/wallets"
    tag = "Wallets"

    @endpoint(
        GET,
        summary="List wallets",
        lists=Lists(
            Wallet,
            sort=("name", "created_at"),
            filters=("name", "type", "provider", "is_active"),
            default=("name",),
        ),
    )
    async def index(
        self, caller: Principal, listing: Listing, browse: Browse[Wallet]
    ) -> Page[Wallet]:
        """Where an account can be opened."""
        return await browse(user_id=caller.user_id, listing=listing)

    @endpoint(GET, "/{wallet_id}", summary="Get a wallet")
    async def fetch(self, caller: Principal, wallet_id: WalletId, fetch: Fetch[Wallet]) -> Wallet:
        """One venue of the catalogue."""
        return await fetch(user_id=caller.user_id, entity_id=wallet_id)
