"""R63 to R77 and R170: simple filters, `filter[path][OP]=values`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dina.base.conformance.check import Check, Record, q
from dina.base.conformance.exchange import as_object
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.rules.meta import many_external
from dina.base.conformance.rules.query import parameter
from dina.base.conformance.verdict import Skipped
from dina.base.json import is_array

GRAMMAR = "B:SimpleSearchFilter.g4, AntlrGrammarTest"
INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE material_sample; --",
    '" OR 1=1 --',
    "%' OR 1=1 --",
    "$1); SELECT pg_sleep(5); --",
    "\\' OR 1=1 #",
)
AWKWARD = ("@ 'quoted' & #", "; ( ) + /: end", "Åland 日本 Ñandú ß", '100% "sure"')


def text(c: Check, place: int) -> str:
    return q(c.text_of(c.few()[place]))


def quoted(value: str) -> str:
    """A value in quotes, as needed where it may hold commas or quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return q(f'"{escaped}"')


@rule(63, MUST, "K", "filter[a]=v is filter[a][EQ]=v", GRAMMAR, needs="text", writes=True)
def equals(c: Check) -> None:
    few, name = c.few(), c.kind.text
    c.finds(few, f"filter[{name}]={text(c, 1)}", 1)
    c.finds(few, f"filter[{name}][EQ]={text(c, 1)}", 1)


@rule(64, MUST, "K", "Several values are OR, several filters AND", GRAMMAR, needs="text", writes=True)
def or_and(c: Check) -> None:
    few, name = c.few(), c.kind.text
    c.finds(few, f"filter[{name}]={text(c, 0)},{text(c, 2)}", 0, 2)
    c.finds(few, f"filter[{name}]={text(c, 0)}&filter[uuid]={few[2].id}")
    c.finds(few, f"filter[{name}]={text(c, 0)}&filter[uuid]={few[0].id}", 0)


@rule(
    65,
    MUST,
    "K",
    "NEQ GT GOE LT LOE on text, numbers and date-times",
    "B:SimpleFilterHandlerV2IT",
    needs="text",
    writes=True,
)
def comparisons(c: Check) -> None:
    few, name = c.few(), c.kind.text
    c.finds(few, f"filter[{name}][NEQ]={text(c, 0)}", 1, 2, 3, 4)
    lower = [few[0], few[4], few[2]]  # alpha, epsilon, gamma: one case, so that every collation agrees
    c.finds(lower, f"filter[{name}][GT]={text(c, 0)}", 1, 2)
    c.finds(lower, f"filter[{name}][LOE]={text(c, 4)}", 0, 1)
    if c.kind.number:
        for operator, found in (
            ("GT", (2, 3)),
            ("GOE", (1, 2, 3)),
            ("LT", (0,)),
            ("LOE", (0, 1)),
            ("NEQ", (0, 2, 3)),
        ):
            c.finds(few, f"filter[{c.kind.number}][{operator}]=2", *found)
    times(c, few)


def times(c: Check, few: Sequence[Record]) -> None:
    told = [str(r.attributes.get("createdOn") or "") for r in few]
    if not all(told):
        return
    middle = told[2]
    c.finds(few, f"filter[createdOn][GOE]={q(middle)}", *[i for i, t in enumerate(told) if t >= middle])
    c.finds(few, f"filter[createdOn][LT]={q(middle)}", *[i for i, t in enumerate(told) if t < middle])


@rule(
    66,
    MUST,
    "K",
    "LIKE minds case, ILIKE does not; % and _ are wildcards",
    GRAMMAR,
    needs="text",
    writes=True,
)
def like(c: Check) -> None:
    few, name = c.few(), c.kind.text
    stem = q(c.text_of(few[0]).removesuffix("alpha"))
    c.finds(few, f"filter[{name}][LIKE]={stem}be%25")
    c.finds(few, f"filter[{name}][LIKE]={stem}Be%25", 1)
    c.finds(few, f"filter[{name}][ILIKE]={stem}be%25", 1)
    c.finds(few, f"filter[{name}][LIKE]={stem}_eta", 1)


@rule(
    67,
    MUST,
    "K",
    "IN takes a list; quotes protect commas",
    "B:QueryStringParser.java",
    needs="text",
    writes=True,
)
def in_list(c: Check) -> None:
    name, stem = c.kind.text, c.fresh()
    records = [c.new({name: f"{stem} {end}"}) for end in ("plain", "one, two", "one")]
    values = f"{q(stem + ' plain')},{quoted(stem + ' one, two')}"
    c.finds(records, f"filter[{name}][IN]={values}", 0, 1)


@rule(68, MUST, "K", "filter[uuid][IN] finds by id", "U:simpleSearchFilterBuilder.ts")
def by_id(c: Check) -> None:
    few = list(c.few())[1:3] or list(c.few())
    found = c.list(c.scope(few))
    c.expect(sorted(found.ids) == sorted(r.id for r in few), f"{len(few)} resources", found.ids)


@rule(
    69,
    MUST,
    "K",
    "filter[rel.uuid] works over to-one and to-many",
    "U; P:associationapi.py",
    needs="to_one|to_many writable",
    writes=True,
)
def by_relationship(c: Check) -> None:
    c.need(c.kind.to_one or c.kind.to_many, f"not applicable: {c.t} has no internal relationship")
    if c.kind.to_one:
        name = c.kind.to_one.name
        targets = [c.target(c.kind.to_one) for _ in range(2)]
        records = [c.new(None, {name: target.identifier}) for target in targets]
        c.finds(records, f"filter[{name}.uuid][EQ]={targets[1].id}", 1)
    if c.kind.to_many:
        name = c.kind.to_many.name
        targets = [c.target(c.kind.to_many) for _ in range(2)]
        records = [c.new(None, {name: [t.identifier for t in targets[: i + 1]]}) for i in range(2)]
        c.finds(records, f"filter[{name}.uuid][EQ]={targets[1].id}", 1)


