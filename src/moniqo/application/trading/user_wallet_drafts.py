"""What callers send to connect or change a wallet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from moniqo.application.shared.vault import Vault, row_context
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import WalletId
from moniqo.domain.shared.rules import Length
from moniqo.domain.shared.types import JsonObject
from moniqo.domain.trading.wallet import UserWallet

LONGEST_CREDENTIALS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWalletDraft(Value):
    """An account at a venue of the catalogue.

    `credentials` are whatever the venue asks for, as an object of at most 4000 characters
    of JSON; no answer ever shows them.
    """

    wallet_id: WalletId
    label: Annotated[str, Length(1, 100)]
    credentials: JsonObject | None = field(default=None, repr=False)
    is_active: bool = True


def sealed_fields(fields: Mapping[str, object], account_id: UUID, vault: Vault) -> dict[str, Any]:
    """The draft's fields with credentials as the account `account_id` keeps them."""
    given = fields.get("credentials")
    if given is None:
        return dict(fields)
    text = json.dumps(given, separators=(",", ":"), ensure_ascii=False)
    if len(text) > LONGEST_CREDENTIALS:
        raise Invalid.field("credentials", f"must have at most {LONGEST_CREDENTIALS} characters")
    return {**fields, "credentials": vault.seal(text.encode(), row_context(UserWallet, account_id))}
