"""The commands, put together."""

import rich_click as click

from moniqo import __version__
from moniqo.entrypoints.cli.audit import audit
from moniqo.entrypoints.cli.backtests import backtest
from moniqo.entrypoints.cli.demo import demo
from moniqo.entrypoints.cli.doctor import doctor
from moniqo.entrypoints.cli.exits import DESCRIPTION
from moniqo.entrypoints.cli.flows import flows
from moniqo.entrypoints.cli.init import init
from moniqo.entrypoints.cli.jobs import jobs
from moniqo.entrypoints.cli.mail import mail
from moniqo.entrypoints.cli.market import market
from moniqo.entrypoints.cli.migrate import migrate
from moniqo.entrypoints.cli.openapi import openapi
from moniqo.entrypoints.cli.serve import serve
from moniqo.entrypoints.cli.users import users
from moniqo.entrypoints.cli.worker import worker


@click.group(epilog=DESCRIPTION, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="moniqo")
def moniqo() -> None:
    """A backend on which AI agents trade, under control."""


COMMANDS = (
    *(init, migrate, serve, worker, demo, doctor),
    *(market, users, audit, mail, jobs, flows, backtest),
    openapi,
)
for command in COMMANDS:
    moniqo.add_command(command)
