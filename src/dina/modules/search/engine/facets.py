"""Facets: what the records found have in common, counted over all of them or over a sample of very many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.modules.search.engine import combined, stored
from dina.modules.search.engine.asking import Asking
from dina.modules.search.engine.model import Facet
from dina.modules.search.index.numbers import LOTS, SHIFT, lot_term
from dina.modules.search.query.folding import fold

EXACT, SAMPLED = 5_000, 2_500
"""More records than the first are summed up by a sample: of at most as many as the second, of at least half of that."""
MAX_FACETS, MAX_SIZE = 200, 1_000
BUCKETS = {
    "day": "to_char(d, 'YYYY-MM-DD')",
    "month": "to_char(d, 'YYYY-MM')",
    "year": "to_char(d, 'YYYY')",
    "decade": "to_char(date_trunc('decade', d), 'YYYY')",
    "century": "to_char((extract(year FROM d)::integer / 100) * 100, 'FM0000')",
}


async def facets_of(asked: Asking, facets: Sequence[Facet], total: int, exact: bool) -> dict[str, Any]:
    """The facets by name. Raises Problem for one that cannot be made."""
    if len(facets) > MAX_FACETS:
        raise Problem(Error("BAD_PARAMETER", key="search.facets", values={"limit": MAX_FACETS}))
    found: dict[str, Any] = {}
    plain = [
        one
        for one in facets
        if one.kind == "terms" and one.where is None and not (one.facets or one.link or one.prefix)
    ]
    if plain:
        found |= await terms(asked, plain, total, exact)
    for one in facets:
        if one in plain:
            continue
        inner = await asked.narrowed(one.where) if one.where is not None else asked
        found[one.name] = await facet(inner, one, total, exact)
    return {one.name: found[one.name] for one in facets}


async def facet(asked: Asking, one: Facet, total: int, exact: bool) -> Any:
    match one.kind:
        case "terms":
            made = (await terms(asked, [one], total, exact))[one.name]
            if one.facets:
                for bucket in made["buckets"]:
                    inner = asked.with_terms(bucket["terms"])
                    bucket["facets"] = await facets_of(inner, one.facets, bucket["count"], True)
            return made
        case "filter":
            count = (await asked.rows(f"SELECT count(*) FROM {asked.source}"))[0][0]
            return {"count": count, "facets": await facets_of(asked, one.facets, count, True)}
        case "combinations":
            made = await combined.combinations(asked, one, [numbers_of(asked, path) for path in one.fields])
            for bucket in made["buckets"]:
                inner = asked
                for term in bucket.pop("terms"):
                    inner = inner.with_terms([term])
                bucket["facets"] = await facets_of(inner, one.facets, bucket["count"], True)
            return made
        case "links":
            lot = None if asked.everything else await lot_of(asked, total, exact)
            return await combined.links(asked, one, lot, _of_lot(lot))
        case "places":
            lot = None if asked.everything else await lot_of(asked, total, exact)
            return await stored.places(asked, one, lot, _of_lot(lot))
        case "cardinality":
            return await cardinality(asked, one)
        case "date_histogram":
            return await histogram(asked, one, total, exact)
        case "range":
            return await ranges(asked, one)
        case "tiles":
            return await tiles(asked, one)
        case "centroid":
            rows = await asked.rows(
                f"SELECT count(*), avg(lon), avg(lat) FROM {asked.source} AND lon IS NOT NULL"
            )
            count, lon, lat = rows[0]
            return {"count": count, "centroid": {"lon": lon, "lat": lat} if count else None}
        case _:
            raise Problem(Error("BAD_PARAMETER", key="search.facetKind", values={"kind": one.kind}))


def numbers_of(asked: Asking, path: str) -> list[int]:
    """The numbers of a field in the types searched. Raises Problem where there is no such field."""
    known = False
    found: list[int] = []
    for type_ in asked.types:
        fields = asked.registry.fields
        known = known or fields.find(type_, path) is not None or path in fields.links(type_)
        number = asked.registry.numbers.of(type_, path)
        if number is not None:
            found.append(number)
    if not known:
        values = {"path": path, "type": ", ".join(asked.types)}
        raise Problem(
            Error("UNKNOWN_ATTRIBUTE", key="search.unknownField", values=values, meta={"field": path})
        )
    return found


async def estimated(asked: Asking) -> int:
    """About how many there are, as the planner thinks."""
    rows = await asked.rows(f"EXPLAIN (FORMAT JSON) SELECT FROM {asked.source}")
    told = rows[0][0]
    plan: Any = orjson.loads(told) if isinstance(told, str) else told
    return int(plan[0]["Plan"]["Plan Rows"])


async def lot_of(asked: Asking, total: int, exact: bool) -> int | None:
    """One record in how many is looked at; None for all of them."""
    if exact and total <= EXACT:
        return None
    about = total if exact else max(total, await estimated(asked))
    return next((size for size in LOTS if about / size <= SAMPLED), LOTS[-1])


async def terms(asked: Asking, facets: Sequence[Facet], total: int, exact: bool) -> dict[str, Any]:
    """The most frequent values of several fields in one pass."""
    fields = {one.name: numbers_of(asked, one.field) for one in facets}
    numbers = sorted({number for some in fields.values() for number in some})
    most = max(min(one.size, MAX_SIZE) for one in facets)
    lot = None
    link = facets[0].link if facets[0].link and combined.leads_to_many(asked, facets[0].link) else ""
    if not numbers:
        counted: dict[int, list[tuple[str, int, int]]] = {}
    elif asked.everything and not link:
        counted = await by_usage(asked, numbers, facets, most)
    else:
        lot = await lot_of(asked, total, exact)
        counted = await by_rows(asked, numbers, facets, most, lot, link)
    made: dict[str, Any] = {}
    for one in facets:
        merged: dict[str, list[Any]] = {}
        for number in fields[one.name]:
            for value, count, term in counted.get(number, ()):
                bucket = merged.setdefault(value, [0, []])
                bucket[0] += count
                bucket[1].append(term)
        kept = sorted(merged.items(), key=lambda item: (-item[1][0], item[0]))[: min(one.size, MAX_SIZE)]
        buckets = [{"value": value, "count": count, "terms": ids} for value, (count, ids) in kept]
        if not one.facets:
            for bucket in buckets:
                del bucket["terms"]
        made[one.name] = {"buckets": buckets, "exact": lot is None}
    return made


def _spans(numbers: Sequence[int]) -> str:
    """SQL that keeps terms `t` with a value in some of the fields."""
    return " OR ".join(f"(t > {number << SHIFT} AND t < {(number + 1) << SHIFT})" for number in numbers)


Counted = dict[int, list[tuple[str, int, int]]]


async def by_usage(asked: Asking, numbers: Sequence[int], facets: Sequence[Facet], most: int) -> Counted:
    """Over all records of a type: from the counts that the index keeps."""
    seen = asked.sight.condition()[0]
    spans = _spans(numbers).replace("t >", "term >").replace("t <", "term <")
    return await _top(
        asked, f'SELECT term AS t, sum(n) AS n FROM {asked.usage} WHERE ({spans}) AND {seen} GROUP BY 1 HAVING sum(n) > 0',
        facets, most, 1,
    )  # fmt: skip


def _of_lot(lot: int | None) -> str:
    return f" AND terms @> ARRAY[{lot_term(lot)}]::bigint[]" if lot else ""


async def by_rows(
    asked: Asking, numbers: Sequence[int], facets: Sequence[Facet], most: int, lot: int | None, link: str = ""
) -> Counted:
    chosen = _of_lot(lot)
    found = f"(SELECT terms FROM {asked.source}{chosen}) m, unnest(m.terms) t"
    if link:
        found = combined.of_links(asked, link, chosen)
    return await _top(
        asked,
        f"SELECT t, count(*) AS n FROM {found} WHERE {_spans(numbers)} GROUP BY 1",
        facets,
        most,
        lot or 1,
    )


async def _top(asked: Asking, counts: str, facets: Sequence[Facet], most: int, times: int) -> Counted:
    prefix = next((fold(one.prefix) for one in facets if one.prefix), "") if len(facets) == 1 else ""
    begun = "JOIN search.term b ON b.id = c.t AND starts_with(b.folded, %(facet_prefix)s)" if prefix else ""
    rows = await asked.rows(
        f"SELECT x.field, coalesce(v.value, ''), x.n, x.t FROM (SELECT c.t, c.n, c.t >> {SHIFT} AS field, "
        f"row_number() OVER (PARTITION BY c.t >> {SHIFT} ORDER BY c.n DESC, c.t) AS place FROM ({counts}) c {begun}) x "
        f"LEFT JOIN search.term v ON v.id = x.t WHERE x.place <= {int(most)} ORDER BY x.n DESC, x.t",
        {"facet_prefix": prefix} if prefix else None,
    )
    found: Counted = {}
    for field, value, n, term in rows:
        found.setdefault(field, []).append((value, int(n) * times, term))
    return found


async def cardinality(asked: Asking, one: Facet) -> dict[str, Any]:
    numbers = numbers_of(asked, one.field)
    if not numbers:
        return {"value": 0}
    rows = await asked.rows(
        f"SELECT count(DISTINCT t) FROM (SELECT terms FROM {asked.source}) m, unnest(m.terms) t WHERE {_spans(numbers)}"
    )
    return {"value": rows[0][0]}


async def histogram(asked: Asking, one: Facet, total: int, exact: bool) -> dict[str, Any]:
    """Records by period: by the first day of each date, or of the record's own where it is the field of its time.

    Other dates of very many records are counted in a sample.
    """
    if one.interval not in BUCKETS:
        raise Problem(Error("BAD_PARAMETER", key="search.interval", values={"interval": one.interval}))
    numbers, lot = numbers_of(asked, one.field), None
    if all(asked.registry.fields.root(type_).date == one.field for type_ in asked.types):
        found = f"SELECT DATE '0001-01-01' + (first_day - 1) AS d, id FROM {asked.source} AND first_day IS NOT NULL"
    elif numbers:
        interval = "::interval" if one.zone[0] in "+-" else ""
        lot = await lot_of(asked, total, exact)
        found = (
            f"SELECT CASE WHEN abs(v.low) < 4e6 THEN DATE '0001-01-01' + (v.low::integer - 1) "
            f"ELSE timezone(%(zone)s{interval}, to_timestamp(v.low / 1e6))::date END AS d, m.id "
            f"FROM (SELECT id, terms FROM {asked.source}{_of_lot(lot)}) m, "
            f"unnest(m.terms) t JOIN search.term v ON v.id = t AND v.low IS NOT NULL WHERE {_spans(numbers)}"
        )
    else:
        return {"buckets": [], "exact": True}
    rows = await asked.rows(
        f"SELECT {BUCKETS[one.interval]} AS b, count(DISTINCT id) FROM ({found}) f GROUP BY 1 ORDER BY 1 LIMIT 5000",
        {"zone": one.zone},
    )
    buckets = [{"value": value, "count": count * (lot or 1)} for value, count in rows]
    return {"buckets": buckets, "exact": lot is None}


async def ranges(asked: Asking, one: Facet) -> dict[str, Any]:
    """Records whose number is from one bound up to, and without, the next; and the smallest and largest."""
    numbers = numbers_of(asked, one.field)
    bounds = sorted(one.bounds)
    if not numbers:
        return {"buckets": [], "min": None, "max": None}
    found = (
        f"SELECT v.low, m.id FROM (SELECT id, terms FROM {asked.source}) m, unnest(m.terms) t "
        f"JOIN search.term v ON v.id = t AND v.low IS NOT NULL WHERE {_spans(numbers)}"
    )
    rows = await asked.rows(
        "SELECT width_bucket(low, %(bounds)s::float8[]) AS b, count(DISTINCT id), min(low), max(low) "
        f"FROM ({found}) f GROUP BY 1 ORDER BY 1",
        {"bounds": bounds or [0.0]},
    )
    buckets = [
        {
            "from": bounds[at - 1] if at else None,
            "to": bounds[at] if at < len(bounds) else None,
            "count": count,
        }
        for at, count, _, _ in rows
        if bounds
    ]
    return {"buckets": buckets, "min": min((r[2] for r in rows), default=None), "max": max((r[3] for r in rows), default=None)}  # fmt: skip


async def tiles(asked: Asking, one: Facet) -> dict[str, Any]:
    """Records by web map tile `z/x/y` at a zoom."""
    zoom = max(0, min(29, one.precision))
    side = 2**zoom
    limit = math.degrees(math.atan(math.sinh(math.pi)))
    x = f"least({side - 1}, floor((lon + 180) / 360 * {side}))::integer"
    lat = f"radians(greatest(-{limit!r}, least({limit!r}, lat)))"
    y = f"least({side - 1}, floor((1 - asinh(tan({lat})) / pi()) / 2 * {side}))::integer"
    rows = await asked.rows(
        f"SELECT {x}, {y}, count(*), avg(lon), avg(lat) FROM {asked.source} AND lon IS NOT NULL "
        f"GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {min(max(one.size, 1), 10_000)}"
    )
    return {
        "buckets": [
            {"value": f"{zoom}/{x}/{y}", "count": count, "lon": lon, "lat": lat}
            for x, y, count, lon, lat in rows
        ]
    }
