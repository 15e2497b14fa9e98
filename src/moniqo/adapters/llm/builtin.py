"""The built-in agent: a strategy that answers like a model, without any network."""

from decimal import Decimal

from moniqo.application.agents.ports import ModelAnswer, Question
from moniqo.domain.agents.decision import Action
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.agents.strategy import Strategy, strategy_of
from moniqo.domain.shared.decimals import canonical

_SAID = {
    Action.BUY: "says buy",
    Action.CLOSE: "says sell",
    Action.HOLD: "sees no reason to trade",
}


class BuiltinModel:
    """See `LanguageModel`. Deterministic: the same snapshot gets the same answer."""

    def worst_cost(self, question: Question) -> Decimal:
        """See `LanguageModel`."""
        return question.agent.cost_per_call

    async def answer(self, question: Question) -> ModelAnswer:
        """See `LanguageModel`."""
        config = question.agent.config
        strategy = strategy_of(config)
        action, reason = _judgement(strategy, question.snapshot)
        text = _worded(action, f"{config['strategy']} {reason}.", strategy, question.snapshot)
        return ModelAnswer(text, question.agent.cost_per_call)


def _judgement(strategy: Strategy, snapshot: Snapshot) -> tuple[Action, str]:
    if len(snapshot.candles) < strategy.bars:
        return Action.HOLD, f"waits for {strategy.bars} candles"
    holding = snapshot.position > 0
    if not holding and snapshot.holdings.open_orders:
        return Action.HOLD, "waits for an order to be filled"
    closes = [bar.close for bar in snapshot.candles[-strategy.bars :]]
    action = strategy.decide(closes, holding=holding)
    return action, _SAID[action]


def _worded(action: Action, rationale: str, strategy: Strategy, snapshot: Snapshot) -> str:
    # Nothing in it needs escaping: symbols and strategies are plain names.
    decided = f'"action":"{action.value}","symbol":"{snapshot.symbol}","rationale":"{rationale}"'
    if action is Action.HOLD:
        return f"{{{decided}}}"
    size = f'"fraction":"{canonical(strategy.fraction)}",' if action is Action.BUY else ""
    close = canonical(snapshot.last.close)
    return f'{{{decided},{size}"evidence":[{{"field":"close","value":"{close}"}}]}}'
