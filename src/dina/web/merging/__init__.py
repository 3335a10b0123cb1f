"""Duplicates: finding them, seeing them side by side, making one of them, and taking that back."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area
from dina.web.merging import candidates, comparing, doing

AREA = Area(
    "merging",
    (
        Route(f"{PREFIX}/{{type}}/merge", comparing.compare, methods=["GET", "POST"]),
        Route(f"{PREFIX}/{{type}}/duplicates", candidates.listing),
        Route(f"{PREFIX}/{{type}}/merges/{{id:uuid}}", doing.show, methods=["GET", "POST"]),
    ),
)
