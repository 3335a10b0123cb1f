"""Types whose resources live elsewhere: the `Store` protocol, and the endpoints over it.

A type declared with `store=` is read and written through that store. The store speaks plain records; paths,
filters, sorting, paging, sparse fields, documents, errors, validation and permissions stay here, so that a
wrapped system answers like any other module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.documents import common_meta, document, external_meta, list_meta, page_links
from dina.base.jsonapi.naive import holds, sort_value
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.reading import plan_of
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.table.endpoint import Lines, table_answer, wanted
from dina.base.jsonapi.table.naive import cell
from dina.base.jsonapi.writing.changes import Change, data_array, data_object, read_create, read_update
from dina.base.jsonapi.writing.drafts import Pending, Stored, constraint_errors, draft_of, rule_errors
from dina.base.resource import ResourceType

Record = Mapping[str, Any]
"""`{"id", "attributes", "relationships"}` as in `naive.py`."""


class Store(Protocol):
    """What stands behind a foreign type. Raise Problem for refusals of the other system."""

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        """Candidates for a list: at least all that match `plan.tree` and that the caller of `request` may read.

        The endpoint filters, sorts and pages.
        """
        ...

    async def get(self, service: Service, id_: str) -> Record | None: ...

    async def create(self, service: Service, record: Record, request: Request) -> Record: ...

    async def update(self, service: Service, record: Record, request: Request) -> Record: ...

    async def delete(self, service: Service, id_: str, request: Request) -> None: ...


Endpoint = Callable[[], Awaitable[Answer]]


def endpoints(
    service: Service, request: Request, resource: ResourceType, rest: list[str]
) -> Mapping[str, Endpoint] | None:
    from dina.base.jsonapi.common import languages

    view = _Foreign(service, request, resource)
    found: dict[str, Endpoint]
    match rest:
        case []:
            found = {"GET": view.list, "POST": view.create}
        case ["count"]:
            found = {"GET": view.count}
        case ["languages"]:
            found = {"GET": lambda: languages(service, request)}
        case ["bulk"]:
            found = {"POST": view.bulk_create, "PATCH": view.bulk_update, "DELETE": view.bulk_delete}
        case ["bulk-load"]:
            return {"POST": view.bulk_load}
        case ["table"]:
            return {"POST": view.table}
        case [id_]:
            found = {
                "GET": lambda: view.one(id_),
                "PATCH": lambda: view.update(id_),
                "DELETE": lambda: view.delete(id_),
            }
        case _:
            return None
    needs = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}
    return {method: endpoint for method, endpoint in found.items() if needs[method] in resource.methods}


class _Foreign:
    """The endpoints of one foreign type for one request."""

    def __init__(self, service: Service, request: Request, resource: ResourceType) -> None:
        self.service = service
        self.request = request
        self.resource = resource
        self.store: Store = resource.store

    def facts(self, record: Record) -> dict[str, Any]:
        return {**record["attributes"], "id": record["id"]}

    def may(self, action: str, record: Record) -> bool:
        return self.resource.may(action, self.request.caller, self.facts(record))

    def asked(self, allowed: frozenset[str]) -> tuple[Asked, Plan]:
        asked = ask(self.service.types, self.resource, self.request.query, allowed)
        if asked.language:
            self.request.language = asked.language
        return asked, plan_of(self.service, self.request, self.resource, asked)

    async def matching(self, plan: Plan) -> list[Record]:
        found = await self.store.find(self.service, plan, self.request)
        kept = [
            r
            for r in found
            if self.may("read", r) and (plan.tree is None or holds(plan.tree, r, lambda t, i: None))
        ]
        kept.sort(key=lambda r: str(r["id"]))
        for key in reversed(plan.sort):
            filled = [r for r in kept if sort_value(key.target, r) is not None]
            empty = [r for r in kept if sort_value(key.target, r) is None]
            filled.sort(key=lambda r, t=key.target: sort_value(t, r), reverse=key.descending)
            kept = [*filled, *empty]
        return kept

    async def list(self) -> Answer:
        asked, plan = self.asked(ask_for.LIST)
        found = await self.matching(plan)
        page = found[plan.offset : plan.offset + plan.limit]
        meta = list_meta(self.service, self.request, asked, plan, len(found))
        external = external_meta(self.service, plan)
        if external:
            meta["external"] = external
        links = page_links(self.request, asked, plan, len(found), None)
        included = b"[]" if asked.include is not None else None
        return Answer(200, document(dumps([self.render(r, plan) for r in page]), included, meta, links))

    async def count(self) -> Answer:
        asked, plan = self.asked(ask_for.COUNT)
        number = len(await self.matching(plan))
        data = {"type": "count", "id": "1", "attributes": {"value": number}}
        meta = {**common_meta(self.service, self.request, asked), "results": number}
        return Answer(
            200, document(dumps(data), None, meta, {"self": self.request.prefix + self.request.path})
        )

    async def table(self) -> Answer:
        asked = await wanted(self.service, self.request, self.resource)
        found = (await self.matching(asked.plan))[: asked.limit]

        async def lines() -> Lines:
            if found:
                yield [dumps([cell(c, record, lambda t, i: None) for c in asked.columns]) for record in found]

        return await table_answer(self.request, asked.columns, lines())

    async def found(self, id_: str, action: str = "read") -> Record:
        record = await self.store.get(self.service, id_)
        if record is None:
            raise Problem(Error("NOT_FOUND"))
        if not self.may(action, record):
            raise Problem(Error("FORBIDDEN"))
        return record

    async def one(self, id_: str) -> Answer:
        asked, plan = self.asked(ask_for.SINGLE)
        return self.single(await self.found(id_), asked, plan)

    def single(self, record: Record, asked: Asked, plan: Plan, status: int = 200) -> Answer:
        link = f"{self.request.prefix}/{self.resource.type}/{record['id']}"
        meta = common_meta(self.service, self.request, asked)
        external = external_meta(self.service, plan)
        if external:
            meta["external"] = external
        included = b"[]" if asked.include is not None else None
        answer = Answer(status, document(dumps(self.render(record, plan)), included, meta, {"self": link}))
        return answer.header(b"location", link) if status == 201 else answer

    def render(self, record: Record, plan: Plan) -> dict[str, Any]:
        """A record as a resource object, sparse and compact as the plan says."""
        sparse = plan.fields.get(self.resource.type)
        optional = plan.optional.get(self.resource.type, frozenset())
        attributes = {
            n: record["attributes"].get(n)
            for n, f in self.resource.attributes.items()
            if n in optional or (not f.on_request and (sparse is None or n in sparse))
        }
        base = f"{self.request.prefix}/{self.resource.type}/{record['id']}"
        out: dict[str, Any] = {"type": self.resource.type, "id": record["id"], "attributes": attributes}
        relationships: dict[str, Any] = {}
        for name, relationship in self.resource.relationships.items():
            value = record["relationships"].get(name, [] if relationship.many else None)
            asked = plan.included((name,))
            if plan.compact and (not asked or value is None):
                continue
            if sparse is not None and name not in sparse and not asked:
                continue
            relationships[name] = {"data": value}
            if not plan.compact:
                relationships[name]["meta"] = {"external": relationship.external}
        if relationships:
            out["relationships"] = relationships
        if not plan.compact:
            out["links"] = {"self": base}
        if plan.permissions:
            out["meta"] = {
                "permissionsProvider": self.resource.provider,
                "permissions": self.resource.permissions(self.request.caller, self.facts(record)),
            }
        return out

    def judged(self, change: Change, stored: Stored | None) -> Pending:
        pending = draft_of(change, stored)
        errors = [change.located(e) for e in constraint_errors(pending)]
        errors += [change.located(e) for e in rule_errors(pending)]
        if errors:
            raise Problem(errors)
        return pending

    async def store_new(self, change: Change) -> Record:
        pending = self.judged(change, None)
        record = {
            "id": change.id,
            "attributes": pending.draft.attributes,
            "relationships": pending.draft.relationships,
        }
        if not self.may("create", record):
            raise Problem(change.located(Error("FORBIDDEN", pointer="")))
        return await self.store.create(self.service, record, self.request)

    async def store_changed(self, change: Change) -> Record:
        before = await self.found(change.id, "update")
        stored = Stored(change.id, 0, False, None, dict(before["attributes"]), dict(before["relationships"]))
        pending = self.judged(change, stored)
        record = {
            "id": change.id,
            "attributes": pending.draft.attributes,
            "relationships": pending.draft.relationships,
        }
        return await self.store.update(self.service, record, self.request)

    async def create(self) -> Answer:
        asked, plan = self.asked(ask_for.WRITE)
        change, errors = read_create(self.resource, data_object(await self.request.body()), "/data", None, {})
        if errors:
            raise Problem(errors)
        return self.single(await self.store_new(change), asked, plan, 201)

    async def update(self, id_: str) -> Answer:
        asked, plan = self.asked(ask_for.WRITE)
        await self.found(id_, "update")
        change, errors = read_update(
            self.resource, data_object(await self.request.body()), id_, "/data", None, {}
        )
        if errors:
            raise Problem(errors)
        return self.single(await self.store_changed(change), asked, plan)

    async def delete(self, id_: str) -> Answer:
        ask(self.service.types, self.resource, self.request.query, ask_for.DELETE)
        await self.found(id_, "delete")
        await self.store.delete(self.service, id_, self.request)
        return Answer(204, content_type=None)

    def many(self, records: list[Record], asked: Asked, plan: Plan) -> Answer:
        plan = plan_of(self.service, self.request, self.resource, asked, compact=True)
        meta = common_meta(self.service, self.request, asked)
        return Answer(200, document(dumps([self.render(r, plan) for r in records]), None, meta, None))

    async def bulk_create(self) -> Answer:
        asked, plan = self.asked(ask_for.WRITE)
        items = data_array(await self.request.body(), self.service.max_bulk)
        read = [read_create(self.resource, item, f"/data/{i}", i, {}) for i, item in enumerate(items)]
        self.stop([e for _, errors in read for e in errors])
        for change, _ in read:
            self.judged(change, None)
        return self.many([await self.store_new(change) for change, _ in read], asked, plan)

    async def bulk_update(self) -> Answer:
        asked, plan = self.asked(ask_for.WRITE)
        items = data_array(await self.request.body(), self.service.max_bulk)
        read = [
            read_update(self.resource, item, str(item.get("id", "")).lower(), f"/data/{i}", i, {})
            for i, item in enumerate(items)
        ]
        self.stop([e for _, errors in read for e in errors])
        for change, _ in read:
            await self.found(change.id, "update")
        return self.many([await self.store_changed(change) for change, _ in read], asked, plan)

    async def bulk_delete(self) -> Answer:
        ids = [str(item.get("id")) for item in data_array(await self.request.body(), self.service.max_bulk)]
        for id_ in ids:
            await self.found(id_, "delete")
        for id_ in ids:
            await self.store.delete(self.service, id_, self.request)
        return Answer(204, content_type=None)

    async def bulk_load(self) -> Answer:
        asked, plan = self.asked(ask_for.WRITE)
        ids = [str(item.get("id")) for item in data_array(await self.request.body(), self.service.max_bulk)]
        found = [await self.store.get(self.service, id_) for id_ in ids]
        self.stop(
            [
                Error("NOT_FOUND", pointer=f"/data/id/{i}")
                for i, r in zip(ids, found, strict=True)
                if r is None
            ]
        )
        return self.many([r for r in found if r is not None and self.may("read", r)], asked, plan)

    @staticmethod
    def stop(errors: list[Error]) -> None:
        if errors:
            raise Problem(errors)
