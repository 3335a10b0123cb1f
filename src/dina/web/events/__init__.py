"""Collecting events: the page of one with map and specimens, its form, and a copy of it for one specimen."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area
from dina.web.events import form, record
from dina.web.specimens import checking

EVENTS = f"{PREFIX}/collecting-event"
BASE = f"{EVENTS}/{{id:uuid}}"

AREA = Area(
    "events",
    (
        Route(f"{EVENTS}/new", form.new, methods=["GET", "POST"]),
        Route(f"{EVENTS}/check", checking.check_event, methods=["POST"]),
        Route(BASE, record.show),
        Route(f"{BASE}/edit", form.edit, methods=["GET", "POST"]),
        Route(f"{BASE}/copy", form.copy, methods=["POST"]),
    ),
)
