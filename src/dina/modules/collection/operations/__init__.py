"""The endpoints of this module beside those of its types."""

from dina.modules.collection.operations import extensions, identifiers, sequence, summary

OPERATIONS = (
    *sequence.OPERATIONS, *identifiers.OPERATIONS, *summary.OPERATIONS, *extensions.OPERATIONS,
)  # fmt: skip

__all__ = ["OPERATIONS"]
