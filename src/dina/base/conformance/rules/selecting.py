"""R85 to R94 and R169: sort, include, sparse and optional fields."""

from __future__ import annotations

from typing import Any

from dina.base.conformance.check import Check, Record, linked_ids
from dina.base.conformance.exchange import as_object
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.rules.meta import many_external
from dina.base.json import is_array

CROSSED = ("zinc", "Amber")


@rule(85, MUST, "J", "sort orders by several fields, - descending", "J§Sorting; G", needs="text", writes=True)
def sort(c: Check) -> None:
    few, name = c.few(), c.kind.text
    lower = [few[0], few[4], few[2]]
    c.finds(lower, f"sort={name}", 0, 1, 2, ordered=True)
    c.finds(lower, f"sort=-{name}", 2, 1, 0, ordered=True)
    first = "group" if c.kind.grouped else "createdBy"
    c.finds(lower, f"sort={first},-{name}", 2, 1, 0, ordered=True)
    c.finds(lower, f"sort=-{name},{first}", 2, 1, 0, ordered=True)


@rule(86, SHOULD, "K", "Text sorts without regard to case", "B:DinaRepositoryV2IT", needs="text", writes=True)
def sort_ignores_case(c: Check) -> None:
    c.finds(c.few(), f"sort={c.kind.text}", 0, 1, 3, 4, 2, ordered=True)


def crossed(c: Check) -> tuple[str, str, list[Record]]:
    """Two records whose to-one targets sort the other way round: relationship, its text field, records."""
    assert c.kind.to_one is not None
    other = c.of(c.kind.to_one.type or c.kind.to_one.name).kind
    c.need(other.text, f"{other.type} has no text to sort by")
    stem = c.fresh()
    targets = [c.target(c.kind.to_one, {other.text: f"{stem} {word}"}) for word in CROSSED]
    records = [c.new(None, {c.kind.to_one.name: target.identifier}) for target in targets]
    return c.kind.to_one.name, other.text, records


@rule(
    87,
    MUST,
    "K",
    "sort follows a to-one relationship",
    "U (storageUnitType.name,name)",
    needs="to_one writable",
    writes=True,
)
def sort_by_relationship(c: Check) -> None:
    name, text, records = crossed(c)
    c.finds(records, f"sort={name}.{text}", 1, 0, ordered=True)
    c.finds(records, f"sort=-{name}.{text}", 0, 1, ordered=True)


@rule(88, MUST, "J", "A sort field that is not supported is 400", "J§Sorting; B")
def unknown_sort(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "sort=noSuchAttribute"), 400)


def linked(c: Check) -> tuple[str, Record, list[Record]]:
    """A record with an internal relationship that leads somewhere: its name, the record, its targets."""
    if c.kind.to_many is not None:
        targets = [c.target(c.kind.to_many) for _ in range(2)]
        record = c.new(None, {c.kind.to_many.name: [t.identifier for t in targets]})
        return c.kind.to_many.name, record, targets
    c.need(c.kind.to_one, f"not applicable: {c.t} has no internal relationship")
    assert c.kind.to_one is not None
    target = c.target(c.kind.to_one)
    return c.kind.to_one.name, c.new(None, {c.kind.to_one.name: target.identifier}), [target]


@rule(
    89,
    MUST,
    "J",
    "include gives the related resources in included, and only these",
    "J§Inclusion",
    needs="to_one|to_many writable",
    writes=True,
)
def include(c: Check) -> None:
    name, record, targets = linked(c)
    answer = c.read(record, f"include={name}")
    c.expect(is_array(answer.document.get("included")), "an array `included`", answer.brief())
    found = sorted(str(r.get("id")) for r in answer.included)
    c.expect(found == sorted(t.id for t in targets), f"{len(targets)} included resources", found)
    c.expect(
        set(linked_ids(answer.linkage(name))) == set(found), f"their linkage in {name}", answer.linkage(name)
    )
    listed = c.list(f"{c.scope([record])}&include={name}")
    c.expect(sorted(str(r.get("id")) for r in listed.included) == found, "the same in a list", listed.brief())
    plain = c.read(record)
    c.expect(not plain.included, "nothing included unasked", plain.brief())


