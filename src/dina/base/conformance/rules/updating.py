"""R109 to R114, R119, R120 and R126: update, versions, relationship addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from dina.base.conformance.check import Check, Record, link, linked_ids, nobody
from dina.base.conformance.exchange import as_object
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.verdict import Skipped

ADMINISTRATIVE = {"lastUpdatedOn", "lastUpdatedBy", "resourceVersion", "version"}


def change(c: Check) -> dict[str, Any]:
    """An attribute with a new value."""
    kind = c.kind
    if kind.text:
        return {kind.text: c.fresh("changed")}
    c.need(kind.date or kind.number, f"not applicable: {c.t} has no attribute to change")
    return {kind.date: "2020-02-02"} if kind.date else {kind.number: 7}


def data_of(attributes: Any) -> dict[str, Any]:
    return {n: v for n, v in as_object(dict(attributes)).items() if n not in ADMINISTRATIVE}


@rule(
    109,
    MUST,
    "J",
    "PATCH changes what is sent and nothing else",
    "J§Updating; B:DinaRepositoryV2IT",
    needs="text|date|number writable",
    writes=True,
)
def partial(c: Check) -> None:
    one = c.new()
    before = data_of(c.read(one).attributes)
    c.status(c.patch(c.at(one), c.document({}, id=one.id)), 200)
    after = data_of(c.read(one).attributes)
    c.expect(after == before, "nothing changed by an empty PATCH", difference(before, after))
    sent = change(c)
    c.status(c.patch(c.at(one), c.document(sent, id=one.id)), 200)
    after = data_of(c.read(one).attributes)
    c.expect(
        {**before, **sent} == after, f"only {', '.join(sent)} changed", difference({**before, **sent}, after)
    )


def difference(before: dict[str, Any], after: dict[str, Any]) -> str:
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    return "; ".join(f"{n}: {before.get(n)!r} became {after.get(n)!r}" for n in names)


@rule(
    110,
    MUST,
    "J",
    "null clears; null and [] clear relationships; an array replaces",
    "J§Updating",
    needs="date|number|to_one|to_many writable",
    writes=True,
)
def clearing(c: Check) -> None:
    name = c.kind.date or c.kind.number
    tried = False
    if name:
        tried = True
        one = c.new({name: "2021-05-06" if c.kind.date else 5})
        c.status(c.patch(c.at(one), c.document({name: None}, id=one.id)), 200)
        found = c.read(one).attributes.get(name)
        c.expect(found is None, f"{name} cleared", found)
    if c.kind.to_one and c.kind.to_one.name not in c.kind.relationships:
        tried = True
        rel = c.kind.to_one.name
        one = c.new(None, {rel: c.target(c.kind.to_one).identifier})
        relink(c, one, rel, None)
    if c.kind.to_many:
        tried = True
        rel = c.kind.to_many.name
        first, second = (c.target(c.kind.to_many).identifier for _ in range(2))
        one = c.new(None, {rel: [first]})
        relink(c, one, rel, [second])
        relink(c, one, rel, [])
    c.need(tried, f"not applicable: {c.t} has nothing that can be cleared")


def relink(c: Check, one: Record, rel: str, linkage: Any) -> None:
    c.status(c.patch(c.at(one), c.document(None, {rel: linkage}, id=one.id)), 200)
    found = linked_ids(c.read(one, f"include={rel}").linkage(rel))
    c.expect(found == linked_ids(linkage), f"{rel} leading to {linked_ids(linkage)}", found)


@rule(
    111,
    MUST,
    "K",
    "PATCH is 200 with the whole resource",
    "B:DinaRepositoryV2.java; P; U",
    needs="text|date|number writable",
    writes=True,
)
def whole_answer(c: Check) -> None:
    one = c.new()
    answer = c.status(c.patch(c.at(one), c.document(change(c), id=one.id)), 200)
    wanted = c.read(one).attributes
    c.expect(
        answer.id == one.id and answer.attributes == wanted, "the resource as a GET shows it", answer.brief()
    )


@rule(
    112,
    MUST,
    "J",
    "PATCH with another id or type than the address is 409",
    "J§Updating, 409",
    needs="writable",
    writes=True,
)
def wrong_identifier(c: Check) -> None:
    one = c.new()
    c.refused(c.patch(c.at(one), c.document({}, id=nobody())), 409)
    c.refused(c.patch(c.at(one), {"data": {"type": "no-such-type", "id": one.id, "attributes": {}}}), 409)


@rule(
    113,
    SHOULD,
    "K",
    "PATCH works without id in the body",
    "P:link_samples_to_project.py",
    needs="text|date|number writable",
    writes=True,
)
def without_id(c: Check) -> None:
    c.status(c.patch(c.at(c.new()), c.document(change(c))), 200)


@rule(
    114,
    MUST,
    "K",
    "Read-only attributes sent back are ignored",
    "P:schemas/pydantic_base.py; B:DinaRepositoryV2IT",
    needs="writable",
    writes=True,
)
def sent_back(c: Check) -> None:
    one = c.new()
    before = c.read(one).attributes
    sent = {
        "createdOn": "2001-01-01T00:00:00Z",
        "createdBy": "somebody-else",
        "lastUpdatedOn": "2001-01-01T00:00:00Z",
    }
    if c.kind.grouped:
        sent["group"] = str(before.get("group"))
    c.status(c.patch(c.at(one), c.document(sent, id=one.id)), 200)
    after = c.read(one).attributes
    for name in ("createdOn", "createdBy", "group"):
        c.expect(after.get(name) == before.get(name), f"{name} {before.get(name)}", after.get(name))


@rule(
    119,
    MUST,
    "K",
    "A stale resourceVersion is 409; a fresh one 200 and one higher",
    "N:MaterialSampleRepositoryIT; U:resourceDifference.ts",
    needs="text|date|number writable stored",
    writes=True,
)
def versions(c: Check) -> None:
    one = c.new()
    version = c.read(one).attributes.get("resourceVersion")
    if not isinstance(version, int):
        raise Skipped(f"not applicable: {c.t} has no resourceVersion")
    fresh = {**change(c), "resourceVersion": version}
    answer = c.status(c.patch(c.at(one), c.document(fresh, id=one.id)), 200)
    found = answer.attributes.get("resourceVersion")
    c.expect(found == version + 1, f"resourceVersion {version + 1}", found)
    stale = {**change(c), "resourceVersion": version}
    c.refused(c.patch(c.at(one), c.document(stale, id=one.id)), 409)
    now = c.read(one).attributes
    c.expect(
        data_of(now) == data_of(answer.attributes), "nothing changed", difference(answer.attributes, now)
    )


@rule(
    120, SHOULD, "O", "A stale If-Match is 412", "§14", needs="text|date|number writable stored", writes=True
)
def entity_tags(c: Check) -> None:
    one = c.new()
    tag = c.read(one).header("etag")
    c.expect(tag, "an ETag", "no ETag header")
    document = c.document(change(c), id=one.id)
    c.status(c.patch(c.at(one), document, headers={"If-Match": tag}), 200)
    c.refused(c.patch(c.at(one), c.document(change(c), id=one.id), headers={"If-Match": tag}), 412)
    c.refused(c.delete(c.at(one), headers={"If-Match": tag}), 412)


@rule(
    126,
    MUST,
    "J",
    "Relationship addresses obey PATCH, POST and DELETE",
    "J§Updating relationships",
    needs="to_one|to_many writable",
    writes=True,
)
def relationship_addresses(c: Check) -> None:
    tried = False
    for relation, many in ((c.kind.to_many, True), (c.kind.to_one, False)):
        if relation is None or relation.name in c.kind.relationships:
            continue
        one = c.new()
        answer = c.read(one)
        own = link(as_object(as_object(answer.relationships.get(relation.name)).get("links")).get("self"))
        if not own:
            continue
        tried, url = True, urljoin(answer.url, own)
        first, second = (c.target(relation).identifier for _ in range(2))
        steps: list[tuple[str, Any, list[dict[str, str]]]]
        if not many:
            steps = [("PATCH", first, [first]), ("PATCH", None, [])]
        else:
            steps = [
                ("PATCH", [first], [first]),
                ("POST", [second], [first, second]),
                ("POST", [second], [first, second]),
                ("DELETE", [first], [second]),
                ("PATCH", [], []),
            ]
        for method, linkage, wanted in steps:
            sent = c.send(method, url, {"data": linkage})
            if sent.status in (403, 405):
                break
            c.status(sent, 200, 202, 204)
            found = sorted(linked_ids(c.status(c.get(url), 200).data))
            c.expect(found == sorted(w["id"] for w in wanted), f"linkage {wanted} after {method}", found)
    c.need(tried, "not applicable: no relationship links to itself")
