"""The follower as a worker runs it."""

from __future__ import annotations

from dina.base.jsonapi.service import Service
from dina.modules.search.index.follower import follow


def prefixes_of(service: Service) -> list[str]:
    """The prefixes of the modules whose types are searched."""
    return sorted({prefix for prefix in service.owners.values() if prefix})


async def beside(url: str, service: Service) -> None:
    """Keep the index in step as long as the worker runs."""
    assert service.client_as is not None
    await follow(url, service.client_as, prefixes_of(service), open=service.open)