@rule(90, MUST, "J", "An unknown include path is 400, on one and on many", "J§Inclusion")
def unknown_include(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "include=noSuchRelationship"), 400)
    c.refused(c.get(c.at(c.one()), "include=noSuchRelationship"), 400)


@rule(
    91,
    SHOULD,
    "J",
    "include=a.b reaches two steps",
    "J§Inclusion",
    needs="to_one|to_many writable",
    writes=True,
)
def include_path(c: Check) -> None:
    for first in (c.kind.to_many, c.kind.to_one):
        if first is None or (first.type or first.name) not in c.config.types:
            continue
        middle = c.of(first.type or first.name)
        second = middle.kind.to_one
        if second is None or (second.type or second.name) not in c.config.types:
            continue
        far = middle.target(second)
        near = middle.new(None, {second.name: far.identifier})
        record = c.new(None, {first.name: [near.identifier] if first is c.kind.to_many else near.identifier})
        answer = c.read(record, f"include={first.name}.{second.name}")
        found = {str(r.get("id")) for r in answer.included}
        c.expect({near.id, far.id} <= found, "both steps in included", found)
        return
    c.need(False, f"not applicable: no path of two relationships can be built from {c.t}")


@rule(
    92,
    MUST,
    "G",
    "Including an external relationship gives its linkage only",
    "G§External Relationships; N:MaterialSampleRestIT",
    needs="external writable",
    writes=True,
)
def include_external(c: Check) -> None:
    assert c.kind.external is not None
    name, one = c.kind.external.name, c.stranger()
    record = c.new(None, {name: [one] if many_external(c) else one})
    answer = c.read(record, f"include={name}")
    c.expect(linked_ids(answer.linkage(name)) == [one["id"]], f"linkage to {one['id']}", answer.linkage(name))
    c.expect(not answer.included, "nothing in included", answer.included)


def field_set(resource: dict[str, Any]) -> set[str]:
    return {*as_object(resource.get("attributes")), *as_object(resource.get("relationships"))}


@rule(
    93,
    MUST,
    "J",
    "fields[T] limits attributes and relationships, of included types too",
    "J§Sparse fieldsets; B:DinaRepositoryV2IT",
)
def sparse_fields(c: Check) -> None:
    one = c.one()
    name = c.kind.text or next(iter(one.attributes), "createdOn")
    for answer in (c.read(one, f"fields[{c.t}]={name}"), c.list(f"{c.scope([one])}&fields[{c.t}]={name}")):
        fields = field_set(answer.resources[0] if answer.resources else {})
        c.expect(fields == {name}, f"only {name}", fields)
    first = c.kind.to_one
    if first is None or c.read_only or (first.type or first.name) not in c.config.types:
        return
    other = c.of(first.type or first.name).kind
    if other.text:
        record = c.new(None, {first.name: c.target(first).identifier})
        answer = c.read(record, f"include={first.name}&fields[{other.type}]={other.text}")
        fields = field_set(answer.included[0] if answer.included else {})
        c.expect(fields == {other.text}, f"only {other.text} in the included {other.type}", fields)


@rule(
    94,
    MUST,
    "K",
    "optfields[T] adds a field that is otherwise left out",
    "B:DinaRepositoryV2IT; U",
    needs="optional",
)
def optional_fields(c: Check) -> None:
    name, one = c.kind.optional, c.one()
    c.expect(name not in c.read(one).attributes, f"no {name} unasked", "it is there")
    query = f"optfields[{c.t}]={name}"
    c.expect(name in c.read(one, query).attributes, f"{name} when asked for", "it is missing")
    listed = c.list(f"{c.scope([one])}&{query}")
    found = as_object(listed.resources[0].get("attributes")) if listed.resources else {}
    c.expect(name in found, f"{name} in a list when asked for", sorted(found))


@rule(169, MUST, "K", "sort=-createdOn is accepted by every list", "U (observed)", once=True)
def sort_by_time_everywhere(c: Check) -> None:
    for path in (*(f"/{t}" for t in c.config.types), "/audit-snapshot"):
        answer = c.get(path, "sort=-createdOn&page[limit]=1", role=c.session.strongest("admin"))
        c.expect(answer.status == 200, f"status 200 for {path}?sort=-createdOn", answer.brief())
