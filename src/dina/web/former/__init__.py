"""Addresses of dina-ui, the interface of the reference: links that people have kept lead to our pages."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import Area
from dina.web.former import addresses

AREA = Area(
    "former",
    (
        *(Route(path, addresses.page) for path in addresses.PAGES),
        Route("/{section}/revisions-by-user", addresses.page),
        # Some kinds stand below the name of their module, others do not.
        *(
            Route(f"{begin}/{action}", addresses.of_type)
            for begin in ("/{section}/{type}", "/{type}")
            for action in addresses.ACTIONS
        ),
    ),
)
