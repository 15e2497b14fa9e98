"""Puts the parts together: which adapter stands behind which port."""

from functools import cache

from dishka import AsyncContainer, Provider, make_async_container

from moniqo.entrypoints.providers.agents import Agents
from moniqo.entrypoints.providers.audit import Audit
from moniqo.entrypoints.providers.billing import Billing
from moniqo.entrypoints.providers.caching import Caching
from moniqo.entrypoints.providers.files import Files
from moniqo.entrypoints.providers.first_start import FirstStart
from moniqo.entrypoints.providers.foundation import Foundation
from moniqo.entrypoints.providers.identity import Identity
from moniqo.entrypoints.providers.jobs import Jobs
from moniqo.entrypoints.providers.limits import Limits
from moniqo.entrypoints.providers.mail import Mails
from moniqo.entrypoints.providers.notifications import Notifications
from moniqo.entrypoints.providers.operations import Operations
from moniqo.entrypoints.providers.trading import Trading
from moniqo.entrypoints.providers.use_cases import UseCases
from moniqo.entrypoints.settings import Settings


def build_container(settings: Settings, *overrides: Provider) -> AsyncContainer:
    """Everything that the settings ask for, made when it is first wanted and kept until `close`.

    `overrides` replace what they provide; tests pass them, nothing is patched.
    """
    contexts = (Identity(), Billing(), Notifications(), Agents(), Trading(), FirstStart())
    edges = (Audit(), Caching(), Files(), Jobs(), Limits(), Mails(), Operations())
    return make_async_container(Foundation(settings), _use_cases(), *contexts, *edges, *overrides)


@cache
def _use_cases() -> UseCases:
    """Looked for once in a process; it holds nothing of any container."""
    return UseCases()