@rule(
    70,
    MUST,
    "K",
    "A key map is filtered by filter[map.key]",
    "P:examples/api-query-and-record",
    needs="key_map",
    writes=True,
)
def by_key(c: Check) -> None:
    pairs = list(as_object(dict(c.kind.attributes).get(c.kind.key_map)).items())
    c.need(pairs, f"the example of {c.t} gives no key for {c.kind.key_map}")
    key, value = pairs[0]
    records = [c.new({c.kind.key_map: {key: value}}), c.new({c.kind.key_map: {}})]
    c.finds(records, f"filter[{c.kind.key_map}.{key}][EQ]={q(str(value))}", 0)


def nested_path(attributes: Any) -> tuple[str, str]:
    """`object.member` with a text value, of an attribute that is an object or an array of objects."""
    for name, value in as_object(attributes).items():
        inner = as_object(value[0] if is_array(value) and value else value)  # pyright: ignore[reportUnknownArgumentType]
        for member, text in inner.items():
            if isinstance(text, str) and member.isidentifier():
                return f"{name}.{member}", text
    return "", ""


@rule(
    71,
    SHOULD,
    "K",
    "Members of objects are filtered by filter[object.member]",
    "U (observed)",
    needs="writable",
    writes=True,
)
def by_member(c: Check) -> None:
    example = {n: v for n, v in c.kind.attributes.items() if n != c.kind.key_map}
    path, value = nested_path(example)
    c.need(path, f"the example of {c.t} has no object attribute")
    records = [c.new(), different(c, path)]
    c.finds(records, f"filter[{path}][EQ]={q(value)}", 0)


def different(c: Check, path: str) -> Record:
    """A record without the example's value at the path: another word there, or no object at all."""
    name, _, member = path.partition(".")
    value = c.kind.attributes[name]
    whole = is_array(value)
    other = {**as_object(value[0] if whole else value), member: "another"}
    for attempt in ([other] if whole else other, None):
        made = c.post(f"/{c.t}", c.template({name: attempt}))
        if made.status == 201:
            return Record(c.t, made.id, made.attributes, made.relationships)
    raise Skipped(f"{c.t} takes no other {path}")


@rule(
    72,
    MUST,
    "O",
    "EQ null is empty, NEQ null is not empty",
    "B:DinaFilterArgumentParser.java",
    needs="date|number writable",
    writes=True,
)
def null(c: Check) -> None:
    name = c.kind.date or c.kind.number
    c.need(name, f"not applicable: {c.t} has no date or number that can be empty")
    c.finds(c.few(), f"filter[{name}][EQ]=null", 4)
    c.finds(c.few(), f"filter[{name}][NEQ]=null", 0, 1, 2, 3)


@rule(
    73,
    MUST,
    "O",
    "Signs and other scripts in values match exactly",
    "§7.1; G QA guideline",
    needs="text",
    writes=True,
)
def awkward_values(c: Check) -> None:
    name, stem = c.kind.text, c.fresh()
    records = [c.new({name: f"{stem} {value}"}) for value in AWKWARD]
    for index, value in enumerate(AWKWARD):
        c.finds(records, f"filter[{name}]={q(f'{stem} {value}')}", index)


@rule(74, SHOULD, "O", "NEQ with two values leaves out both", "§7.1", needs="text", writes=True)
def neither(c: Check) -> None:
    c.finds(c.few(), f"filter[{c.kind.text}][NEQ]={text(c, 0)},{text(c, 1)}", 2, 3, 4)


@rule(75, MUST, "K", "An unknown attribute in a filter is 400", "B:UnknownAttributeExceptionMapperIT")
def unknown_attribute(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "filter[noSuchAttribute]=1"), 400)


@rule(76, MUST, "O", "A value that does not parse is 400, naming the parameter", "§7.4")
def unparsable_value(c: Check) -> None:
    answer = c.refused(c.get(f"/{c.t}", "filter[createdOn][GT]=x"), 400)
    named = [e for e in answer.errors if "createdOn" in parameter(e)]
    c.expect(named, "source.parameter filter[createdOn][GT]", answer.brief())


@rule(77, MUST, "O", "Injection is only text", "§7", needs="text")
def injection(c: Check) -> None:
    few = c.few()
    for value in INJECTIONS:
        answer = c.list(f"{c.scope(few)}&filter[{c.kind.text}][EQ]={quoted(value)}")
        c.expect(not answer.ids, f"nothing called {value}", answer.ids)
    found = c.list(c.scope(few)).ids
    c.expect(len(found) == len(few), "the records still there", found)


@rule(
    170,
    MUST,
    "K",
    "An external relationship is filtered by filter[rel.id]",
    "U (observed)",
    needs="external writable",
    writes=True,
)
def by_external(c: Check) -> None:
    assert c.kind.external is not None
    name, many = c.kind.external.name, many_external(c)
    people = [c.stranger(), c.stranger()]
    records = [c.new(None, {name: [p] if many else p}) for p in people]
    c.finds(records, f"filter[{name}.id][EQ]={people[1]['id']}", 1)
