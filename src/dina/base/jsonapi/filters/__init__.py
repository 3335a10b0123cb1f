"""Three filter dialects, one tree (api.md §7)."""

from dina.base.jsonapi.filters.fiql import parse_fiql
from dina.base.jsonapi.filters.simple import parse_simple
from dina.base.jsonapi.filters.tree import (
    And,
    Comparison,
    FilterSyntax,
    Node,
    Op,
    Or,
    conjunction,
    count_comparisons,
    depth,
    walk,
)

__all__ = [
    "And",
    "Comparison",
    "FilterSyntax",
    "Node",
    "Op",
    "Or",
    "conjunction",
    "count_comparisons",
    "depth",
    "parse_fiql",
    "parse_simple",
    "walk",
]
