"""Endpoints of the collection module beside those of its types."""

from dina.modules.collection.operations.interpretation import INTERPRETATION
from dina.modules.collection.operations.provenance import PROVENANCE

OPERATIONS = (INTERPRETATION, PROVENANCE)
