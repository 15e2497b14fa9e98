"""Settings that cannot be used."""

from moniqo.domain.shared.errors import Fault


class WrongSettings(Exception):
    """At least one setting is wrong; `faults` names every one of them by its variable."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{fault.field}: {fault.message}" for fault in faults))
