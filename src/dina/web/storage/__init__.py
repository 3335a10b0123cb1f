"""Storage: the tree of places, what is in one, moving things, and the scan station."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.storage import moving, places, station
from dina.web.texts import N_

BASE = f"{PREFIX}/storage"
TYPE = "storage-unit"

AREA = Area(
    "storage",
    (
        Route(BASE, places.tree),
        Route(f"{BASE}/scan", station.show, methods=["GET", "POST"]),
        Route(f"{PREFIX}/scan", station.resolve),
        Route(f"{BASE}/move", moving.move, methods=["POST"]),
        Route(f"{BASE}/{{id:uuid}}", places.unit),
    ),
    links=(
        ("storage", Link(TYPE, "storage", N_("Browse places"))),
        ("storage", Link(TYPE, "storage/scan", N_("Scan station"), "update")),
    ),
    commands=(
        Link(TYPE, "storage/scan", N_("Scan station"), "update"),
        Link(TYPE, "storage", N_("Browse places")),
    ),
)
