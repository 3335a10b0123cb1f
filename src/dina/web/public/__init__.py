"""Pages for everybody: released specimens at addresses that stay, published data sets, the feed."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.public import pages


def routes(prefix: str = "/{language}") -> list[Route]:
    """The routes of this area; none of them asks for an account."""
    return [
        Route("/specimen/{id:uuid}", pages.address),
        Route(f"{prefix}/public", pages.listing),
        Route(f"{prefix}/public/specimens/{{id:uuid}}", pages.specimen),
        Route(f"{prefix}/public/datasets/{{id:uuid}}", pages.dataset),
    ]
