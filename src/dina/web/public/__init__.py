"""Pages for everybody: released specimens at addresses that stay, published data sets, the feed."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area
from dina.web.public import pages

AREA = Area(
    "public",
    (
        Route("/specimen/{id:uuid}", pages.address),
        Route(f"{PREFIX}/public", pages.listing),
        Route(f"{PREFIX}/public/specimens/{{id:uuid}}", pages.specimen),
        Route(f"{PREFIX}/public/datasets/{{id:uuid}}", pages.dataset),
    ),
)
