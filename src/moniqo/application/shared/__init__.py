"""What every use case is written with: unit of work, queries, caller, system ports."""
