"""`POST /material-sample-identifier-generator`: the next names in the series of a sample's derivatives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource import UuidText
from dina.base.resource.rules import broken
from dina.base.text import Text
from dina.modules.collection.operations.answers import query, seen

SEPARATORS = {"DASH": "-", "UNDERSCORE": "_", "SPACE": " "}
FORMS = {"NUMBER": "[0-9]", "LOWER_LETTER": "[a-z]", "UPPER_LETTER": "[A-Z]"}
FIRST = {"NUMBER": "1", "LOWER_LETTER": "a", "UPPER_LETTER": "A"}
MOST = 50_000
AT = "/data/attributes"


class IdentifiersAsked(TypedDict, total=False):
    currentParentUUID: UuidText | None
    currentParentsUUID: Annotated[list[UuidText], Field(max_length=1000)] | None
    strategy: Literal["DIRECT_PARENT", "TYPE_BASED"] | None
    materialSampleType: (
        Literal["WHOLE_ORGANISM", "CULTURE_STRAIN", "ORGANISM_PART", "MIXED_ORGANISMS", "MOLECULAR_SAMPLE"]
        | None
    )
    characterType: Literal["NUMBER", "LOWER_LETTER", "UPPER_LETTER"] | None
    separator: Literal["SPACE", "DASH", "UNDERSCORE"] | None
    quantity: Annotated[int, Field(ge=1, le=10_000)] | None
    nextIdentifiers: dict[str, list[str]] | None


@dataclass(frozen=True, slots=True)
class Series:
    """Where the names of a parent's derivatives come from: the base sample and its name."""

    parent: str
    base: str | None
    name: str | None


# The base of each parent: itself, or for TYPE_BASED the nearest upwards of another type than wanted,
# else the nearest marked as base.
BASES = """
WITH RECURSIVE line AS (
  SELECT s.id AS start, s.id, s.parent_material_sample_id AS parent, s.material_sample_type AS type,
    s.is_base_for_split_by_type AS marked, s.material_sample_name AS name, 1 AS rank, ARRAY[s.id] AS path
  FROM collection.material_sample s WHERE s.id = ANY(%(parents)s::uuid[]) AND s.deleted_on IS NULL AND {visible}
  UNION ALL
  SELECT l.start, s.id, s.parent_material_sample_id, s.material_sample_type, s.is_base_for_split_by_type,
    s.material_sample_name, l.rank + 1, l.path || s.id
  FROM line l JOIN collection.material_sample s ON s.id = l.parent
  WHERE %(type)s::text IS NOT NULL AND s.id <> ALL(l.path) AND l.rank < 100
), fit AS (
  SELECT l.*, %(type)s::text IS NULL OR l.type IS DISTINCT FROM %(type)s::text AS differs FROM line l
)
SELECT convert_to(p.start::text, 'UTF8'), convert_to(b.id::text, 'UTF8'), convert_to(b.name, 'UTF8')
FROM (SELECT DISTINCT start FROM line) p
LEFT JOIN LATERAL (
  SELECT f.id, f.name FROM fit f WHERE f.start = p.start AND (f.differs OR f.marked)
  ORDER BY f.differs DESC, f.rank LIMIT 1
) b ON true
"""

# The greatest member of each series by value: without leading zeros the longer is the greater. Names that
# begin with the base's name come first; others count for their last part when there are none of those.
GREATEST = """
WITH RECURSIVE base AS (
  SELECT * FROM unnest(%(bases)s::uuid[], %(names)s::text[]) b (id, name)
), member AS (
  SELECT b.id AS base, s.id, s.material_sample_name AS name, s.material_sample_type AS type, 1 AS depth
  FROM base b JOIN collection.material_sample s ON s.parent_material_sample_id = b.id AND s.deleted_on IS NULL
  UNION
  SELECT m.base, s.id, s.material_sample_name, s.material_sample_type, m.depth + 1
  FROM member m JOIN collection.material_sample s ON s.parent_material_sample_id = m.id AND s.deleted_on IS NULL
  WHERE %(type)s::text IS NOT NULL AND m.depth < 100
), part AS (
  SELECT m.base, starts_with(m.name, b.name || %(separator)s)
      AND substr(m.name, length(b.name) + 2) ~ ('^' || %(form)s || '+$') AS own,
    substring(m.name FROM %(separator)s || '(' || %(form)s || '+)$') AS text
  FROM member m JOIN base b ON b.id = m.base
  WHERE %(type)s::text IS NULL OR m.type = %(type)s::text
)
SELECT DISTINCT ON (base) convert_to(base::text, 'UTF8'), convert_to(text, 'UTF8') FROM part WHERE text IS NOT NULL
ORDER BY base, own DESC, length(ltrim(text, '0')) DESC, ltrim(text, '0') COLLATE "C" DESC, length(text) DESC
"""


