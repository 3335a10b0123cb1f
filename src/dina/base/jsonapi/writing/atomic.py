"""JSON:API Atomic Operations: `POST {module}/operations` (api.md §17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.http.negotiation import ATOMIC, request_extensions
from dina.base.json import is_array, is_object
from dina.base.jsonapi.documents import common_meta
from dina.base.jsonapi.parameters import Asked
from dina.base.jsonapi.query import split_query
from dina.base.jsonapi.related import relationship_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.answers import minimal_answer, read_back
from dina.base.jsonapi.writing.changes import (
    Change,
    read_create,
    read_linkage,
    read_update,
    top_object,
    uuid7,
)
from dina.base.jsonapi.writing.transaction import transaction
from dina.base.jsonapi.writing.write import graphs_of, judge, write
from dina.base.resource import ResourceType
from dina.base.resource.checks import UUID_FORM

MEMBER = "atomic:operations"


async def operations(service: Service, request: Request) -> Answer:
    """All operations in one transaction; results in order. Raises Problem with every fault found.

    With `dryRun=true` they are judged by every rule and nothing is written: 204 or the faults.
    """
    if ATOMIC not in request_extensions(request.headers.get(b"content-type", b"")):
        raise Problem(Error("UNSUPPORTED_MEDIA_TYPE", key="atomic.mediaType", header="Content-Type"))
    body = top_object(await request.body())
    given = body.get(MEMBER)
    if not is_array(given) or not given:
        raise Problem(Error("MALFORMED_DOCUMENT", key="atomic.none", pointer="", meta={"member": MEMBER}))
    if len(given) > service.max_bulk:  # pyright: ignore[reportUnknownArgumentType]
        raise Problem(
            Error("TOO_MANY_ITEMS", values={"limit": service.max_bulk}, meta={"limit": service.max_bulk})
        )
    reader = _Reader(service, request, given)  # pyright: ignore[reportUnknownArgumentType]
    steps = reader.read()
    if dict(split_query(request.query)).get("dryRun", "").lower() == "true":
        async with service.pools.write.connection() as connection:
            await judge(service, request, connection, steps)
        return Answer(204, content_type=None)
    async with transaction(service, request, grouped=True) as connection:
        await rows.lock_graphs(connection, graphs_of(steps))
        changes: list[Change] = []
        for change in steps:
            if change.relationships.get(_EDIT) is not None:
                await write(service, request, connection, changes)
                changes = []
                await edit_links(connection, change)
            changes.append(change)
        await write(service, request, connection, changes)
        if request.minimal:
            return minimal_answer()
        results = await results_of(service, request, connection, steps)
    document = {
        "jsonapi": {"version": "1.1", "ext": [ATOMIC]},
        "atomic:results": results,
        "meta": common_meta(service, request),
    }
    return Answer(
        200, dumps(document), content_type=b'application/vnd.api+json;ext="' + ATOMIC.encode() + b'"'
    )


_EDIT = "\x00edit"


async def edit_links(connection: Any, change: Change) -> None:
    """Turn an add to or a remove from a to-many into the whole linkage."""
    op, name, given = change.relationships.pop(_EDIT)
    stored = await rows.load(connection, change.resource, [change.id])
    before: list[Any] = stored[change.id].relationships[name] if change.id in stored else []
    change.relationships[name] = (
        [*before, *(v for v in given if v not in before)]
        if op == "add"
        else [v for v in before if v not in given]
    )


async def results_of(
    service: Service, request: Request, connection: Any, steps: Sequence[Change]
) -> list[dict[str, Any]]:
    """What became of each operation, in order; one statement for each type."""
    written: dict[str, list[Change]] = {}
    for change in steps:
        if change.action in ("create", "update"):
            written.setdefault(change.resource.type, []).append(change)
    found: dict[tuple[str, str], Any] = {}
    for type_, changes in written.items():
        ids = list(dict.fromkeys(change.id for change in changes))
        _, row = await read_back(
            service, request, connection, changes[0].resource, Asked(), ids, compact=True
        )
        found |= {(type_, data["id"]): data for data in orjson.loads(row.data)}
    told = [(c.resource.type, c.id) if c.action in ("create", "update") else None for c in steps]
    return [{"data": found[key]} if key in found else {} for key in told]


def located(change: Change, one: dict[str, Any]) -> Change:
    """Where the operation names what it is about: in `ref`, in `href` or in `data`."""
    member = next((name for name in ("ref", "href", "data") if one.get(name)), "")
    change.id_member = {"href": "/href", "ref": "/ref/id", "data": "/data/id"}.get(member, "")
    if member == "ref" and "id" not in one["ref"]:
        change.id_member = "/ref"
    return change


class _Reader:
    """Reads operations into changes; local ids (`lid`) become UUIDs before anything is written."""

    def __init__(self, service: Service, request: Request, given: list[Any]) -> None:
        self.service = service
        self.request = request
        self.given = given
        self.errors: list[Error] = []
        self.lids: dict[str, str] = {}

    def read(self) -> list[Change]:
        for one in self.given:
            data = one.get("data") if is_object(one) else None
            if is_object(data) and one.get("op") == "add" and "lid" in data:
                chosen = data.get("id")
                known = isinstance(chosen, str) and UUID_FORM.fullmatch(chosen)
                self.lids[str(data["lid"])] = str(chosen).lower() if known else str(uuid7())
        changes: list[Change] = []
        for index, one in enumerate(self.given):
            change = self.operation(index, one)
            if change is not None:
                changes.append(change)
        if self.errors:
            raise Problem(self.errors)
        return changes

    def fail(self, index: int, error: Error) -> None:
        self.errors.append(error.at(f"/{MEMBER}/{index}").with_meta(index=index))

    def operation(self, index: int, one: Any) -> Change | None:
        if not is_object(one) or one.get("op") not in ("add", "update", "remove"):
            self.fail(index, Error("MALFORMED_DOCUMENT", key="atomic.op", pointer=""))
            return None
        target = self.target(index, one)
        if target is None:
            return None
        type_, id_, relationship = target
        resource = self.service.types.get(type_)
        if resource is None or resource.store is not None:
            self.fail(
                index, Error("MALFORMED_DOCUMENT", key="atomic.type", values={"type": type_}, pointer="")
            )
            return None
        if relationship is not None:
            return self.relink(index, one, resource, id_, relationship)
        return self.resource(index, one, resource, id_)

    def target(self, index: int, one: dict[str, Any]) -> tuple[str, str | None, str | None] | None:
        """Type, id and relationship from `ref`, `href` or `data`."""
        href, ref, data = one.get("href"), one.get("ref"), one.get("data")
        if isinstance(href, str):
            path = href.removeprefix(self.request.prefix).strip("/").split("/")
            relationship = path[3] if len(path) == 4 and path[2] == "relationships" else None
            return path[0], path[1].lower() if len(path) > 1 else None, relationship
        if ref is None and is_object(data):
            ref = data
        if not is_object(ref) or not isinstance(ref.get("type"), str):
            self.fail(index, Error("MALFORMED_DOCUMENT", key="atomic.target", pointer=""))
            return None
        id_ = ref.get("id") or self.lids.get(str(ref.get("lid")))
        return ref["type"], str(id_).lower() if id_ else None, ref.get("relationship")

    def resource(
        self, index: int, one: dict[str, Any], resource: ResourceType, id_: str | None
    ) -> Change | None:
        pointer = f"/{MEMBER}/{index}/data"
        data: Any = one.get("data")
        if one["op"] == "remove":
            if id_ is None or not UUID_FORM.fullmatch(id_):
                self.fail(index, Error("MALFORMED_DOCUMENT", key="atomic.target", pointer=""))
                return None
            return located(Change("delete", resource, id_, f"/{MEMBER}/{index}", index), one)
        if not is_object(data):
            self.fail(index, Error("MALFORMED_DOCUMENT", key="body.dataObject", pointer=""))
            return None
        if one["op"] == "add":
            change, errors = read_create(resource, data, pointer, index, self.lids)
        else:
            if id_ is None or not UUID_FORM.fullmatch(id_):
                self.fail(index, Error("MALFORMED_DOCUMENT", key="atomic.target", pointer=""))
                return None
            change, errors = read_update(resource, data, id_, pointer, index, self.lids)
            change.id_member = "/id" if "id" in data else ""
        self.errors += errors
        return change

    def relink(
        self, index: int, one: dict[str, Any], resource: ResourceType, id_: str | None, name: str
    ) -> Change | None:
        try:
            relationship = relationship_of(resource, name)
        except Problem as problem:
            for error in problem.errors:
                self.fail(index, error)
            return None
        given, errors = read_linkage(relationship, one.get("data"), "/data", self.lids)
        for error in errors:
            self.fail(index, error)
        if errors or id_ is None:
            return None
        change = located(Change("update", resource, id_, f"/{MEMBER}/{index}", index), one)
        if one["op"] == "update" or not relationship.many:
            change.relationships[name] = given
        else:
            change.relationships[_EDIT] = (one["op"], name, given)
        return change
