"""The endpoints of the collection module beside those of its types."""

from dina.modules.collection.operations.geology import GEOLOGICAL_SEARCH, RESOLVE_INTERVAL

OPERATIONS = [RESOLVE_INTERVAL, GEOLOGICAL_SEARCH]

__all__ = ["OPERATIONS"]
