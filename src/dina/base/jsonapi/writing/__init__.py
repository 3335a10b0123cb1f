"""Writing: one function for single, bulk, relationship and atomic requests (api.md part C)."""
