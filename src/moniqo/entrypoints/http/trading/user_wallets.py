"""The user's accounts at venues."""

from moniqo.application.identity.principal import Principal
from moniqo.application.shared.cache import Part
from moniqo.application.shared.drafts import replacement
from moniqo.application.shared.query import Listing, Page
from moniqo.application.trading.archive_user_wallet import ArchiveUserWallet
from moniqo.application.trading.connect_wallet import ConnectWallet
from moniqo.application.trading.get_user_wallet import GetUserWallet
from moniqo.application.trading.list_user_wallets import ListUserWallets
from moniqo.application.trading.update_user_wallet import UpdateUserWallet
from moniqo.application.trading.user_wallet_drafts import UserWalletDraft
from moniqo.application.trading.user_wallet_views import UserWalletView
from moniqo.domain.shared.ids import UserWalletId
from moniqo.domain.trading.wallet import UserWallet, Wallet
from moniqo.entrypoints.http.arguments import Changes
from moniqo.entrypoints.http.endpoint import DELETE, GET, PATCH, POST, PUT, Controller, endpoint
from moniqo.entrypoints.http.lists import Lists
from moniqo.entrypoints.http.openapi.example_values import IDENTITY

EXAMPLE = {"wallet_id": IDENTITY, "label": "Practice"}


def _made_of(caller: Principal) -> tuple[Part, ...]:
    return (Part(UserWallet, caller.user_id), Part(Wallet))


class UserWalletController(Controller):
    """`/users/me/wallets`."""

    path = "/api/v1/users/me/wallets"
    tag = "Your wallets"

    @endpoint(
        GET,
        summary="List your wallets",
        lists=Lists(
            UserWallet, sort=("created_at", "label"), filters=("wallet_id", "label", "is_active")
        ),
        made_of=_made_of,
    )
    async def index(
        self, caller: Principal, listing: Listing, list_wallets: ListUserWallets
    ) -> Page[UserWalletView]:
        """Your accounts with their balances, the newest first."""
        return await list_wallets(user_id=caller.user_id, listing=listing)

    @endpoint(
        POST, summary="Connect a wallet", status=201, message="Wallet connected.", example=EXAMPLE
    )
    async def connect(
        self, caller: Principal, data: UserWalletDraft, connect: ConnectWallet
    ) -> UserWalletView:
        """Open an account at a venue. A paper one comes with its starting balances."""
        return await connect(user_id=caller.user_id, draft=data)

    @endpoint(GET, "/{user_wallet_id}", summary="Get one of your wallets", made_of=_made_of)
    async def fetch(
        self, caller: Principal, user_wallet_id: UserWalletId, get_wallet: GetUserWallet
    ) -> UserWalletView:
        """An account with its balances; its credentials are shown to nobody."""
        return await get_wallet(user_id=caller.user_id, user_wallet_id=user_wallet_id)

    @endpoint(
        PUT,
        "/{user_wallet_id}",
        summary="Replace one of your wallets",
        message="Wallet changed.",
        example=EXAMPLE,
    )
    async def replace(
        self,
        caller: Principal,
        user_wallet_id: UserWalletId,
        data: UserWalletDraft,
        update: UpdateUserWallet,
    ) -> UserWalletView:
        """Change every field but the venue; credentials that are not sent are kept."""
        return await update(
            user_id=caller.user_id, user_wallet_id=user_wallet_id, changes=replacement(data)
        )

    @endpoint(
        PATCH,
        "/{user_wallet_id}",
        summary="Change one of your wallets",
        message="Wallet changed.",
        example={"label": "Practice, second try"},
    )
    async def change(
        self,
        caller: Principal,
        user_wallet_id: UserWalletId,
        changes: Changes[UserWalletDraft],
        update: UpdateUserWallet,
    ) -> UserWalletView:
        """Change the fields that are sent; null as credentials takes them away."""
        return await update(user_id=caller.user_id, user_wallet_id=user_wallet_id, changes=changes)

    @endpoint(
        DELETE,
        "/{user_wallet_id}",
        summary="Disconnect one of your wallets",
        message="Wallet disconnected.",
    )
    async def remove(
        self, caller: Principal, user_wallet_id: UserWalletId, archive: ArchiveUserWallet
    ) -> None:
        """Refused while a flow uses it; nothing happens at the venue."""
        await archive(user_id=caller.user_id, user_wallet_id=user_wallet_id)
