"""Agents, prompts, flows, runs and backtests."""

from datetime import timedelta
from typing import NewType

from dishka import Provider, Scope, provide

from moniqo.adapters.llm.builtin import BuiltinModel
from moniqo.adapters.llm.routing import RoutingModel
from moniqo.adapters.persistence.collections import REGISTRY
from moniqo.adapters.queue.worker import Terms
from moniqo.adapters.schedules import CronSchedules
from moniqo.adapters.simulation.laboratory import MemoryLaboratory
from moniqo.adapters.templates.minijinja_renderer import MinijinjaRenderer
from moniqo.application.agents.execute_flow_step import ExecuteFlowStep
from moniqo.application.agents.laboratory import Laboratory
from moniqo.application.agents.ports import LanguageModel, PromptRenderer
from moniqo.application.agents.run_backtest import RunBacktest
from moniqo.application.agents.run_flow import RunFlow
from moniqo.application.agents.start_backtest import StartBacktest
from moniqo.application.agents.step_outcome import StepOutcome
from moniqo.application.shared.cron import Schedules
from moniqo.application.shared.persistence import UnitOfWork
from moniqo.application.shared.system import Clock, Ids
from moniqo.application.shared.tasks import TaskQueue
from moniqo.application.trading.ports import MarketData
from moniqo.domain.agents.agent import Provider as ModelProvider
from moniqo.entrypoints.settings import Settings

Lease = NewType("Lease", timedelta)


class Agents(Provider):
    """Everything of the context `agents`."""

    scope = Scope.APP
    schedules = provide(CronSchedules, provides=Schedules)
    renderer = provide(MinijinjaRenderer, provides=PromptRenderer)
    outcome = provide(StepOutcome)

    @provide
    def model(self) -> LanguageModel:
        """The built-in one alone: it needs no network."""
        return RoutingModel({ModelProvider.BUILTIN: BuiltinModel()})

    @provide
    def laboratory(self, renderer: PromptRenderer, model: LanguageModel) -> Laboratory:
        """Simulations in memory."""
        return MemoryLaboratory(REGISTRY, renderer, model)

    @provide
    def lease(self, settings: Settings) -> Lease:
        """How long a process that fell silent keeps others from its work."""
        return Lease(timedelta(seconds=settings.jobs.job_lease_seconds))

    @provide
    def run_flow(
        self,
        uow: UnitOfWork,
        clock: Clock,
        execute: ExecuteFlowStep,
        terms: Terms,
        lease: Lease,
    ) -> RunFlow:
        """Runs are held in the name of this process, which no other has."""
        return RunFlow(uow, clock, execute, terms.name, lease)

    @provide
    def run_backtest(
        self,
        uow: UnitOfWork,
        clock: Clock,
        market: MarketData,
        laboratory: Laboratory,
        lease: Lease,
    ) -> RunBacktest:
        """Over stored candles."""
        return RunBacktest(uow, clock, market, laboratory, lease)

    @provide
    def start_backtest(
        self, uow: UnitOfWork, clock: Clock, ids: Ids, queue: TaskQueue, settings: Settings
    ) -> StartBacktest:
        """So many a user as the settings say."""
        return StartBacktest(uow, clock, ids, queue, settings.jobs.max_unfinished_backtests)
