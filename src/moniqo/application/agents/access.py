"""Who may read and who may change agents, prompts, flows, runs and backtests."""

from moniqo.application.shared.access import Access
from moniqo.application.shared.query import Condition, either, eq, is_null
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.shared.ids import UserId


def _made(user_id: UserId) -> tuple[Condition, ...]:
    return (eq("owner_id", user_id),)


def _own(user_id: UserId) -> tuple[Condition, ...]:
    return (eq("user_id", user_id),)


def _own_or_shared(user_id: UserId) -> tuple[Condition, ...]:
    return (either(eq("owner_id", user_id), is_null("owner_id")),)


def _own_or_public(user_id: UserId) -> tuple[Condition, ...]:
    return (either(eq("owner_id", user_id), is_null("owner_id"), eq("is_public", True)),)


AGENT_ACCESS = Access(Agent, readable=_own_or_shared, writable=_made)
PROMPT_ACCESS = Access(Prompt, readable=_own_or_public, writable=_made)
FLOW_ACCESS = Access(Flow, readable=_own, writable=_own)
RUN_ACCESS = Access(FlowRun, readable=_own, writable=_own)
BACKTEST_ACCESS = Access(Backtest, readable=_own, writable=_own)

SHARED_AGENT_ACCESS = Access(Agent, readable=_own_or_shared, writable=_own_or_shared)
"""For admins, who also keep the agents that everybody uses."""
SHARED_PROMPT_ACCESS = Access(Prompt, readable=_own_or_public, writable=_own_or_shared)
"""For admins, who also keep the prompts without an owner."""
