"""The filter tree: what every dialect is read into and the SQL builder reads from."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass


class Op(enum.Enum):
    """Comparison operators. `MATCH` is a text pattern (`%`, `_`, `\\` escapes) that ignores case."""

    EQ = "EQ"
    NEQ = "NEQ"
    GT = "GT"
    GOE = "GOE"
    LT = "LT"
    LOE = "LOE"
    LIKE = "LIKE"
    ILIKE = "ILIKE"
    IN = "IN"
    NOT_IN = "NIN"
    MATCH = "MATCH"
    NOT_MATCH = "NOT_MATCH"


ORDERED = frozenset({Op.GT, Op.GOE, Op.LT, Op.LOE})
NEGATED = frozenset({Op.NEQ, Op.NOT_IN, Op.NOT_MATCH})
PATTERN = frozenset({Op.LIKE, Op.ILIKE, Op.MATCH, Op.NOT_MATCH})


@dataclass(frozen=True, slots=True)
class Comparison:
    """`path op values`; several values mean any of them (none of them for negated operators).

    `None` among the values is null. `parameter` is the query parameter it came from, for errors.
    """

    path: str
    op: Op
    values: tuple[str | None, ...]
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[Node, ...]


Node = Comparison | And | Or


class FilterSyntax(ValueError):
    """The text is not in the dialect's grammar; `position` is the index of the offending character."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def conjunction(nodes: list[Node]) -> Node | None:
    """All of the nodes; None when there are none."""
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def walk(node: Node) -> Iterator[Comparison]:
    """The comparisons in reading order: the order in which values become statement parameters."""
    if isinstance(node, Comparison):
        yield node
    else:
        for child in node.children:
            yield from walk(child)


def count_comparisons(node: Node) -> int:
    return sum(1 for _ in walk(node))


def depth(node: Node) -> int:
    if isinstance(node, Comparison):
        return 0
    return 1 + max(depth(child) for child in node.children)
