"""Collecting events: the page of one with map and specimens, its form, and a copy of it for one specimen."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area
from dina.web.events import form, record

BASE = f"{PREFIX}/collecting-event/{{id:uuid}}"

AREA = Area(
    "events",
    (
        Route(BASE, record.show),
        Route(f"{BASE}/edit", form.edit, methods=["GET", "POST"]),
        Route(f"{BASE}/copy", form.copy, methods=["POST"]),
    ),
)
