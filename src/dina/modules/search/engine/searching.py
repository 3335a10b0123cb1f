"""Searching: total, page, facets, highlights, in that order and on one snapshot of the index."""

from __future__ import annotations

from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.modules.search.engine.asking import SECONDS, Asking, Trees, asking
from dina.modules.search.engine.checks import is_uuid
from dina.modules.search.engine.facets import estimated, facets_of
from dina.modules.search.engine.highlight import highlighted, values_at
from dina.modules.search.engine.model import EXACT_UP_TO, SCORE, Found, Hit, Search
from dina.modules.search.engine.paging import Cursor, after, cursor_of, keys_of, order_by, ranked
from dina.modules.search.engine.registry import Registry, Sight
from dina.modules.search.index.store import sql
from dina.modules.search.query.folding import words
from dina.modules.search.query.tree import Node, Words, walk

MAX_LIMIT, MAX_OFFSET = 5_000, 100_000
ONLY_ID = ("id",)
FEW = 5_000
"""Records that are all found and then put in order; of more the first are found in their order."""


async def search(connection: AsyncConnection[Any], registry: Registry, sight: Sight, wanted: Search) -> Found:
    """Answer a search. Raises Problem for what cannot be asked."""
    check_page(wanted)
    async with connection.transaction():
        await limit_time(connection)
        asked = await asking(connection, registry, sight, wanted.types, wanted.tree)
        total, exact = await total_of(asked, wanted.exact_total)
        hits, following = await page_of(asked, wanted, total) if wanted.limit else ([], None)
        facets = await facets_of(asked, wanted.facets, total, exact)
    if wanted.highlight:
        sought = sought_words(wanted.tree)
        for hit in hits:
            hit.highlight = highlighted(registry.fields, hit, sought)
    if wanted.fields:
        for hit in hits:
            told = values_at(registry.fields, hit, wanted.fields) if wanted.fields != ONLY_ID else {}
            hit.document = {"data": {"type": hit.type, "id": hit.id}, "values": told}
    return Found(total, exact, hits, facets, following)


async def count(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], tree: Trees, *, exact: bool = False
) -> tuple[int, bool]:  # fmt: skip
    """How many there are, and whether that is exact or only a lower bound."""
    async with connection.transaction():
        await limit_time(connection)
        return await total_of(await asking(connection, registry, sight, types, tree), exact)


async def ids(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], tree: Trees, limit: int
) -> list[str]:  # fmt: skip
    """The ids of the records that meet a tree, at most so many."""
    async with connection.transaction():
        await limit_time(connection)
        asked = await asking(connection, registry, sight, types, tree)
        rows = await asked.rows(f"SELECT id::text FROM {asked.source} LIMIT {int(limit)}")
    return [row[0] for row in rows]


async def limit_time(connection: AsyncConnection[Any]) -> None:
    await connection.execute(sql(f"SET LOCAL statement_timeout = '{SECONDS}s'"))


def check_page(wanted: Search) -> None:
    if not 0 <= wanted.limit <= MAX_LIMIT:
        raise Problem(Error("BAD_PARAMETER", key="search.limit", values={"limit": MAX_LIMIT}, pointer="/data/attributes/page/limit"))  # fmt: skip
    if not 0 <= wanted.offset <= MAX_OFFSET:
        raise Problem(Error("BAD_PARAMETER", key="search.offset", values={"limit": MAX_OFFSET}, pointer="/data/attributes/page/offset"))  # fmt: skip


async def total_of(asked: Asking, exact: bool) -> tuple[int, bool]:
    """The number of records; counting stops at `EXACT_UP_TO` unless it is to be exact, or kept by the index."""
    known = await asked.known_total()
    if known is not None:
        return known, True
    if exact:
        return (await asked.rows(f"SELECT count(*) FROM {asked.source}"))[0][0], True
    rows = await asked.rows(f"SELECT count(*) FROM (SELECT FROM {asked.source} LIMIT {EXACT_UP_TO + 1}) n")
    found = rows[0][0]
    return min(found, EXACT_UP_TO), found <= EXACT_UP_TO


async def page_of(asked: Asking, wanted: Search, total: int) -> tuple[list[Hit], str | None]:
    """The hits of a page and the cursor of the next."""
    cursor = cursor_of(wanted.after) if wanted.after else None
    rank = cursor.ranked if cursor else ranked(asked, wanted, total)
    keys = keys_of(asked, wanted, rank)
    where, offset = asked.condition, wanted.offset
    if cursor is not None:
        if not is_uuid(cursor.id):
            raise Problem(Error("BAD_PARAMETER", key="search.cursor", pointer="/data/attributes/page/after"))
        where, offset = f"{where} AND {after(keys, cursor, asked.values)}", 0
    columns = ", ".join(f"{key.text} AS k{n}" for n, key in enumerate(keys))
    told = ", ".join(f"p.k{n}" for n in range(len(keys)))
    # The documents are fetched for the page alone, and only where somebody looks into them.
    document = "'{}'" if wanted.fields == ONLY_ID and not wanted.highlight else "e.document::text"
    found = f"SELECT type, id, mask, {columns} FROM {asked.table} WHERE {where}"
    if total <= FEW:
        # Else the planner, who takes many values for many records, may walk through all records in their order.
        found = f"SELECT * FROM ({found} OFFSET 0) few"
    rows = await asked.rows(
        f"SELECT e.type, e.id::text, {document}, {told} FROM ({found} "
        f"ORDER BY {order_by(keys)} LIMIT {wanted.limit + 1} OFFSET {offset}) p "
        f"JOIN {asked.table} e ON e.type = p.type AND e.id = p.id AND e.mask = p.mask ORDER BY {order_by(keys).replace('k', 'p.k').replace(', id', ', p.id')}"
    )
    hits = [hit_of(row, rank, [key.cast for key in keys]) for row in rows[: wanted.limit]]
    following = Cursor(rank, hits[-1].sort, hits[-1].id).text() if len(rows) > wanted.limit and hits else None
    return hits, following


def hit_of(row: tuple[Any, ...], rank: bool, casts: list[str]) -> Hit:
    keys = list(row[3:])
    number = casts.index("float8") if rank and "float8" in casts else None
    score = float(keys[number]) if number is not None else 0.0
    return Hit(row[0], row[1], score, orjson.loads(row[2]), keys)


def sought_words(tree: Trees) -> set[str]:
    """The words that a search looks for anywhere."""
    trees = [tree] if isinstance(tree, Node) else tree.values()
    nodes = [node for one in trees for node in walk(one)]
    return {word for node in nodes if isinstance(node, Words) for word in words(node.text)}


__all__ = ["SCORE", "count", "estimated", "ids", "search"]
