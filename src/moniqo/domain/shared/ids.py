"""One type per kind of identity. All are UUIDv7; a field of such a type is a reference.

Here stand those that other entities refer to; one that none does may stand beside its entity.
"""

from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
UserId = NewType("UserId", UUID)
RoleId = NewType("RoleId", UUID)
PermissionId = NewType("PermissionId", UUID)
SessionId = NewType("SessionId", UUID)

PlanId = NewType("PlanId", UUID)
SubscriptionId = NewType("SubscriptionId", UUID)
UsageId = NewType("UsageId", UUID)

AgentId = NewType("AgentId", UUID)
PromptId = NewType("PromptId", UUID)
FlowId = NewType("FlowId", UUID)
FlowRunId = NewType("FlowRunId", UUID)
BacktestId = NewType("BacktestId", UUID)

WalletId = NewType("WalletId", UUID)
UserWalletId = NewType("UserWalletId", UUID)
InstrumentId = NewType("InstrumentId", UUID)
CandleId = NewType("CandleId", UUID)
OrderId = NewType("OrderId", UUID)
FillId = NewType("FillId", UUID)
TradeId = NewType("TradeId", UUID)
LedgerEntryId = NewType("LedgerEntryId", UUID)

NotificationId = NewType("NotificationId", UUID)
AuditLogId = NewType("AuditLogId", UUID)
OutboxEventId = NewType("OutboxEventId", UUID)
