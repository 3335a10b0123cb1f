"""R128 to R140: bulk, revisions, atomic operations."""

from __future__ import annotations

from typing import Any

from dina.base.conformance.check import BULK, Check, linked_ids, nobody, q
from dina.base.conformance.exchange import JSON_API, Exchange, as_object, objects
from dina.base.conformance.rule import COULD, MUST, SHOULD, rule
from dina.base.conformance.rules.updating import change

ATOMIC = {"Content-Type": f'{JSON_API}; ext="https://jsonapi.org/ext/atomic"'}
ATOMIC["Accept"] = ATOMIC["Content-Type"]
SNAPSHOT = {"instanceId", "state", "changedProperties", "snapshotType", "version", "author", "commitDateTime"}
MANY = 1000


def creates(c: Check, number: int) -> list[dict[str, Any]]:
    """Create items; equal ones where the type has no text."""
    return [c.template()["data"] for _ in range(number)]


def in_order(c: Check, answer: Exchange, sent: list[dict[str, Any]]) -> None:
    """The answer's resources are those sent, in the order sent."""
    c.expect(
        len(answer.ids) == len(sent) and all(answer.ids), f"{len(sent)} resources with ids", answer.brief()
    )
    if c.kind.text:
        wanted = [as_object(item["attributes"]).get(c.kind.text) for item in sent]
        found = [as_object(r.get("attributes")).get(c.kind.text) for r in answer.resources]
        c.expect(found == wanted, f"the order sent: {wanted}", found)


@rule(
    128,
    MUST,
    "K",
    "POST bulk is 200 with all resources in order",
    "B:DinaRepositoryV2IT; N:MaterialSampleRestIT",
    needs="writable",
    writes=True,
)
def bulk_create(c: Check) -> None:
    sent = creates(c, 3)
    in_order(c, c.status(c.post(f"/{c.t}/bulk", {"data": sent}, headers=BULK), 200), sent)


@rule(
    129,
    MUST,
    "K",
    "PATCH bulk is 200 in order",
    "B:DinaRepositoryV2IT",
    needs="text|date|number writable",
    writes=True,
)
def bulk_update(c: Check) -> None:
    records = [c.new() for _ in range(3)][::-1]
    sent = [c.document(change(c), id=r.id)["data"] for r in records]
    answer = c.status(c.patch(f"/{c.t}/bulk", {"data": sent}, headers=BULK), 200)
    in_order(c, answer, sent)
    c.expect(answer.ids == [r.id for r in records], "the ids in the order sent", answer.ids)
    stored = c.read(records[1]).attributes
    wanted = as_object(sent[1]["attributes"])
    c.expect(wanted.items() <= stored.items(), f"stored: {wanted}", stored)


@rule(130, MUST, "K", "DELETE bulk with a body is 204", "B:DinaRepositoryV2IT", needs="writable", writes=True)
def bulk_delete(c: Check) -> None:
    records = [c.new() for _ in range(2)]
    c.status(c.delete(f"/{c.t}/bulk", {"data": [r.identifier for r in records]}, headers=BULK), 204)
    for record in records:
        c.status(c.get(c.at(record)), 404, 410)


@rule(
    131,
    MUST,
    "K",
    "bulk-load gives the resources asked for, in order, with include and optfields",
    "B:DinaRepositoryV2IT; U",
)
def bulk_load(c: Check) -> None:
    wanted = list(c.few())[::-1]
    body = {"data": [r.identifier for r in wanted]}
    answer = c.status(c.post(f"/{c.t}/bulk-load", body, headers=BULK), 200)
    c.expect(answer.ids == [r.id for r in wanted], "the ids in the order asked", answer.ids)
    if c.kind.optional:
        query = f"?optfields[{c.t}]={c.kind.optional}"
        answer = c.status(c.post(f"/{c.t}/bulk-load{query}", body, headers=BULK), 200)
        there = all(c.kind.optional in as_object(r.get("attributes")) for r in answer.resources)
        c.expect(there, f"{c.kind.optional} in every resource", answer.brief())
    if c.kind.to_many and not c.read_only:
        name, target = c.kind.to_many.name, c.target(c.kind.to_many)
        record = c.new(None, {name: [target.identifier]})
        body = {"data": [record.identifier]}
        answer = c.status(c.post(f"/{c.t}/bulk-load?include={name}", body, headers=BULK), 200)
        c.expect([r.get("id") for r in answer.included] == [target.id], f"{name} included", answer.brief())
        found = linked_ids(
            as_object(as_object(answer.resources[0].get("relationships")).get(name)).get("data")
        )
        c.expect(found == [target.id], f"linkage of {name}", found)


