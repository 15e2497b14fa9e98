"""The `.env` file: `NAME=value` lines, comments and quotes, nothing that a shell would run."""

import re
from pathlib import Path

from moniqo.domain.shared.errors import Fault
from moniqo.entrypoints.settings.faults import WrongSettings

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_QUOTED = re.compile(r"""(?:"([^"]*)"|'([^']*)')\s*(?:#.*)?""")


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a file, none if there is no file; raises `WrongSettings`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings((Fault(str(path), f"cannot be read: {error}"),)) from error
    found: dict[str, str] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        parsed = _LINE.fullmatch(stripped)
        if parsed is None:
            faults.append(Fault(f"{path} line {number}", "is not NAME=value"))
        else:
            found[parsed[1]] = _unquoted(parsed[2])
    if faults:
        raise WrongSettings(tuple(faults))
    return found


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    if quoted is not None:
        return quoted[1] if quoted[1] is not None else quoted[2]
    return re.sub(r"(^|\s+)#.*$", "", value).strip()
