"""How refusals are worded."""

from moniqo.domain.shared.errors import Fault, Invalid, RuleViolated


def test_every_fault_is_named_in_one_sentence() -> None:
    faults = [Fault("steps.0", "is required"), Fault("", "must be an object")]

    refusal = RuleViolated.naming("The flow cannot run", faults)

    assert refusal.message == "The flow cannot run: steps.0 is required; must be an object."
    assert refusal.faults == tuple(faults)
    assert type(Invalid.naming("Order", faults)) is Invalid
