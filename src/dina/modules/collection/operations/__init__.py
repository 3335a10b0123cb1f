"""The endpoints of this module beside those of its types."""

from dina.modules.collection.operations import (
    actions,
    emptying,
    extensions,
    geology,
    identifiers,
    interpretation,
    moves,
    places,
    provenance,
    scan,
    sequence,
    soft_checks,
    summary,
)

PARTS = (
    sequence,
    identifiers,
    summary,
    extensions,
    moves,
    emptying,
    places,
    scan,
    actions,
    interpretation,
    provenance,
    geology,
    soft_checks,
)
OPERATIONS = tuple(operation for part in PARTS for operation in part.OPERATIONS)

__all__ = ["OPERATIONS"]
