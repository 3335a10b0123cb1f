"""The rules R1 to R171, grouped as in the contract (api.md §29)."""

from dina.base.conformance.rules import (
    addresses,
    bulk,
    description,
    dialects,
    documents,
    errors,
    filtering,
    meta,
    query,
    reading,
    security,
    selecting,
    tokens,
    updating,
    writing,
)

__all__ = [
    "addresses",
    "bulk",
    "description",
    "dialects",
    "documents",
    "errors",
    "filtering",
    "meta",
    "query",
    "reading",
    "security",
    "selecting",
    "tokens",
    "updating",
    "writing",
]
