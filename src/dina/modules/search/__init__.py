"""The search module: one index over all modules, fed by their change feeds."""
