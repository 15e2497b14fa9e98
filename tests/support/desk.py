"""What users set up before they trade, put together on the memory backend."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest

from moniqo.adapters.quotas import StoredQuotas
from moniqo.adapters.schedules import CronSchedules
from moniqo.adapters.security.aes_gcm_vault import AesGcmVault
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.activate_flow import ActivateFlow
from moniqo.application.agents.archive_agent import ArchiveAgent
from moniqo.application.agents.archive_flow import ArchiveFlow
from moniqo.application.agents.archive_prompt import ArchivePrompt
from moniqo.application.agents.create_agent import CreateAgent
from moniqo.application.agents.create_flow import CreateFlow
from moniqo.application.agents.create_prompt import CreatePrompt
from moniqo.application.agents.pause_flow import PauseFlow
from moniqo.application.agents.stop_flow import StopFlow
from moniqo.application.agents.update_agent import UpdateAgent
from moniqo.application.agents.update_flow import UpdateFlow
from moniqo.application.agents.update_prompt import UpdatePrompt
from moniqo.application.trading.archive_user_wallet import ArchiveUserWallet
from moniqo.application.trading.connect_wallet import ConnectWallet
from moniqo.application.trading.update_user_wallet import UpdateUserWallet
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.shared.ids import UserId
from support.factories import registered_user
from support.people import KEYS, People


@dataclass(frozen=True, slots=True)
class Desk(People):
    """Every use case by its verb phrase."""

    vault: AesGcmVault = field(default_factory=lambda: AesGcmVault(keys=KEYS))
    renderer: MinijinjaRenderer = field(default_factory=MinijinjaRenderer)
    schedules: CronSchedules = field(default_factory=CronSchedules)

    @property
    def quotas(self) -> StoredQuotas:
        return StoredQuotas(self.clock, self.ids)

    @property
    def create_agent(self) -> CreateAgent:
        return CreateAgent(self.uow, self.ids, self.vault, self.quotas)

    @property
    def update_agent(self) -> UpdateAgent:
        return UpdateAgent(self.uow, self.vault)

    @property
    def archive_agent(self) -> ArchiveAgent:
        return ArchiveAgent(self.uow, self.quotas)

    @property
    def create_prompt(self) -> CreatePrompt:
        return CreatePrompt(self.uow, self.ids, self.renderer)

    @property
    def update_prompt(self) -> UpdatePrompt:
        return UpdatePrompt(self.uow, self.renderer)

    @property
    def archive_prompt(self) -> ArchivePrompt:
        return ArchivePrompt(self.uow)

    @property
    def create_flow(self) -> CreateFlow:
        return CreateFlow(self.uow, self.ids, self.clock, self.quotas, self.schedules)

    @property
    def update_flow(self) -> UpdateFlow:
        return UpdateFlow(self.uow, self.clock, self.schedules)

    @property
    def archive_flow(self) -> ArchiveFlow:
        return ArchiveFlow(self.uow, self.quotas)

    @property
    def activate_flow(self) -> ActivateFlow:
        return ActivateFlow(self.uow, self.clock, self.schedules)

    @property
    def pause_flow(self) -> PauseFlow:
        return PauseFlow(self.uow)

    @property
    def stop_flow(self) -> StopFlow:
        return StopFlow(self.uow)

    @property
    def connect_wallet(self) -> ConnectWallet:
        return ConnectWallet(self.uow, self.ids, self.clock, self.vault)

    @property
    def update_user_wallet(self) -> UpdateUserWallet:
        return UpdateUserWallet(self.uow, self.vault)

    @property
    def archive_user_wallet(self) -> ArchiveUserWallet:
        return ArchiveUserWallet(self.uow)

    async def user(self) -> UserId:
        """Somebody on the Free plan: one agent, two flows."""
        return (await registered_user(self)).id


async def open_desk() -> Desk:
    """With roles and plans."""
    desk = Desk()
    await desk.seed()
    return desk


async def faults(refused: Awaitable[Any]) -> dict[str, str]:
    """The fields that are refused as invalid, and why."""
    with pytest.raises(Invalid) as found:
        await refused
    return {fault.field: fault.message for fault in found.value.faults}
