"""Storage: the tree of places, what is in one, moving things, and the scan station."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.permission import permitted
from dina.web.storage import moving, places, several, station
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
        Route(f"{BASE}/several", permitted("create", TYPE, several.show), methods=["GET", "POST"]),
        Route(f"{BASE}/{{id:uuid}}", places.unit),
    ),
    links=(
        ("storage", Link(TYPE, "storage", N_("Browse places"))),
        ("storage", Link(TYPE, "storage/scan", N_("Scan station"), "update")),
        ("storage", Link(TYPE, "storage/several", N_("Several places"), "create")),
    ),
    commands=(
        Link(TYPE, "storage/scan", N_("Scan station"), "update"),
        Link(TYPE, "storage", N_("Browse places")),
    ),
)
