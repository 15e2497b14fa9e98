"""Who may read and who may change agents, prompts, flows, runs and backtests."""

from moniqo.application.shared.access import Access, own
from moniqo.application.shared.query import Condition, either, eq, is_null
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.backtest import Backtest
from moniqo.domain.agents.flow import Flow
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.agents.run import FlowRun
from moniqo.domain.shared.ids import UserId


def _made(user_id: UserId) -> tuple[Condition, ...]:
    return (eq("owner_id", user_id),)


def made_or_shared(user_id: UserId) -> tuple[Condition, ...]:
    """The user's own and those of nobody, which admins keep for everybody."""
    return (either(eq("owner_id", user_id), is_null("owner_id")),)


def _made_or_public(user_id: UserId) -> tuple[Condition, ...]:
    return (either(eq("owner_id", user_id), is_null("owner_id"), eq("is_public", True)),)


AGENT_ACCESS = Access(Agent, readable=made_or_shared, writable=_made)
PROMPT_ACCESS = Access(Prompt, readable=_made_or_public, writable=_made)
FLOW_ACCESS = Access(Flow, readable=own, writable=own)
RUN_ACCESS = Access(FlowRun, readable=own, writable=own)
BACKTEST_ACCESS = Access(Backtest, readable=own, writable=own)
