"""R22 to R39: the shape of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from dina.base.conformance.check import BULK, Check, link
from dina.base.conformance.exchange import Exchange, as_list, as_object, objects, walk
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.json import is_array

COMPACT = {"Crnk-Compact": "true"}
DATE_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")
MEMBER = re.compile(
    r"^@?[a-zA-Z0-9\u0080-\U0010ffff]([\w\- \u0080-\U0010ffff]*[a-zA-Z0-9\u0080-\U0010ffff])?$"
)
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)
KEY_MAPS = {
    "managedAttributes", "preparationManagedAttributes", "extensionValues", "identifiers", "state",
    "rolesPerGroup", "labels",
}  # fmt: skip
FOLLOWED = 8


def samples(c: Check) -> Iterator[Exchange]:
    """A single resource, a list, and both with everything that can be included."""
    one = c.one()
    yield c.read(one)
    yield c.list("page[limit]=5")
    if names := includable(c):
        yield c.read(one, f"include={names}")
        yield c.list(f"{c.scope(c.few())}&include={names}")


def includable(c: Check) -> str:
    kind = c.kind
    names = [r.name for r in (kind.to_one, kind.to_many, kind.external) if r is not None]
    return ",".join(kind.includable or names)


def every_resource(answer: Exchange) -> list[dict[str, Any]]:
    return [*answer.resources, *answer.included]


@rule(
    22,
    MUST,
    "J",
    "Top level: data, errors or meta; never data with errors; included only with data",
    "J§Top level",
)
def top_level(c: Check) -> None:
    for answer in (*samples(c), c.get(f"/{c.t}", "noSuchThing=1")):
        names = set(answer.document)
        c.expect(names & {"data", "errors", "meta"}, "data, errors or meta at the top", answer.brief())
        c.expect(not {"data", "errors"} <= names, "not both data and errors", sorted(names))
        c.expect("included" not in names or "data" in names, "included only beside data", sorted(names))


@rule(
    23, MUST, "J", "Every resource has a text type and id; the type is the endpoint's", "J§Resource objects"
)
def type_and_id(c: Check) -> None:
    for answer in samples(c):
        for resource in every_resource(answer):
            good = all(isinstance(resource.get(m), str) and resource.get(m) for m in ("type", "id"))
            c.expect(good, "type and id as non-empty strings", str(resource)[:200])
        wrong = [r.get("type") for r in answer.resources if r.get("type") != c.t]
        c.expect(not wrong, f"primary data of type {c.t}", wrong)


@rule(24, MUST, "J", "No resource appears twice in a document", "J§Compound documents")
def unique_resources(c: Check) -> None:
    for answer in samples(c):
        keys = [(r.get("type"), r.get("id")) for r in every_resource(answer)]
        double = {k for k in keys if keys.count(k) > 1}
        c.expect(not double, "every type and id once", double)


@rule(25, MUST, "J", "Attributes and relationships share no names; none is id", "J§Fields")
def field_names(c: Check) -> None:
    doubtful: set[str] = set()
    for answer in samples(c):
        for resource in every_resource(answer):
            attributes, relationships = (
                as_object(resource.get("attributes")),
                as_object(resource.get("relationships")),
            )
            shared = set(attributes) & set(relationships)
            c.expect(not shared, "no name in both attributes and relationships", shared)
            c.expect("id" not in {*attributes, *relationships}, "no field called id", resource.get("type"))
            doubtful |= {f"{r}{end}" for r in relationships for end in ("Id", "Uuid")} & set(attributes)
    if doubtful:
        c.warn("no foreign keys as attributes beside a relationship", doubtful)


@rule(26, MUST, "J", "Member names are legal", "J§Member names")
def member_names(c: Check) -> None:
    for answer in samples(c):
        for pointer, value in walk(answer.document):
            if {"meta", *KEY_MAPS, c.kind.key_map} & set(pointer.split("/")):
                continue
            strange = [n for n in as_object(value) if not MEMBER.match(n.rpartition(":")[2])]
            c.expect(not strange, f"legal member names at {pointer or 'the top'}", strange)


@rule(
    27,
    MUST,
    "J",
    "A relationship has links, data or meta; linkage is null, identifier or array",
    "J§Relationships",
)
def relationship_objects(c: Check) -> None:
    for answer in samples(c):
        for resource in every_resource(answer):
            for name, value in as_object(resource.get("relationships")).items():
                relationship = as_object(value)
                c.expect(
                    {"links", "data", "meta"} & set(relationship), f"links, data or meta in {name}", value
                )
                items = objects(relationship.get("data"))
                whole = len(items) == len(as_list(relationship.get("data"))) or not isinstance(
                    relationship.get("data"), list
                )
                legal = whole and all(
                    isinstance(i.get("type"), str) and isinstance(i.get("id"), str) for i in items
                )
                c.expect(legal, f"identifiers in the linkage of {name}", value)


@rule(28, MUST, "J", "Every included resource is reachable from primary data", "J§Compound documents")
def full_linkage(c: Check) -> None:
    names = includable(c)
    c.need(names, f"not applicable: {c.t} has no relationship to include")
    answer = c.list(f"{c.scope(c.few())}&include={names}")
    reached = {(r.get("type"), r.get("id")) for r in answer.resources}
    waiting = {(r.get("type"), r.get("id")): r for r in answer.included}
    edge = list(answer.resources)
    while edge:
        for relationship in as_object(edge.pop().get("relationships")).values():
            for item in objects(as_object(relationship).get("data")):
                key = (item.get("type"), item.get("id"))
                if key in waiting and key not in reached:
                    reached.add(key)
                    edge.append(waiting[key])
    c.expect(set(waiting) <= reached, "only included resources something links to", set(waiting) - reached)


@rule(29, MUST, "J", "A collection is an array, with one member and with none", "J§Top level")
def collections(c: Check) -> None:
    c.list("page[limit]=1")
    none = c.get(f"/{c.t}", "filter[uuid][IN]=00000000-0000-4000-8000-000000000000")
    c.status(none, 200)
    c.expect(none.data == [] and is_array(none.data), "an empty array", none.brief())


@rule(30, SHOULD, "G", "createdBy and createdOn are there", "G§API response data", needs="stored")
def created(c: Check) -> None:
    attributes = c.read(c.one()).attributes
    c.expect(isinstance(attributes.get("createdBy"), str), "createdBy as text", attributes.get("createdBy"))
    c.expect(parses(attributes.get("createdOn")), "createdOn as a date-time", attributes.get("createdOn"))


@rule(31, SHOULD, "G", "Owned types show their group", "G§API response data")
def group(c: Check) -> None:
    c.need(c.kind.grouped, f"not applicable: {c.t} is not owned by groups")
    found = c.read(c.one()).attributes.get("group")
    c.expect(isinstance(found, str) and found, "group as text", found)


def parses(value: Any) -> bool:
    if not isinstance(value, str) or not DATE_TIME.match(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@rule(32, MUST, "G", "All date-times are ISO 8601 with an offset", "G§Basics")
def date_times(c: Check) -> None:
    seen = 0
    for answer in samples(c):
        named = [("callDate", answer.meta.get("callDate"))]
        for resource in every_resource(answer):
            attributes = as_object(resource.get("attributes"))
            named += [(n, attributes.get(n)) for n in ("createdOn", "lastUpdatedOn", "deletedOn")]
        for name, value in named:
            seen += value is not None
            c.expect(value is None or parses(value), f"{name} as a date-time with offset", value)
    c.need(seen, "no date-time was seen")


@rule(33, MUST, "G", "No attribute object is keyed by data values", "G§HTTP response")
def keyed_by_data(c: Check) -> None:
    maps: set[str] = set()
    for answer in samples(c):
        for resource in every_resource(answer):
            for pointer, value in walk(as_object(resource.get("attributes"))):
                keys = [k for k in as_object(value) if k.isdecimal() or UUID.match(k) or " " in k]
                known = {*KEY_MAPS, c.kind.key_map} & set(pointer.split("/"))
                if keys and known:
                    maps |= known
                else:
                    c.expect(not keys, "member names that are no data", f"{pointer}: {keys}")
    if maps:
        c.warn("lists of key and value instead of maps", maps)


@rule(34, MUST, "K", "No attribute is an object with a member `data`", "U: CustomDinaKitsu.get")
def data_in_attributes(c: Check) -> None:
    for answer in samples(c):
        for resource in every_resource(answer):
            attributes = as_object(resource.get("attributes"))
            wrong = [n for n, v in attributes.items() if "data" in as_object(v)]
            c.expect(not wrong, "no attribute object with a member data", wrong)


def compact(c: Check, resources: list[dict[str, Any]], asked: set[str]) -> None:
    for resource in resources:
        c.expect("links" not in resource, "no links in a compact resource", resource.get("links"))
        for name, value in as_object(resource.get("relationships")).items():
            relationship = as_object(value)
            c.expect(name in asked, f"only the relationships asked for ({', '.join(asked) or 'none'})", name)
            c.expect("links" not in relationship, f"no links in {name}", value)
            c.expect(relationship.get("data", 0) is not None, f"{name} left out when it is empty", value)


@rule(
    35,
    MUST,
    "K",
    "Crnk-Compact gives documents without links and unasked relationships",
    "U:ApiClientContext.tsx",
)
def compact_documents(c: Check) -> None:
    few = c.few()
    compact(c, c.read(few[0], headers=COMPACT).resources, set())
    asked = {r.name for r in (c.kind.to_one, c.kind.to_many) if r is not None}
    if asked:
        answer = c.list(f"{c.scope(few)}&include={','.join(asked)}", headers=COMPACT)
        compact(c, answer.resources, asked)


@rule(36, MUST, "K", "Bulk answers are compact", "U:ApiClientContext.tsx, util/serialize.ts")
def compact_bulk(c: Check) -> None:
    body = {"data": [r.identifier for r in c.few()]}
    compact(c, c.status(c.post(f"/{c.t}/bulk-load", body, headers=BULK), 200).resources, set())
    if not c.read_only:
        made = c.post(f"/{c.t}/bulk", {"data": [c.template()["data"]]}, headers=BULK)
        compact(c, c.status(made, 200).resources, set(c.kind.relationships))


@rule(
    37,
    SHOULD,
    "J",
    "Resources and relationships link to themselves, and the links work",
    "J§Links; J§Fetching",
)
def links_work(c: Check) -> None:
    answer = c.read(c.one())
    resource = as_object(answer.data)
    own = link(as_object(resource.get("links")).get("self"))
    c.expect(own, "links.self in the resource", answer.brief())
    found = [own]
    for name, value in as_object(resource.get("relationships")).items():
        links = as_object(as_object(value).get("links"))
        c.expect(links.get("self") or links.get("related"), f"links.self or links.related in {name}", value)
        found += [link(links[n]) for n in ("self", "related") if links.get(n)]
    for address in found[:FOLLOWED]:
        c.status(c.get(urljoin(answer.url, address)), 200)


@rule(38, SHOULD, "G", "Links to many say how many", "G§Relationships", needs="to_many writable", writes=True)
def counts_in_links(c: Check) -> None:
    assert c.kind.to_many is not None
    name = c.kind.to_many.name
    targets = [c.target(c.kind.to_many).identifier for _ in range(2)]
    answer = c.read(c.new(None, {name: targets}))
    related = as_object(as_object(answer.relationships.get(name)).get("links")).get("related")
    count = as_object(as_object(related).get("meta")).get("count")
    c.expect(count == 2, f"links.related.meta.count 2 in {name}", related)


@rule(39, SHOULD, "G", "jsonapi.version is 1.0 or 1.1", "G§HTTP response")
def version(c: Check) -> None:
    found = as_object(c.list("page[limit]=1").document.get("jsonapi")).get("version")
    c.expect(found in ("1.0", "1.1"), "jsonapi.version 1.0 or 1.1", found)
