"""Keeping the index in step with the modules: reading their APIs, flattening records, following change feeds."""
