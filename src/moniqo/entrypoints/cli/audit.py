"""`moniqo audit`."""

from typing import Any

import rich_click as click

from moniqo.entrypoints.cli.answer import Answer
from moniqo.entrypoints.cli.exits import Exit
from moniqo.entrypoints.cli.operation import operation
from moniqo.entrypoints.cli.parameters import HEAD


@click.group()
def audit() -> None:
    """The trail of what was done."""


@audit.command()
@click.option("--head", type=HEAD, help="SEQ:HASH, told earlier: it must still be in the chain.")
@operation
async def verify(head: tuple[int, str] | None) -> Answer:
    """Seal what is not sealed yet, follow the chain, name the first entry that was touched.

    The chain cannot show by itself that its end was cut off: keep the head that this tells
    somewhere else, and give it next time.
    """
    from moniqo.application.audit.chain import Head
    from moniqo.application.audit.verify_audit import VerifyAudit
    from moniqo.entrypoints.cli.session import session

    async with session() as container:
        run = await container.get(VerifyAudit)
        found = await run(known=Head(*head) if head else None)
    broken = found.broken and {
        "seq": found.broken.seq,
        "id": found.broken.id and str(found.broken.id),
        "damage": found.broken.damage.name.lower(),
        "message": found.broken.damage.value,
    }
    data = {
        "ok": broken is None,
        "entries": found.entries,
        "head": {"seq": found.head.seq, "hash": found.head.hash},
        "broken": broken,
    }
    return Answer(data, _text(data), Exit.DONE if broken is None else Exit.BROKEN)


def _text(data: dict[str, Any]) -> str:
    entries, head, broken = data["entries"], data["head"], data["broken"]
    whole = f"{entries} entries are as they were written."
    if broken is None:
        return f"{whole}\nHead: {head['seq']}:{head['hash']}"
    named = f" ({broken['id']})" if broken["id"] else ""
    return f"{whole}\nBROKEN at entry {broken['seq']}{named}: {broken['message']}."
