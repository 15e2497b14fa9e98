"""What every context of the domain is written with: entities, rules, scalars, errors."""
