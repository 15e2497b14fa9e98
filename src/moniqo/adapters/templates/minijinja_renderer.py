"""Prompts by MiniJinja: compiled once, without reach beyond their variables."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from minijinja import Environment, TemplateError

from moniqo.adapters.codec import instant_text
from moniqo.adapters.templates.grammar import VARIABLES, names_in, refused
from moniqo.domain.agents.snapshot import Snapshot
from moniqo.domain.shared.decimals import canonical
from moniqo.domain.shared.errors import Invalid
from moniqo.domain.trading.market import Candle

FUEL = 50_000
"""Most instructions that one rendering may take; a candle shown in a loop takes about 30."""
MOST_OUTPUT = 100_000_000
"""Characters that a rendering cannot pass, whatever it does with its fuel."""
LONGEST_PROMPT = 200_000
COMPILED = 256
"""Templates that are kept compiled, the least recently used going first."""


class _ShownCandle:
    """A candle as templates see it; a figure is put into words when it is looked at."""

    __slots__ = ("_bar",)

    def __init__(self, bar: Candle) -> None:
        self._bar = bar

    opened_at = property(lambda self: instant_text(self._bar.opened_at))
    open = property(lambda self: canonical(self._bar.open))
    high = property(lambda self: canonical(self._bar.high))
    low = property(lambda self: canonical(self._bar.low))
    close = property(lambda self: canonical(self._bar.close))
    volume = property(lambda self: canonical(self._bar.volume))

    def __repr__(self) -> str:
        return (
            f"{self.opened_at} open {self.open} high {self.high} "
            f"low {self.low} close {self.close} volume {self.volume}"
        )


_SHOWN: Mapping[str, Callable[[Snapshot], Any]] = {
    "symbol": lambda snapshot: snapshot.symbol,
    "timeframe": lambda snapshot: snapshot.timeframe.value,
    "now": lambda snapshot: instant_text(snapshot.holdings.as_of),
    "candles": lambda snapshot: tuple(map(_ShownCandle, snapshot.candles)),
    "cash": lambda snapshot: canonical(snapshot.cash),
    "position": lambda snapshot: canonical(snapshot.position),
    "entry_price": lambda snapshot: (
        None if snapshot.holdings.entry_price is None else canonical(snapshot.holdings.entry_price)
    ),
    "open_orders": lambda snapshot: snapshot.holdings.open_orders,
    "answers": lambda snapshot: tuple(
        {"step": answer.step, "text": answer.text} for answer in snapshot.answers
    ),
}


class MinijinjaRenderer:
    """See `PromptRenderer`. Undefined variables are errors, nothing is escaped or loaded."""

    def __init__(self) -> None:
        self._environment = Environment(
            undefined_behavior="strict",
            auto_escape_callback=lambda _: False,
            pycompat=False,
            debug=True,  # or errors would not say what is wrong
        )
        # By source: the variables that it uses.
        self._compiled: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def check(self, template: str) -> None:
        """See `PromptRenderer`."""
        self._variables(template)

    def render(self, template: str, snapshot: Snapshot) -> str:
        """See `PromptRenderer`."""
        used = self._variables(template)
        longest = max(len(template), *(len(answer.text) for answer in snapshot.answers), 1)
        self._environment.fuel = min(FUEL, MOST_OUTPUT // longest)
        shown = {name: _SHOWN[name](snapshot) for name in used}
        try:
            text = self._environment.render_template(template, **shown)
        except TemplateError as problem:
            raise _failed(problem) from None
        if len(text) > LONGEST_PROMPT:
            raise refused(1, f"the text is longer than {LONGEST_PROMPT} characters")
        return text

    def _variables(self, template: str) -> tuple[str, ...]:
        known = self._compiled.get(template)
        if known is None:
            known = self._compile(template)
            self._compiled[template] = known
            if len(self._compiled) > COMPILED:
                self._environment.remove_template(self._compiled.popitem(last=False)[0])
        else:
            self._compiled.move_to_end(template)
        return known

    def _compile(self, template: str) -> tuple[str, ...]:
        names = names_in(template)
        try:
            unknown = self._environment.undeclared_variables_in_str(template) - VARIABLES
            if unknown:
                name = min(unknown)
                line = template.count("\n", 0, template.find(name)) + 1
                raise refused(line, f"{name} is not a variable that prompts have")
            self._environment.add_template(template, template)
        except TemplateError as problem:
            raise _failed(problem) from None
        return tuple(names & VARIABLES)


def _failed(problem: TemplateError) -> Invalid:
    if problem.kind == "OutOfFuel":
        return refused(problem.line, "it takes too long; show less")
    return refused(problem.line, problem.detail or problem.kind)
