"""Where the records found are kept: storage places with how many lie in each and in those within it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from dina.modules.search.engine.asking import Asking, visible_of
from dina.modules.search.engine.inside import ABOVE, UNIT
from dina.modules.search.engine.model import Facet
from dina.modules.search.index.numbers import SHIFT, term_of


@dataclass(slots=True)
class Unit:
    """A storage place; `count` is of all records found that lie in it or in one within it."""

    id: str
    name: str
    barcode: str
    above: str
    count: int = 0
    within: list[Unit] = field(default_factory=list["Unit"])


async def places(asked: Asking, one: Facet, lot: int | None, chosen: str) -> dict[str, Any]:
    """The outermost places that hold something, and what is directly in those of `fields` and in all around them."""
    units = await units_of(asked)
    counted = await counts(asked, chosen)
    for number in numbers_of(asked):
        for unit in units.values():
            found = counted.get(term_of(number, unit.id), 0) * (lot or 1)
            seen: set[str] = set()
            here: Unit | None = unit if found else None
            while here is not None and here.id not in seen:
                here.count += found
                seen.add(here.id)
                here = units.get(here.above)
    told = [one for one in units.values() if one.above not in units]
    told += [inner for id_ in opened(units, one.fields) for inner in units[id_].within]
    buckets = [
        {
            "value": unit.id, "name": unit.name, "barcode": unit.barcode, "count": unit.count,
            "inside": unit.above if unit.above in units else None,
            "holds": sum(1 for inner in unit.within if inner.count),
        }
        for unit in told
        if unit.count
    ]  # fmt: skip
    return {"buckets": buckets, "exact": lot is None}


def opened(units: dict[str, Unit], ids: tuple[str, ...]) -> list[str]:
    """The places of these ids and all around them, each once."""
    found: dict[str, None] = {}
    for id_ in ids:
        while id_ in units and id_ not in found:
            found[id_] = None
            id_ = units[id_].above
    return list(found)


def numbers_of(asked: Asking) -> list[int]:
    """The fields that link the types searched with the places they lie in."""
    links = [(type_, asked.registry.fields.root(type_).place) for type_ in asked.types]
    return [n for type_, link in links if link and (n := asked.registry.numbers.of(type_, link)) is not None]


async def counts(asked: Asking, chosen: str) -> dict[int, int]:
    """How many of the records lie directly in each place, by the term of the link."""
    spans = (
        " OR ".join(f"(t > {n << SHIFT} AND t < {(n + 1) << SHIFT})" for n in numbers_of(asked)) or "false"
    )
    if asked.everything:
        source = f"(SELECT term AS t, n FROM {asked.usage} WHERE {asked.sight.condition()[0]}) u"
    else:
        source = f"(SELECT t, 1 AS n FROM (SELECT terms FROM {asked.source}{chosen}) m, unnest(m.terms) t) u"
    rows = await asked.rows(f"SELECT t, sum(n) FROM {source} WHERE {spans} GROUP BY 1")
    return {term: int(n) for term, n in rows}


async def units_of(asked: Asking) -> dict[str, Unit]:
    """All places that the caller may see, by id, by name within each other."""
    visible = visible_of(asked.generation, asked.sight)
    member = "document #>> '{{data,{}}}'"
    rows = await asked.rows(
        f"SELECT id::text, coalesce({member.format('attributes,name')}, ''), "
        f"coalesce({member.format('attributes,barcode')}, ''), "
        f"coalesce({member.format(f'relationships,{ABOVE},data,id')}, '') "
        f"FROM {visible.source} AND type = '{UNIT}' ORDER BY sorts -> 'name', id"
    )
    units = {row[0]: Unit(*row) for row in rows}
    inside: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units.values():
        inside[unit.above].append(unit)
    for id_, within in inside.items():
        if id_ in units:
            units[id_].within = within
    return units
