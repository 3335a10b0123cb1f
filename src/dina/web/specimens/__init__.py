"""Specimens: search with table, map and charts; the page of one; forms for one, many and derived ones."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.permission import permitted
from dina.web.specimens import (
    checking,
    collecting,
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
from dina.web.specimens.conditions import builder, panel
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
        Route(f"{BASE}/views", listing.save, methods=["POST"]),
        Route(f"{BASE}/selected", selected.act, methods=["POST"]),
        Route(f"{BASE}/bulk", permitted("update", TYPE, bulk_page.show), methods=BOTH),
        Route(f"{BASE}/bulk/grid", permitted("update", TYPE, grid.show), methods=BOTH),
        Route(f"{BASE}/builder", builder.show, methods=BOTH),
        Route(f"{BASE}/filter", panel.save, methods=["POST"]),
        Route(f"{BASE}/check", checking.check, methods=["POST"]),
        Route(f"{BASE}/new", permitted("create", TYPE, entry.new), methods=BOTH),
        Route(f"{BASE}/series", permitted("create", TYPE, series.show), methods=BOTH),
        Route(f"{BASE}/derive", permitted("create", TYPE, deriving.show), methods=BOTH),
        Route(f"{BASE}/identify", permitted("update", TYPE, identifying.show), methods=BOTH),
        Route(f"{BASE}/{{id:uuid}}", record.record),
        Route(f"{BASE}/{{id:uuid}}/set", collecting.into_set, methods=["POST"]),
        Route(f"{BASE}/{{id:uuid}}/edit", permitted("update", TYPE, entry.edit), methods=BOTH),
        Route(f"{TEMPLATES}/new", designing.new, methods=BOTH),
        Route(f"{TEMPLATES}/{{id:uuid}}/design", designing.design, methods=BOTH),
        Route(f"{TEMPLATES}/{{id:uuid}}/edit", designing.edit, methods=BOTH),
    ),
    links=(
        ("specimens", Link(TYPE, "specimens/series", N_("Create a series"), "create")),
        ("specimens", Link(TYPE, "specimens/identify", N_("Identify in bulk"), "update")),
        ("names", Link(TYPE, "specimens?view=tree", N_("Tree of taxa"))),
    ),
    create=(Link(TYPE, "specimens/series", N_("Series of specimens"), "create"),),
    commands=(Link(TYPE, "specimens/series", N_("Create a series"), "create"),),
)
