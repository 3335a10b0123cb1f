"""The endpoints of this module beside those of its types."""

from dina.modules.collection.operations import identifiers, sequence, summary

OPERATIONS = (*sequence.OPERATIONS, *identifiers.OPERATIONS, *summary.OPERATIONS)

__all__ = ["OPERATIONS"]
