"""From a comparison to the terms that meet it: values are looked up among those that fields have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.modules.search.engine import within
from dina.modules.search.index.numbers import SHIFT, term_of
from dina.modules.search.index.places import ORDERED
from dina.modules.search.index.store import sql
from dina.modules.search.query import dates, folding
from dina.modules.search.query.folding import alike, fold, natural, signs, slips
from dina.modules.search.query.tree import Compare, Op, Scalar
from dina.modules.search.values import interval, left_of, moments

MOST = 20_000
"""Terms that are put into a statement; more are tested where they stand."""
LAST = "\U0010ffff"
Condition = tuple[str, list[Any]]


class Lookup:
    """Values of fields. `condition` gives SQL over `search.term t`, `find` the terms of fields that meet it."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection

    async def find(
        self, numbers: Sequence[int], condition: Condition, within_: Sequence[str] | None = None
    ) -> list[int] | None:
        """The terms; None where there are more than `MOST`. Values that meet it hold one of the texts `within_`."""
        text, values = condition
        narrow = await within.narrowed(self.connection, numbers, within_) if within_ else None
        if narrow is not None:
            text, values = f"{text} AND {narrow[0]}", [*values, *narrow[1]]
        cursor = await self.connection.execute(
            sql(f"SELECT id FROM search.term t WHERE id >> {SHIFT} = ANY(%s) AND {text} LIMIT {MOST + 1}"),
            [list(numbers), *values],
        )
        found = [row[0] for row in await cursor.fetchall()]
        return found if len(found) <= MOST else None

    async def texts(self, numbers: Sequence[int], part: str) -> list[tuple[int, str]] | None:
        """Terms with their folded texts in which some letters stand; None where there are too many."""
        narrow = (
            await within.narrowed(self.connection, numbers, [part]) if len(part) >= within.LEAST else None
        )
        more, values = narrow or ("true", [])
        cursor = await self.connection.execute(
            sql(
                f"SELECT id, folded FROM search.term t WHERE id >> {SHIFT} = ANY(%s) AND folded LIKE %s AND {more} "
                f"LIMIT {MOST + 1}"
            ),
            [list(numbers), f"%{escaped(part)}%", *values],
        )
        found = [(row[0], _text(row[1])) for row in await cursor.fetchall()]
        return found if len(found) <= MOST else None

    async def ordered(self, numbers: Sequence[int], node: Compare) -> list[int] | None:
        """Terms whose texts, case and accents counting, stand so in the natural order; None where there are too many."""
        cursor = await self.connection.execute(
            sql(f"SELECT id, value FROM search.term t WHERE id >> {SHIFT} = ANY(%s) LIMIT {MOST + 1}"),
            [list(numbers)],
        )
        found = [(row[0], natural(_text(row[1]))) for row in await cursor.fetchall()]
        given = [natural(str(value)) for value in node.values]
        low, high = given[0], given[-1]
        tests: dict[Op, Callable[[str], bool]] = {
            Op.LT: lambda text: text < low,
            Op.LE: lambda text: text <= low,
            Op.GT: lambda text: text > low,
            Op.GE: lambda text: text >= low,
            Op.BETWEEN: lambda text: low <= text <= high,
        }
        return None if len(found) > MOST else [term for term, text in found if tests[node.op](text)]

    async def alike(self, word: str) -> list[str]:
        """Words that differ from one by a slip of the pen, the word itself first."""
        if not slips(word):
            return [word]
        cursor = await self.connection.execute(
            "SELECT word FROM search.word WHERE left_of && %s::text[]", [left_of(word)]
        )
        found = [_text(row[0]) for row in await cursor.fetchall()]
        return [word, *sorted(one for one in found if one != word and alike(word, one))]


def exactly(number: int, kind: str, node: Compare) -> list[int] | None:
    """The terms of an equality that needs no looking up; None where it does."""
    if node.op not in (Op.EQ, Op.IN):
        return None
    match kind:
        case "id" | "link":
            return [term_of(number, str(value).lower()) for value in node.values]
        case "boolean":
            return [term_of(number, boolean(node, value)) for value in node.values]
        case "number":
            return [term_of(number, repr(numeric(node, value))) for value in node.values]
        case "date" | "date-time":
            return None
        case _:
            return None if node.fold else [term_of(number, str(value)) for value in node.values]