def missing_ids(answer: Exchange) -> list[str]:
    """What the consortium's interface reads: the text after the last slash of each pointer."""
    found = [str(as_object(e.get("source")).get("pointer") or "") for e in answer.errors]
    return [pointer.rpartition("/")[2] for pointer in found]


@rule(
    132,
    MUST,
    "K",
    "bulk-load of a missing id is 404, of a deleted one 410, with the id in the pointer",
    "B:JsonApiExceptionControllerAdvice.java; U",
)
def bulk_load_missing(c: Check) -> None:
    missing = nobody()
    load_refused(c, missing, 404)
    if not c.read_only:
        record = c.new()
        c.delete(c.at(record))
        if c.get(c.at(record)).status == 410:
            load_refused(c, record.id, 410)


def load_refused(c: Check, missing: str, status: int) -> None:
    body = {"data": [c.one().identifier, {"type": c.t, "id": missing}]}
    answer = c.refused(c.post(f"/{c.t}/bulk-load", body, headers=BULK), status)
    c.expect(missing_ids(answer) == [missing], f"one pointer ending in /{missing}", answer.brief())
    good = all(isinstance(e.get("status"), str) and str(status) in e["status"] for e in answer.errors)
    c.expect(good, f'status, a string with "{status}"', answer.brief())


@rule(133, SHOULD, "O", "bulk-load names all missing ids at once", "§16")
def bulk_load_all_missing(c: Check) -> None:
    missing = [nobody(), nobody()]
    body = {"data": [*({"type": c.t, "id": i} for i in missing), c.one().identifier]}
    answer = c.refused(c.post(f"/{c.t}/bulk-load", body, headers=BULK), 404)
    c.expect(sorted(missing_ids(answer)) == sorted(missing), "an error for each of the two", answer.brief())


@rule(
    134,
    MUST,
    "O",
    "One bad item stores nothing; the pointer names its place",
    "§16",
    needs="writable",
    writes=True,
)
def bulk_all_or_nothing(c: Check) -> None:
    chosen = nobody()
    good = as_object(c.template(id=chosen)["data"])
    bad = c.template({"noSuchAttribute": 1})["data"]
    answer = c.refused(c.post(f"/{c.t}/bulk", {"data": [good, bad]}, headers=BULK), 400, 422)
    found = [str(as_object(e.get("source")).get("pointer")) for e in answer.errors]
    c.expect(all(p.startswith("/data/1") for p in found), "pointers beginning with /data/1", found)
    c.expect(c.get(f"/{c.t}/{chosen}").status == 404, "the good item not stored", chosen)
    if c.kind.text:
        listed = c.list(f"filter[{c.kind.text}]={q(str(as_object(good['attributes'])[c.kind.text]))}")
        c.expect(not listed.ids, "the good item not stored under another id", listed.ids)


@rule(135, SHOULD, "O", "A thousand items are created in one request", "§27", needs="writable", writes=True)
def bulk_thousand(c: Check) -> None:
    answer = c.status(c.post(f"/{c.t}/bulk", {"data": creates(c, MANY)}, headers=BULK), 200)
    c.expect(len(set(answer.ids)) == MANY, f"{MANY} resources", len(answer.ids))


@rule(
    136,
    SHOULD,
    "K",
    "POST bulk/ with the plain JSON:API type works",
    "P:collectionapi.py create_bulk",
    needs="writable",
    writes=True,
)
def bulk_plain(c: Check) -> None:
    c.status(c.post(f"/{c.t}/bulk/", {"data": creates(c, 1)}), 200)


def snapshots(c: Check, query: str) -> Exchange:
    return c.status(c.get("/audit-snapshot", query), 200)


