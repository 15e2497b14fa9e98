"""What stands in fields that a list does not read."""

from typing import Any

from moniqo.domain.shared.schema import remembered, schema


@remembered
def blanks(entity: type, names: tuple[str, ...]) -> dict[str, Any]:
    """The defaults of the fields; raises `TypeError` for a field that has none of its own."""
    known = {field.name: field for field in schema(entity)}
    odd = [name for name in names if known[name].required or callable(known[name].default)]
    if odd:
        raise TypeError(f"{entity.__name__} cannot be read without {', '.join(odd)}")
    return {name: known[name].default for name in names}
