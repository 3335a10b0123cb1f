"""Facets over what records are linked with, and over several fields at once."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error, Problem
from dina.modules.search.engine.asking import Asking
from dina.modules.search.engine.model import Facet
from dina.modules.search.index.numbers import SHIFT

MAX_FIELDS, MAX_SIZE = 3, 1_000


def spans(numbers: list[int], name: str = "t") -> str:
    """SQL that keeps terms with a value in some of the fields."""
    own = [f"({name} > {number << SHIFT} AND {name} < {(number + 1) << SHIFT})" for number in numbers]
    return f"({' OR '.join(own) or 'false'})"


def leads_to_many(asked: Asking, link: str) -> bool:
    fields = asked.registry.fields
    return any(
        link in fields.links(type_) and fields.leads_to_many(type_, tuple(link.split(".")))
        for type_ in asked.types
    )


def of_links(asked: Asking, link: str, chosen: str = "") -> str:
    """SQL of the terms `t` of everything that records are linked with: of each of several by itself."""
    asked.values["facet_link"] = link
    return (
        f"(SELECT terms, parts -> %(facet_link)s AS several FROM {asked.source}{chosen}) m CROSS JOIN LATERAL ("
        "SELECT unnest(m.terms) AS t WHERE m.several IS NULL "
        "UNION ALL SELECT unnest(p.part) FROM search.parts(m.several) AS p (part)) x"
    )


async def links(asked: Asking, one: Facet, lot: int | None, chosen: str) -> dict[str, Any]:
    """How many records those found are linked with, by any of some links."""
    numbers = [
        number
        for type_ in asked.types
        for link in one.fields
        if (number := asked.registry.numbers.of(type_, link)) is not None
    ]
    if not numbers:
        return {"count": 0}
    if asked.everything:
        seen = asked.sight.condition()[0]
        rows = await asked.rows(
            f"SELECT coalesce(sum(n), 0) FROM {asked.usage} WHERE {spans(numbers, 'term')} AND {seen}"
        )
        return {"count": int(rows[0][0])}
    found = f"(SELECT terms FROM {asked.source}{chosen}) m, unnest(m.terms) t"
    rows = await asked.rows(f"SELECT count(*) FROM {found} WHERE {spans(numbers)}")
    return {"count": rows[0][0] * (lot or 1)}


async def combinations(asked: Asking, one: Facet, numbers: list[list[int]]) -> dict[str, Any]:
    """Values of several fields that occur together, in their order, with how many records each has."""
    if not 1 <= len(numbers) <= MAX_FIELDS:
        raise Problem(Error("BAD_PARAMETER", key="search.facets", values={"limit": MAX_FIELDS}))
    if not all(numbers):
        return {"buckets": []}
    at = range(len(numbers))
    kinds = [
        "low"
        if all(asked.registry.numbers.kinds[asked.registry.numbers.fields[n]] == "number" for n in some)
        else 'value COLLATE "C"'
        for some in numbers
    ]
    keys = ", ".join(f"v{n}.{kinds[n]}" for n in at)
    later = ""
    if one.after:
        for n, given in enumerate(one.after):
            asked.values[f"facet_after_{n}"] = given
        given = ", ".join(f"%(facet_after_{n})s::{'float8' if kinds[n] == 'low' else 'text'}" for n in at)
        later = f"WHERE ({keys}) > ({given})" if len(numbers) > 1 else f"WHERE {keys} > {given}"
    terms = ", ".join(f"t{n}" for n in at)
    rows = await asked.rows(
        f"SELECT {', '.join(f'v{n}.value' for n in at)}, c.n, {', '.join(f'c.t{n}' for n in at)} FROM ("
        f"SELECT {terms}, count(*) AS n FROM (SELECT terms FROM {asked.source}) m, "
        f"{', '.join(f'unnest(m.terms) t{n}' for n in at)} "
        f"WHERE {' AND '.join(spans(some, f't{n}') for n, some in enumerate(numbers))} GROUP BY {terms}) c "
        f"{' '.join(f'JOIN search.term v{n} ON v{n}.id = c.t{n}' for n in at)} {later} "
        f"ORDER BY {keys} LIMIT {min(one.size, MAX_SIZE)}"
    )
    width = len(numbers)
    return {
        "buckets": [
            {"values": list(row[:width]), "count": int(row[width]), "terms": list(row[width + 1 :])}
            for row in rows
        ]
    }
