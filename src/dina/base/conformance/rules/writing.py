"""R102 to R108, R115 to R118, R121 to R125 and R127: create and delete."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from dina.base.conformance.check import Check, Record, nobody
from dina.base.conformance.exchange import Exchange, as_object
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.rules.meta import many_external


@rule(
    102, MUST, "J", "POST is 201 with the document and Location", "J§Creating", needs="writable", writes=True
)
def create(c: Check) -> None:
    c.rehearsing = True
    answer = c.status(c.post(f"/{c.t}", c.template()), 201)
    c.expect(answer.id, "the new resource with its id", answer.brief())
    location = answer.header("location")
    c.expect(
        urlsplit(location).path.endswith(f"/{c.t}/{answer.id}"), "Location of the new resource", location
    )
    c.expect(
        c.status(c.get(urljoin(answer.url, location)), 200).id == answer.id,
        "the resource at Location",
        location,
    )


@rule(103, MUST, "J", "POST of another type is 409", "J§Creating, 409", needs="writable", writes=True)
def create_wrong_type(c: Check) -> None:
    document = c.template()
    document["data"]["type"] = "no-such-type"
    c.refused(c.post(f"/{c.t}", document), 409)


@rule(104, MUST, "K", "POST with a fresh UUID as id is accepted", "U: save()", needs="writable", writes=True)
def create_with_id(c: Check) -> None:
    c.status(c.post(f"/{c.t}", c.template(id=nobody())), 201)


@rule(
    105,
    SHOULD,
    "J",
    "An id of the client is honoured or refused; a second use is 409",
    "J§Client-generated ids",
    needs="writable stored",
    writes=True,
)
def client_ids(c: Check) -> None:
    chosen = nobody()
    answer = c.post(f"/{c.t}", c.template(id=chosen))
    if answer.status == 403:
        return
    c.status(answer, 201)
    c.expect(answer.id == chosen, f"the id {chosen}", answer.id)
    c.refused(c.post(f"/{c.t}", c.template(id=chosen)), 409)


@rule(
    106,
    MUST,
    "O",
    "createdBy and createdOn come from the server",
    "B:MaterialSampleRepository; G",
    needs="writable stored",
    writes=True,
)
def creator(c: Check) -> None:
    name = c.session.user_name(c.writer)
    document = c.template({"createdBy": "somebody-else", "createdOn": "2001-01-01T00:00:00Z"})
    answer = c.status(c.post(f"/{c.t}", document), 201)
    attributes = c.status(c.get(f"/{c.t}/{answer.id}"), 200).attributes
    found = attributes.get("createdBy")
    c.expect(found == name if name else found != "somebody-else", f"createdBy {name or 'the user'}", found)
    told = str(attributes.get("createdOn") or "")
    try:
        near = abs(datetime.now(UTC) - datetime.fromisoformat(told)) < timedelta(minutes=5)
    except (ValueError, TypeError):
        near = False
    c.expect(near, "createdOn now", told)


def internal(c: Check) -> tuple[str, Any]:
    """An internal relationship with linkage to a resource that does not exist."""
    if c.kind.to_one is not None:
        type_ = c.kind.to_one.type or c.kind.to_one.name
        return c.kind.to_one.name, {"type": type_, "id": nobody()}
    c.need(c.kind.to_many, f"not applicable: {c.t} has no internal relationship")
    assert c.kind.to_many is not None
    return c.kind.to_many.name, [{"type": c.kind.to_many.type or c.t, "id": nobody()}]


@rule(
    107,
    MUST,
    "J",
    "Linking what does not exist is 404",
    "J§Creating, 404",
    needs="to_one|to_many writable",
    writes=True,
)
def link_to_nothing(c: Check) -> None:
    name, linkage = internal(c)
    c.refused(c.post(f"/{c.t}", c.template(None, {name: linkage})), 404)
    one = c.new()
    c.refused(c.patch(c.at(one), c.document(None, {name: linkage}, id=one.id)), 404)


@rule(
    108,
    MUST,
    "G",
    "Linking an external id nobody knows is accepted",
    "G§Inter-module reference",
    needs="external writable",
    writes=True,
)
def link_outside(c: Check) -> None:
    assert c.kind.external is not None
    one = c.stranger()
    document = c.template(None, {c.kind.external.name: [one] if many_external(c) else one})
    c.status(c.post(f"/{c.t}", document), 201)


@rule(
    115,
    SHOULD,
    "O",
    "An unknown attribute is 400 with its pointer",
    "B (FAIL_ON_UNKNOWN_PROPERTIES)",
    needs="writable",
    writes=True,
)
def unknown_attribute(c: Check) -> None:
    answer = c.refused(c.post(f"/{c.t}", c.template({"noSuchAttribute": "x"})), 400)
    c.expect("noSuchAttribute" in pointers(answer), "source.pointer to noSuchAttribute", answer.brief())


def pointers(answer: Exchange) -> str:
    return " ".join(str(as_object(e.get("source")).get("pointer") or "") for e in answer.errors)


@rule(
    116, MUST, "K", "An unknown relationship is 400", "B:DinaRepositoryV2.java", needs="writable", writes=True
)
def unknown_relationship(c: Check) -> None:
    linkage = {"noSuchRelationship": {"type": c.t, "id": nobody()}}
    c.refused(c.post(f"/{c.t}", c.template(None, linkage)), 400)


@rule(
    117,
    MUST,
    "O",
    "Active HTML is refused; other text is stored as sent",
    "B:TextHtmlSanitizerTest",
    needs="text writable",
    writes=True,
)
def unsafe_text(c: Check) -> None:
    for unsafe in ("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"):
        c.refused(c.post(f"/{c.t}", c.template({c.kind.text: f"{c.fresh()} {unsafe}"})), 400)
    value = f"{c.fresh()} a < b & c"
    found = c.text_of(c.new({c.kind.text: value}))
    c.expect(found == value, f"the text as sent: {value}", found)


@rule(
    118, MUST, "O", "Malformed documents are 400 with an error body", "§13.1", needs="writable", writes=True
)
def malformed(c: Check) -> None:
    for body in (b'{"data": {', b"{}", b'{"data": []}', b'{"data": null}', b'{"data": "x"}', b"[]"):
        c.refused(c.post(f"/{c.t}", body), 400)
    array = b'{"data": {"type": "%s", "attributes": []}}' % c.t.encode()
    c.refused(c.post(f"/{c.t}", array), 400)


@rule(121, MUST, "J", "DELETE is 204, or 200 with meta", "J§Deleting; B", needs="writable", writes=True)
def delete(c: Check) -> None:
    answer = c.status(c.delete(c.at(c.new())), 200, 204)
    c.expect((answer.status == 204 and not answer.body) or answer.meta, "no body, or meta", answer.brief())


def deleted(c: Check) -> tuple[Record, Exchange]:
    """A record just deleted, and what reading it answers. Raises Skipped if it is gone without trace."""
    record = c.new()
    c.status(c.delete(c.at(record)), 200, 204)
    return record, c.get(c.at(record))


@rule(
    122,
    SHOULD,
    "G",
    "A deleted record is 410, tells the way back, and is in no list or count",
    "G§Delete; B:DinaRepoSoftDeleteRestIt",
    needs="writable stored",
    writes=True,
)
def gone(c: Check) -> None:
    record, answer = deleted(c)
    c.refused(answer, 410)
    error = answer.errors[0]
    way = str(as_object(error.get("meta")).get("deletedResource") or "")
    about = str(as_object(error.get("links")).get("about") or "")
    c.expect(record.id in unquote(way + about), "an address for reading the deleted record", answer.brief())
    listed = c.list(c.scope([record]))
    c.expect(not listed.ids, "not in the list", listed.ids)
    total = c.get(f"/{c.t}/count", c.scope([record]))
    value = (
        total.attributes.get("value", 0) if total.status == 200 else listed.meta.get("totalResourceCount", 0)
    )
    c.expect(value == 0, "not in the count", value)


@rule(
    123,
    MUST,
    "K",
    "links.about of a 410 leads to its revisions",
    "U:useQuery.tsx AuditSnapshotRouter; B",
    needs="writable stored",
    writes=True,
)
def way_to_revisions(c: Check) -> None:
    record, answer = deleted(c)
    c.refused(answer, 410)
    about = as_object(answer.errors[0].get("links")).get("about")
    c.expect(isinstance(about, str), "links.about as a string", about)
    end = str(about).rpartition("=")[2]
    c.expect(end == f"{c.t}/{record.id}", f"{c.t}/{record.id} after the last =", about)
    url = urljoin(answer.url, str(about)) if str(about).startswith("/") else f"{c.config.base}/{about}"
    found = c.status(c.get(url), 200)
    c.expect(len(found.ids) >= 2, "two snapshots or more", found.brief())


@rule(
    124,
    SHOULD,
    "G",
    "?deleted=true shows a deleted record to those entitled",
    "G§Delete",
    needs="writable stored",
    writes=True,
)
def read_deleted(c: Check) -> None:
    record, _ = deleted(c)
    answer = c.status(c.get(c.at(record), "deleted=true"), 200)
    c.expect(answer.id == record.id, f"the deleted record {record.id}", answer.brief())


@rule(
    125, MUST, "G", "An administrator can remove a record for good", "G§Delete", needs="writable", writes=True
)
def purge(c: Check) -> None:
    admin = c.admin
    record = c.new()
    c.status(c.delete(c.at(record) + "?purge=true", role=admin), 200, 204)
    c.refused(c.get(c.at(record)), 404)


@rule(
    127,
    MUST,
    "J",
    "A write that fails in part leaves nothing behind",
    "J§CRUD single transaction",
    needs="to_one|to_many text writable",
    writes=True,
)
def all_or_nothing(c: Check) -> None:
    name, linkage = internal(c)
    chosen = str(uuid.uuid4())
    refused = c.post(f"/{c.t}", c.template(None, {name: linkage}, id=chosen))
    c.expect(refused.status >= 400, "the write refused", refused.brief())
    c.expect(c.get(f"/{c.t}/{chosen}").status == 404, "no record of the failed create", chosen)
    one = c.new()
    document = c.document({c.kind.text: c.fresh("changed")}, {name: linkage}, id=one.id)
    refused = c.patch(c.at(one), document)
    c.expect(refused.status >= 400, "the write refused", refused.brief())
    found = c.read(one).attributes.get(c.kind.text)
    c.expect(found == c.text_of(one), f"the text {c.text_of(one)} unchanged", found)
