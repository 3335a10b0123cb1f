"""What stands within a text, found by its threes (every three letters that follow each other).

Values that the index of threes does not have yet, and very long ones, are looked at as they are. Where too many wait,
nothing is gained by it and all values of a field are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from dina.modules.search.index.numbers import SHIFT
from dina.modules.search.query.folding import fold, signs
from dina.modules.search.query.tree import Compare, Op

LEAST = 3
WAITING = 20_000
"""More values than this that wait are too many to be looked at one by one."""
Condition = tuple[str, list[Any]]


def literals(node: Compare) -> list[str] | None:
    """For each value of a pattern its longest run of letters without a sign, folded; None where one is too short."""
    if node.op not in (Op.CONTAINS, Op.SUFFIX, Op.LIKE):
        return None
    found = [_longest(str(value)) if node.op is Op.LIKE else fold(str(value)) for value in node.values]
    return found if found and all(len(one) >= LEAST for one in found) else None


def _longest(like: str) -> str:
    runs, here = [""], ""
    for sign, wild in signs(like):
        here = "" if wild else here + sign
        runs.append(here)
    return fold(max(runs, key=len))


async def narrowed(
    connection: AsyncConnection[Any], numbers: Sequence[int], texts: Sequence[str]
) -> Condition | None:
    """SQL over `search.term t` that keeps whatever may hold one of the texts; None where all must be looked at."""
    cursor = await connection.execute("SELECT EXISTS (SELECT FROM search.unthreed OFFSET %s)", [WAITING])
    if await cursor.fetchone() == (True,):
        return None
    held = " OR ".join(["search.threes(h.folded) @> %s::text[]"] * len(texts))
    own = f"id >> {SHIFT} = ANY(%s::bigint[])"
    fields = list(numbers)
    found = (
        f"SELECT h.id FROM search.three h WHERE ({held}) AND h.{own} "
        f"UNION ALL SELECT w.id FROM search.unthreed w WHERE w.{own} "
        f"UNION ALL SELECT l.id FROM search.term l WHERE length(l.folded) > 200 AND l.{own}"
    )
    return f"t.id = ANY(ARRAY({found}))", [*(threes(text) for text in texts), fields, fields, fields]


def threes(text: str) -> list[str]:
    """As `search.threes`."""
    return [text[at : at + LEAST] for at in range(len(text) - LEAST + 1)]
