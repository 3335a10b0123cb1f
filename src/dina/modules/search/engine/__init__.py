"""The engine: what a search means over the index, and its answer.

Everything here is asked with a connection, the registry of fields, and the sight of who asks::

    registry = await registry_of(service, connection)
    found = await search(connection, registry, Sight.of(caller), Search("material-sample", Words("carex")))

What the caller may not see is in no part of any answer: the sight is a condition of every statement.
"""

from dina.modules.search.engine.map import Spot, Tile, tile
from dina.modules.search.engine.model import (
    EXACT_UP_TO,
    SCORE,
    Cluster,
    Facet,
    Found,
    Hit,
    Search,
    Sort,
    Suggestion,
)
from dina.modules.search.engine.registry import Registry, Sight, registry_of
from dina.modules.search.engine.searching import count, ids, search
from dina.modules.search.engine.values import clusters, distinct, suggest

__all__ = [
    "EXACT_UP_TO",
    "SCORE",
    "Cluster",
    "Facet",
    "Found",
    "Hit",
    "Registry",
    "Search",
    "Sight",
    "Sort",
    "Spot",
    "Suggestion",
    "Tile",
    "clusters",
    "count",
    "distinct",
    "ids",
    "registry_of",
    "search",
    "suggest",
    "tile",
]
