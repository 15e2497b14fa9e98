"""A new password for who forgot the old one."""

from dataclasses import dataclass

from moniqo.application.identity.changing_passwords import PasswordChanges
from moniqo.application.identity.link import Holder, LinkText, holder_of
from moniqo.application.identity.mail_tokens import MailTokens
from moniqo.application.identity.password_rules import PasswordRules
from moniqo.application.identity.ports import PasswordHasher
from moniqo.application.shared.caller import acting_as
from moniqo.application.shared.conflicts import settled
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.domain.identity.credentials import Password, PasswordHash
from moniqo.domain.identity.mail_token import MailPurpose
from moniqo.domain.shared.entity import Value


@dataclass(frozen=True, slots=True)
class PasswordReset(Value):
    """The token that the link carries, and the new password."""

    token: LinkText
    password: Password


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """Set the password of a link's owner, end every session of theirs and unlock the account.

    The link proves that the address is theirs. Raises `InvalidToken`, and to who has a good link
    `WeakPassword`, which leaves it good.
    """

    uow: UnitOfWork
    tokens: MailTokens
    rules: PasswordRules
    hasher: PasswordHasher
    changes: PasswordChanges

    async def __call__(self, *, reset: PasswordReset) -> None:
        """Use the link."""
        holder = await self._holder(reset.token)
        self.rules.require(reset.password, email=holder.account.email, names=holder.names)
        hashed = await self.hasher.hash(reset.password)
        await settled(lambda: self._reset(reset.token, hashed))

    async def _holder(self, text: str) -> Holder:
        async with self.uow() as tx:
            return await holder_of(tx, await self.tokens.find(tx, text, MailPurpose.RESET))

    async def _reset(self, text: str, hashed: PasswordHash) -> None:
        async with self.uow() as tx:
            token = await self.tokens.redeem(tx, text, MailPurpose.RESET)
            holder = await holder_of(tx, token)
            with acting_as(holder.user_id):
                account = holder.account.verified()
                await self.changes.apply(tx, holder.user_id, account, hashed)
