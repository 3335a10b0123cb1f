"""Resource types of the search module."""

from dina.modules.search.resources.keeping import RecordSet, SavedQuery

__all__ = ["RecordSet", "SavedQuery"]