@rule(
    137,
    MUST,
    "K",
    "audit-snapshot is filtered by instanceId and author",
    "B:AuditSnapshotRepositoryIT; U:RevisionsPageLayout.tsx",
    needs="writable stored",
    writes=True,
)
def audit(c: Check) -> None:
    record = c.new()
    instance = f"filter[instanceId]={c.t}/{record.id}"
    answer = snapshots(c, instance)
    c.expect(len(answer.ids) == 1, "one snapshot of a new record", answer.brief())
    resource = answer.resources[0]
    c.expect(resource.get("type") == "audit-snapshot", "type audit-snapshot", resource.get("type"))
    attributes = as_object(resource.get("attributes"))
    c.expect(set(attributes) >= SNAPSHOT, f"attributes {', '.join(sorted(SNAPSHOT))}", sorted(attributes))
    same = attributes.get("instanceId") == f"{c.t}/{record.id}"
    c.expect(same, f"instanceId {c.t}/{record.id}", attributes.get("instanceId"))
    c.expect(answer.meta.get("totalResourceCount") == 1, "meta.totalResourceCount 1", answer.meta)
    author = q(str(attributes.get("author")))
    c.expect(len(snapshots(c, f"{instance}&filter[author]={author}").ids) == 1, "one by its author", author)
    other = snapshots(c, f"{instance}&filter[author]=nobody-of-this-name")
    c.expect(not other.ids, "none by another author", other.brief())
    c.expect(not [i for i in answer.ids if not i], "ids", answer.ids)


@rule(
    138,
    MUST,
    "K",
    "Create, update and delete give INITIAL, UPDATE, TERMINAL by the acting user",
    "B:DinaRepoAuditingIT",
    needs="text|date|number writable stored",
    writes=True,
)
def revisions(c: Check) -> None:
    record = c.new()
    c.status(c.patch(c.at(record), c.document(change(c), id=record.id)), 200)
    c.status(c.delete(c.at(record)), 200, 204)
    found = [
        as_object(r.get("attributes"))
        for r in snapshots(c, f"filter[instanceId]={c.t}/{record.id}").resources
    ]
    kinds = [f.get("snapshotType") for f in found]
    c.expect(kinds == ["TERMINAL", "UPDATE", "INITIAL"], "TERMINAL, UPDATE, INITIAL, newest first", kinds)
    name, authors = c.session.user_name(c.writer), {f.get("author") for f in found}
    c.expect(len(authors) == 1 and (not name or authors == {name}), f"author {name or 'the same'}", authors)


@rule(139, SHOULD, "O", "A malformed instanceId is 400", "B:AuditService.java")
def bad_instance(c: Check) -> None:
    c.refused(c.get("/audit-snapshot", "filter[instanceId]=bad"), 400)


@rule(
    140,
    COULD,
    "J",
    "Atomic operations follow the extension where they are offered",
    "json-api/ext atomic",
    needs="writable stored",
    writes=True,
)
def atomic(c: Check) -> None:
    first, second = (c.template()["data"] for _ in range(2))
    body = {"atomic:operations": [{"op": "add", "data": first}, {"op": "add", "data": second}]}
    answer = c.post("/operations", body, headers=ATOMIC)
    c.offered("/operations", answer)
    c.status(answer, 200)
    made = [as_object(r.get("data")) for r in objects(answer.document.get("atomic:results"))]
    for item in made:
        c.run.made[c.t, str(item.get("id"))] = None
    c.expect(len(made) == 2 and all(i.get("id") for i in made), "two results with ids", answer.brief())
    remove = {"op": "remove", "ref": {"type": c.t, "id": nobody()}}
    chosen = nobody()
    add = {"op": "add", "data": {**c.template()["data"], "id": chosen}}
    refused = c.refused(c.post("/operations", {"atomic:operations": [add, remove]}, headers=ATOMIC), 404)
    pointer = str(as_object(refused.errors[0].get("source")).get("pointer"))
    c.expect(pointer.startswith("/atomic:operations/1"), "a pointer /atomic:operations/1/…", pointer)
    c.expect(c.get(f"/{c.t}/{chosen}").status == 404, "nothing stored", chosen)
