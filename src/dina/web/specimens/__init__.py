"""Specimens: search with table, map and charts; the page of one; forms for one, many and derived ones."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.specimens import (
    checking,
    deriving,
    designing,
    entry,
    identifying,
    listing,
    places,
    record,
    selected,
    series,
)
from dina.web.specimens.bulk import grid
from dina.web.specimens.bulk import page as bulk_page
from dina.web.texts import N_

TYPE = "material-sample"
BASE = f"{PREFIX}/specimens"
TEMPLATES = f"{PREFIX}/form-template"
BOTH = ["GET", "POST"]

AREA = Area(
    "specimens",
    (
        Route(BASE, listing.listing),
        Route(f"{BASE}/tiles/{{z:int}}/{{x:int}}/{{y:int}}", places.tile),
        Route(f"{BASE}/selected", selected.act, methods=["POST"]),
        Route(f"{BASE}/bulk", bulk_page.show, methods=BOTH),
        Route(f"{BASE}/bulk/grid", grid.show, methods=BOTH),
        Route(f"{BASE}/check", checking.check, methods=["POST"]),
        Route(f"{BASE}/new", entry.new, methods=BOTH),
        Route(f"{BASE}/series", series.show, methods=BOTH),
        Route(f"{BASE}/derive", deriving.show, methods=BOTH),
        Route(f"{BASE}/identify", identifying.show, methods=BOTH),
        Route(f"{BASE}/{{id:uuid}}", record.record),
        Route(f"{BASE}/{{id:uuid}}/edit", entry.edit, methods=BOTH),
        Route(f"{TEMPLATES}/new", designing.new, methods=BOTH),
        Route(f"{TEMPLATES}/{{id:uuid}}/design", designing.design, methods=BOTH),
        Route(f"{TEMPLATES}/{{id:uuid}}/edit", designing.edit, methods=BOTH),
    ),
    links=(("specimens", Link(TYPE, "specimens/series", N_("Create a series"), "create")),),
    create=(Link(TYPE, "specimens/series", N_("Series of specimens"), "create"),),
    commands=(Link(TYPE, "specimens/series", N_("Create a series"), "create"),),
)
