"""One search made ready: the records it means, as SQL that every part of the answer is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection, errors

from dina.base.errors import Error, Problem
from dina.modules.search.engine.compile import FALSE, TRUE, Compiler, Counted
from dina.modules.search.engine.inside import Visible
from dina.modules.search.engine.registry import Registry, Sight
from dina.modules.search.index.store import sql
from dina.modules.search.query.tree import All, Node

SECONDS = 20
Trees = Node | Mapping[str, Node]
"""One tree for all types, or one for each."""
"""How long one statement may take."""


@dataclass
class Asking:
    """The records of some types that meet a tree and may be seen; `narrowed` ones share its values."""

    connection: AsyncConnection[Any]
    registry: Registry
    sight: Sight
    generation: int
    types: tuple[str, ...]
    condition: str
    values: dict[str, Any]
    queries: list[str] = field(default_factory=list[str])
    everything: bool = False
    counted: Counted | None = None
    """What one term or word all of them have and nothing else is asked, so that the index knows how many they are."""

    @property
    def table(self) -> str:
        return f"search.entry_{self.generation}"

    @property
    def usage(self) -> str:
        return f"search.usage_{self.generation}"

    async def known_total(self) -> int | None:
        """How many there are where the index keeps their number."""
        if self.counted is None:
            return None
        seen = self.sight.condition()[0]
        if self.counted.term is not None:
            text = f"SELECT coalesce(sum(n), 0), 1 FROM {self.usage} WHERE term = %(counted)s AND {seen}"
            rows = await self.rows(text, {"counted": self.counted.term})
        else:
            told = {"counted": self.counted.word, "counted_of": self.types[0]}
            rows = await self.rows(
                f"SELECT coalesce(sum(n) FILTER (WHERE {seen}), 0), count(*) FROM search.said_{self.generation} "
                "WHERE type = %(counted_of)s AND word = %(counted)s",
                told,
            )
        found, there = rows[0]
        return int(found) if there else None

    @property
    def source(self) -> str:
        return f"{self.table} WHERE {self.condition}"

    async def rows(self, text: str, more: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a statement. Raises Problem where it takes too long."""
        try:
            cursor = await self.connection.execute(sql(text), {**self.values, **(more or {})})
            return [
                tuple(one.decode() if isinstance(one, bytes) else one for one in row)
                for row in await cursor.fetchall()
            ]
        except errors.QueryCanceled:
            raise Problem(Error("UNAVAILABLE", key="search.slow"), headers={"Retry-After": "5"}) from None

    async def narrowed(self, node: Node) -> Asking:
        """Those that meet another tree as well."""
        visible = visible_of(self.generation, self.sight)
        compiled = await compiled_for(
            self.connection, self.registry, self.types, node, visible, dict(self.values)
        )
        return Asking(
            self.connection, self.registry, self.sight, self.generation, self.types,
            f"{self.condition} AND {compiled.text}", compiled.values, self.queries,
        )  # fmt: skip

    def with_terms(self, terms: Sequence[int]) -> Asking:
        """Those that have some of the terms."""
        name = f"v{len(self.values)}"
        return Asking(
            self.connection, self.registry, self.sight, self.generation, self.types,
            f"{self.condition} AND terms && %({name})s::bigint[]", {**self.values, name: list(terms)}, self.queries,
        )  # fmt: skip


@dataclass(slots=True)
class Compiled:
    text: str
    values: dict[str, Any]
    queries: list[str]
    counted: Counted | None = None


async def asking(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], tree: Trees
) -> Asking:
    """Read the tree, or that of each type. Raises Problem."""
    for type_ in types:
        if type_ not in registry.fields.prefixes:
            raise Problem(
                Error(
                    "BAD_PARAMETER",
                    key="search.type",
                    values={"type": type_},
                    pointer="/data/attributes/type",
                )
            )
    if not types:
        raise Problem(
            Error("BAD_PARAMETER", key="search.type", values={"type": ""}, pointer="/data/attributes/type")
        )
    cursor = await connection.execute("SELECT generation FROM search.state")
    row = await cursor.fetchone()
    assert row is not None
    seen, values = sight.condition()
    compiled = await compiled_for(connection, registry, types, tree, visible_of(row[0], sight), dict(values))
    return Asking(
        connection, registry, sight, row[0], types, f"{seen} AND {compiled.text}", compiled.values, compiled.queries,
        all(one == All() for one in ([tree] if isinstance(tree, Node) else tree.values())), compiled.counted,
    )  # fmt: skip


def visible_of(generation: int, sight: Sight) -> Visible:
    seen, values = sight.condition()
    return Visible(f"search.entry_{generation} WHERE {seen}", values)


async def compiled_for(
    connection: AsyncConnection[Any], registry: Registry, types: tuple[str, ...], tree: Trees, visible: Visible,
    values: dict[str, Any],
) -> Compiled:  # fmt: skip
    """SQL for several types: a field that only some of them have is not there in the others."""
    parts: list[str] = []
    queries: list[str] = []
    problem: Problem | None = None
    counted: Counted | None = None
    for type_ in types:
        compiler = Compiler(connection, registry, type_, visible, values)
        try:
            condition = await compiler.condition(tree if isinstance(tree, Node) else tree[type_])
        except Problem as fault:
            if len(types) == 1 or any(error.code != "UNKNOWN_ATTRIBUTE" for error in fault.errors):
                raise
            problem = fault
            continue
        queries += compiler.queries
        counted = compiler.counted.get(bare(condition)) if len(types) == 1 else None
        named = f"type = {compiler.put(type_)}"
        parts.append(named if condition == TRUE else f"({named} AND {condition})")
    if problem is not None and not parts:
        raise problem
    return Compiled(f"({' OR '.join(parts) or FALSE})", values, list(dict.fromkeys(queries)), counted)


def bare(condition: str) -> str:
    """A condition without the parentheses of groups that it is alone in."""
    while condition.startswith("((") and condition.endswith("))"):
        condition = condition[1:-1]
    return condition
