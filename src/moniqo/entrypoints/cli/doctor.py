"""`moniqo doctor`."""

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.operation import operation


@click.command()
@operation
async def doctor() -> Answer:
    """Look at settings, store, migrations and every configured service; change nothing."""
    from moniqo.entrypoints.cli.checkup import examine, exit_of, show

    findings = await examine()
    data = {
        "ok": all(finding.ok for finding in findings),
        "checks": [
            {"name": finding.name, "ok": finding.ok, "message": finding.message}
            for finding in findings
        ],
    }
    return Answer(data, lambda: show(findings), exit_of(findings))