def condition_of(kind: str, node: Compare) -> Condition:
    """SQL over terms for a comparison. Raises Problem where a value or an operator does not fit the field."""
    if kind in ("id", "link", "boolean", "geo", "map", "object"):
        raise refused("search.operator", node, op=node.op.value)
    if node.op in (Op.PREFIX, Op.SUFFIX, Op.CONTAINS, Op.LIKE):
        return pattern(node)
    if kind == "number":
        return by_number(node)
    if kind in ("date", "date-time"):
        return by_time(node, interval if kind == "date" else moments)
    return by_text(node)


def by_text(node: Compare) -> Condition:
    column = "folded" if node.fold else "value"
    given = [fold(str(value)) if node.fold else str(value) for value in node.values]
    if node.op in (Op.EQ, Op.IN):
        short = [fold(one)[:200] for one in given]
        return f'left(folded, 200) COLLATE "C" = ANY(%s) AND {column} = ANY(%s)', [short, given]
    # The order of texts is that of their folded forms, whatever was asked.
    key = 'coalesce(ordered, folded) COLLATE "C"'
    text, number = _ordered(node, key, key)
    return text, [natural(fold(one))[:ORDERED] for one in (given[0], given[-1])][:number]


def by_number(node: Compare) -> Condition:
    given = [numeric(node, value) for value in node.values]
    text, number = _ordered(node, "low", "low")
    return text, [given[0], given[-1]][:number]


def by_time(node: Compare, read: Callable[[str], tuple[int, int] | None]) -> Condition:
    """Equal is within; before and after are wholly so; between has a day in common."""
    ends = [_ends(node, value, read) for value in node.values]
    first, last = float(ends[0][0]), float(ends[-1][1])
    match node.op:
        case Op.EQ | Op.IN:
            parts = " OR ".join(["low >= %s AND high <= %s"] * len(ends))
            return f"({parts})", [float(end) for pair in ends for end in pair]
        case Op.LT:
            return "low IS NOT NULL AND high < %s", [first]
        case Op.LE:
            return "low <= %s", [float(ends[0][1])]
        case Op.GT:
            return "low > %s", [float(ends[0][1])]
        case Op.GE:
            return "low IS NOT NULL AND high >= %s", [first]
        case _:
            return "low <= %s AND high >= %s", [last, first]


def _ordered(node: Compare, low: str, high: str) -> tuple[str, int]:
    match node.op:
        case Op.LT:
            return f"{low} < %s", 1
        case Op.LE:
            return f"{low} <= %s", 1
        case Op.GT:
            return f"{high} > %s", 1
        case Op.GE:
            return f"{high} >= %s", 1
        case Op.BETWEEN:
            return f"{low} >= %s AND {high} <= %s", 2
        case _:
            return f"{low} = %s", 1


def pattern(node: Compare) -> Condition:
    """Beginnings, ends, parts and patterns; several values mean any of them."""
    column = "folded" if node.fold else "value"
    given = [fold(str(value)) if node.fold else str(value) for value in node.values]
    if node.op is Op.PREFIX:
        short = fold(given[0])[:200]
        if len(given) == 1 and short:
            head = 'left(folded, 200) COLLATE "C" >= %s AND left(folded, 200) COLLATE "C" < %s'
            return f"{head} AND starts_with({column}, %s)", [short, short + LAST, given[0]]
        return f"EXISTS (SELECT FROM unnest(%s::text[]) p WHERE starts_with({column}, p))", [given]
    likes = [like(node.op, str(value), fold=node.fold) for value in node.values]
    return f"{column} LIKE ANY(%s)", [likes]


def like(op: Op, value: str, *, fold: bool) -> str:
    """The SQL pattern of a part, an end or a pattern."""
    folded = folding.fold if fold else str
    if op is Op.LIKE:
        return "".join(
            {"*": "%", "?": "_"}[sign] if wild else escaped(folded(sign)) for sign, wild in signs(value)
        )
    body = escaped(folded(value))
    return f"%{body}" if op is Op.SUFFIX else f"%{body}%"


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def numeric(node: Compare, value: Scalar) -> float:
    try:
        found = float(value)
    except ValueError:
        raise refused("search.number", node, value=value) from None
    if found != found or found in (float("inf"), float("-inf")):
        raise refused("search.number", node, value=value)
    return found


def boolean(node: Compare, value: Scalar) -> str:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise refused("search.boolean", node, value=value)
    return text


def _ends(node: Compare, value: Scalar, read: Callable[[str], tuple[int, int] | None]) -> tuple[int, int]:
    found = read(dates.absolute(str(value)))
    if found is None:
        raise refused("search.date", node, value=value)
    return found


def refused(key: str, node: Compare, **values: Any) -> Problem:
    return Problem(
        Error("BAD_PARAMETER", key=key, values={"field": node.field, **values}, meta={"field": node.field})
    )


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value
