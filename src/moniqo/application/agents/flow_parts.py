"""What a flow is made of: whether its owner may use it, and keeping it from vanishing."""

from collections.abc import Iterable

from moniqo.application.agents.access import AGENT_ACCESS, PROMPT_ACCESS
from moniqo.application.agents.usage import touch
from moniqo.application.shared.persistence import Transaction
from moniqo.application.shared.query import eq
from moniqo.application.trading.access import USER_WALLET_ACCESS
from moniqo.domain.agents.agent import Agent
from moniqo.domain.agents.flow import Flow, FlowStep
from moniqo.domain.agents.prompt import Prompt
from moniqo.domain.shared.entity import Entity
from moniqo.domain.shared.errors import Fault, Invalid
from moniqo.domain.shared.ids import UserId
from moniqo.domain.trading.wallet import UserWallet

Parts = tuple[list[Entity], list[Fault]]
ABSENT = "refers to nothing that you may use"
INACTIVE = "is not active"


async def flow_parts(tx: Transaction, flow: Flow) -> Parts:
    """The entities of the owner's own that the flow uses, and the fields that are at fault.

    What is somebody else's is as absent as what does not exist.
    """
    found, faults = await _wallet(tx, flow)
    for item in flow.steps:
        for parts, complaints in (
            await _agent(tx, flow.user_id, item),
            await _prompt(tx, flow.user_id, item),
        ):
            found += parts
            faults += complaints
    return found, faults


async def keep(tx: Transaction, parts: Iterable[Entity]) -> None:
    """Make a removal of the parts at the same time fail, or this unit of work: never both pass."""
    await touch(tx, parts)


async def keep_parts(tx: Transaction, flow: Flow) -> None:
    """Keep what the flow uses; raises `Invalid` naming each part that its owner may not use."""
    parts, faults = await flow_parts(tx, flow)
    if faults:
        raise Invalid.naming("Invalid input", faults)
    await keep(tx, parts)


async def _wallet(tx: Transaction, flow: Flow) -> Parts:
    own = USER_WALLET_ACCESS.readable(flow.user_id)
    account = await tx[UserWallet].first(eq("id", flow.user_wallet_id), *own)
    if account is None:
        return [], [Fault("user_wallet_id", ABSENT)]
    return [account], [] if account.is_active else [Fault("user_wallet_id", INACTIVE)]


async def _agent(tx: Transaction, user_id: UserId, item: FlowStep) -> Parts:
    usable = AGENT_ACCESS.readable(user_id)
    agent = await tx[Agent].first(eq("id", item.agent_id), *usable)
    name = f"steps.{item.step}.agent_id"
    if agent is None:
        return [], [Fault(name, ABSENT)]
    own: list[Entity] = [agent] if agent.owner_id == user_id else []
    return own, [] if agent.is_active else [Fault(name, INACTIVE)]


async def _prompt(tx: Transaction, user_id: UserId, item: FlowStep) -> Parts:
    usable = PROMPT_ACCESS.readable(user_id)
    prompt = await tx[Prompt].first(eq("id", item.prompt_id), *usable)
    if prompt is None:
        return [], [Fault(f"steps.{item.step}.prompt_id", ABSENT)]
    return [prompt] if prompt.owner_id == user_id else [], []
