"""How much one search may ask: enough for what people do, too little to keep a server busy."""

from __future__ import annotations

MAX_DEPTH = 20
MAX_NODES = 1000
MAX_VALUES = 10_000
"""Values of one comparison, or ids: a list pasted from a spreadsheet."""
MAX_TEXT = 1000
"""Characters of a value or of the words sought."""
MAX_POINTS = 5000
"""Corners of a polygon."""
MAX_FIELDS = 100
MAX_BOX = 4000
"""Characters of the search box."""
