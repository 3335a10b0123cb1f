"""Values of one field: those that complete what was begun, and all there are, near-equal ones together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.modules.search.engine.asking import Asking, Trees, asking
from dina.modules.search.engine.facets import numbers_of
from dina.modules.search.engine.model import Cluster, Suggestion
from dina.modules.search.engine.registry import Registry, Sight
from dina.modules.search.engine.searching import limit_time
from dina.modules.search.engine.terms import LAST, Lookup, escaped
from dina.modules.search.index.numbers import SHIFT
from dina.modules.search.query.folding import fold, words
from dina.modules.search.query.tree import EVERYTHING

CANDIDATES = 2_000
"""Values that begin as asked and are looked at to find the most frequent of them."""
MOST_VALUES = 50_000
"""Values that are compared with each other."""
SCANNED = 50_000
"""Fields with more values than this are completed from the beginning of a value only."""
GRAM = 2


async def suggest(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], field: str, prefix: str,
    *, size: int = 10, tree: Trees = EVERYTHING,
) -> list[Suggestion]:  # fmt: skip
    """Values of a field that begin so, else that have a word which does, else one that is nearly spelt so.

    The most frequent first; only values of records that the caller may see are counted and told.
    """
    async with connection.transaction():
        await limit_time(connection)
        asked = await asking(connection, registry, sight, types, tree)
        numbers = numbers_of(asked, field)
        sought = fold(prefix.strip())[:100]
        found: dict[str, int] = {}
        if not numbers:
            return []
        begun = 'left(folded, 200) COLLATE "C" >= %(begun)s AND left(folded, 200) COLLATE "C" < %(end)s'
        await _add(asked, numbers, begun, {"begun": sought, "end": sought + LAST}, size, found)
        if sought and len(found) < size and await _few(asked, numbers):
            like = {"like": f"% {escaped(sought)}%"}
            await _add(asked, numbers, "folded LIKE %(like)s", like, size, found)
            if not found:
                for other in (await Lookup(connection).alike(sought))[1:6]:
                    await _add(
                        asked, numbers, "folded LIKE %(like)s", {"like": f"%{escaped(other)}%"}, size, found
                    )
    return [Suggestion(field, value, count) for value, count in list(found.items())[:size]]


async def _few(asked: Asking, numbers: Sequence[int]) -> bool:
    rows = await asked.rows(
        f"SELECT count(*) FROM (SELECT FROM search.term WHERE id >> {SHIFT} = ANY(%(numbers)s) LIMIT {SCANNED + 1}) n",
        {"numbers": list(numbers)},
    )
    return rows[0][0] <= SCANNED


async def _add(
    asked: Asking, numbers: Sequence[int], condition: str, values: dict[str, Any], size: int, found: dict[str, int]
) -> None:  # fmt: skip
    """The values that meet a condition and that there are records of, counted."""
    candidates = (
        f"SELECT id, value FROM search.term WHERE id >> {SHIFT} = ANY(%(numbers)s) AND {condition} "
        f'ORDER BY left(folded, 200) COLLATE "C" LIMIT {CANDIDATES}'
    )
    more = {"numbers": list(numbers), **values}
    if asked.everything:
        rows = await asked.rows(
            f"SELECT c.value, sum(u.n) FROM ({candidates}) c JOIN {asked.usage} u ON u.term = c.id "
            f"WHERE {asked.sight.condition()[0]} GROUP BY 1 HAVING sum(u.n) > 0 ORDER BY 2 DESC, 1 LIMIT {int(size) + 1}",
            more,
        )
    else:
        # Frequent values first: their records are the most likely to meet the rest.
        rows = await asked.rows(
            f"SELECT c.value, sum(m.n) FROM ({candidates}) c CROSS JOIN LATERAL (SELECT count(*) AS n FROM "
            f"(SELECT FROM {asked.source} AND terms @> ARRAY[c.id] LIMIT 100) l) m "
            f"WHERE m.n > 0 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {int(size) + 1}",
            more,
        )
    for value, count in rows:
        found.setdefault(value, int(count))


async def distinct(
    connection: AsyncConnection[Any], registry: Registry, sight: Sight, types: tuple[str, ...], field: str,
    *, tree: Trees = EVERYTHING, limit: int = 1000,
) -> list[tuple[str, int]]:  # fmt: skip
    """The values of a field among the records found, the most frequent first."""
    async with connection.transaction():
        await limit_time(connection)
        asked = await asking(connection, registry, sight, types, tree)
        numbers = numbers_of(asked, field)
        if not numbers:
            return []
        own = " OR ".join(f"(t > {n << SHIFT} AND t < {(n + 1) << SHIFT})" for n in numbers)
        if asked.everything:
            counts = (
                f"SELECT term AS t, sum(n) AS n FROM {asked.usage} WHERE ({own.replace('(t >', '(term >').replace('t <', 'term <')}) "
                f"AND {asked.sight.condition()[0]} GROUP BY 1 HAVING sum(n) > 0"
            )
        else:
            counts = f"SELECT t, count(*) AS n FROM (SELECT terms FROM {asked.source}) m, unnest(m.terms) t WHERE {own} GROUP BY 1"
        rows = await asked.rows(
            f"SELECT v.value, sum(c.n) FROM ({counts}) c JOIN search.term v ON v.id = c.t GROUP BY 1 "
            f"ORDER BY 2 DESC, 1 LIMIT {min(int(limit), MOST_VALUES)}"
        )
    return [(value, int(count)) for value, count in rows]


def clusters(values: Sequence[tuple[str, int]], method: str = "fingerprint") -> list[Cluster]:
    """Values that are probably meant to be the same: those with the same key, where there are several.

    `fingerprint`: the same words in any order, however written. `ngram`: the same pairs of letters, which
    forgives spaces, points and slips of a letter twice.
    """
    if method not in ("fingerprint", "ngram"):
        raise Problem(Error("BAD_PARAMETER", key="search.cluster", values={"method": method}))
    found: dict[str, list[tuple[str, int]]] = {}
    for value, count in values:
        key = fingerprint(value) if method == "fingerprint" else grams(value)
        if key:
            found.setdefault(key, []).append((value, count))
    made = [
        Cluster(key, tuple(sorted(some, key=lambda one: (-one[1], one[0]))))
        for key, some in found.items()
        if len(some) > 1
    ]
    return sorted(made, key=lambda one: -sum(count for _, count in one.values))


def fingerprint(value: str) -> str:
    return " ".join(sorted(set(words(value))))


def grams(value: str) -> str:
    letters = "".join(words(value))
    return "".join(sorted({letters[at : at + GRAM] for at in range(max(1, len(letters) - GRAM + 1))}))
