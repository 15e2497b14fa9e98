"""What callers send to make or change a flow."""

from dataclasses import dataclass, field
from datetime import datetime

from moniqo.application.shared.cron import Schedules
from moniqo.domain.agents.flow import (
    Flow,
    FlowDescription,
    FlowSteps,
    FlowTitle,
    Schedule,
    check_steps,
)
from moniqo.domain.agents.risk import Risk
from moniqo.domain.shared.entity import Value
from moniqo.domain.shared.ids import UserWalletId
from moniqo.domain.trading.market import Symbol, Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDraft(Value):
    """A flow to be. `schedule` is cron with five fields, in UTC."""

    title: FlowTitle
    description: FlowDescription = ""
    steps: FlowSteps
    user_wallet_id: UserWalletId
    symbol: Symbol
    timeframe: Timeframe
    schedule: Schedule | None = None
    risk: Risk = field(default_factory=Risk)

    def check(self) -> None:
        """Steps are numbered without a gap."""
        check_steps(self.steps)


def check_schedule(schedules: Schedules, flow: Flow, now: datetime) -> datetime | None:
    """When the flow's schedule comes next, None without one; raises `Invalid`."""
    return schedules.next_after(flow.schedule, now) if flow.schedule is not None else None