async def next_identifiers(call: Call) -> Answer:
    given = call.attributes
    parents = parents_of(given)
    type_ = given.get("materialSampleType")
    by_type = given.get("strategy") == "TYPE_BASED"
    quantity = given.get("quantity") or 1
    check(parents, by_type, type_, quantity)
    wanted = type_ if by_type else None
    series = await bases(call, list(parents), wanted)
    faults = list(unfit(parents, series))
    if faults:
        raise Problem(faults)
    kind, separator = given.get("characterType") or "NUMBER", SEPARATORS[given.get("separator") or "DASH"]
    greatest = await greatest_parts(call, series, wanted, FORMS[kind], separator)
    running = {base: following(kind, part) for base, part in greatest.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for id_ in parents:
        one = series[id_]
        names = running.setdefault(one.base or "", following(kind, None))
        found[id_] = [f"{one.name}{separator}{next(names)}" for _ in range(quantity)]
    return call.answer({**given, "quantity": quantity, "nextIdentifiers": found})


def parents_of(given: dict[str, Any]) -> dict[str, str]:
    """The parents asked about, each with its pointer."""
    several = given.get("currentParentsUUID") or []
    found = {id_: f"{AT}/currentParentsUUID/{n}" for n, id_ in enumerate(several)}
    one = given.get("currentParentUUID")
    return ({one: f"{AT}/currentParentUUID"} if one else {}) | found


def check(parents: dict[str, str], by_type: bool, type_: str | None, quantity: int) -> None:
    if not parents:
        raise Problem(broken("identifiers.noParent", AT))
    if by_type and type_ is None:
        raise Problem(broken("identifiers.noType", AT))
    if quantity * len(parents) > MOST:
        raise Problem(broken("identifiers.tooMany", AT, most=MOST))


async def bases(call: Call, parents: list[str], type_: str | None) -> dict[str, Series]:
    values: dict[str, Any] = {"parents": parents, "type": type_}
    found = await query(call, BASES.format(visible=seen(call, "material-sample", "s", values)), values)
    return {
        parent.decode(): Series(parent.decode(), base and base.decode(), name and name.decode())
        for parent, base, name in found
    }


def unfit(parents: dict[str, str], series: dict[str, Series]) -> Iterator[Error]:
    for id_, pointer in parents.items():
        one = series.get(id_)
        if one is None:
            yield Error("RELATED_NOT_FOUND", values={"type": "material-sample", "id": id_}, pointer=pointer)
        elif one.base is None:
            yield broken("identifiers.noBase", pointer)
        elif not one.name:
            yield broken("identifiers.unnamed", pointer)


async def greatest_parts(
    call: Call, series: dict[str, Series], type_: str | None, form: str, separator: str
) -> dict[str, str]:
    named = {one.base: one.name for one in series.values()}
    values = {
        "bases": list(named),
        "names": list(named.values()),
        "type": type_,
        "form": form,
        "separator": separator,
    }
    return {base.decode(): part.decode() for base, part in await query(call, GREATEST, values)}


def following(kind: str, part: str | None) -> Iterator[str]:
    """The members after `part`: numbers keep their zeros, letters count in base 26 (z is followed by aa)."""
    if part is None:
        part = FIRST[kind]
        yield part
    if kind == "NUMBER":
        width, number = len(part), int(part)
        while True:
            number += 1
            yield f"{number:0{width}d}"
    first = FIRST[kind]
    while True:
        part = after(part, first, chr(ord(first) + 25))
        yield part


def after(letters: str, first: str, last: str) -> str:
    head = letters.rstrip(last)
    tail = first * (len(letters) - len(head))
    return (head[:-1] + chr(ord(head[-1]) + 1) if head else first) + tail


OPERATIONS = (
    Operation(
        "POST",
        "/material-sample-identifier-generator",
        next_identifiers,
        Text("The next names of a specimen’s derivatives", "Les prochains noms des dérivés d’un spécimen"),
        "material-sample-identifier-generator",
        status=201,
        body=IdentifiersAsked,
    ),
)
