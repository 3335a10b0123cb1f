"""Related resources and relationship linkage of one resource (api.md §11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi import parameters as ask_for
from dina.base.jsonapi.documents import common_meta, document, external_meta
from dina.base.jsonapi.parameters import Asked, ask
from dina.base.jsonapi.plan import Living, Plan, Select
from dina.base.jsonapi.reading import base_values, check_one, one_document, plan_of, read_list, real_id, run
from dina.base.jsonapi.service import Service
from dina.base.resource import Relationship, ResourceType


def relationship_of(resource: ResourceType, name: str) -> Relationship:
    found = resource.relationships.get(name)
    if found is None:
        raise Problem(
            Error("NOT_FOUND", key="relationship.none", values={"name": name, "type": resource.type})
        )
    return found


async def owner_linkage(
    service: Service, request: Request, resource: ResourceType, id_: str, relationship: Relationship
) -> tuple[str, Any]:
    """The id and the linkage of a relationship of a living, readable resource."""
    plan = Plan(
        resource=resource,
        select=Select(ids=True),
        include=((relationship.name,),),
        fields={resource.type: frozenset()},
        compact=True,
        living=Living.BOTH,
        total=False,
        visibility=service.visibility(request.caller),
    )
    plan = replace(plan, include=((relationship.name,),))
    async with service.pools.read.connection() as connection:
        id_ = await real_id(service, connection, resource, id_)
        row = await run(service, connection, plan, {**base_values(service, request, plan), "ids": [id_]})
    check_one(request, resource, id_, row.facts[0] if row.facts else None)
    found: Any = orjson.loads(row.data)[0].get("relationships", {}).get(relationship.name)
    linkage: dict[str, Any] = found or {}
    return id_, linkage.get("data", [] if relationship.many else None)


async def read_related(
    service: Service, request: Request, resource: ResourceType, id_: str, name: str
) -> Answer:
    """`GET /{type}/{id}/{relationship}`: the related resource or resources as primary data."""
    relationship = relationship_of(resource, name)
    if relationship.external:
        href = [{"type": t, "href": f"{service.owners.get(t, '')}/{t}"} for t in relationship.targets]
        raise Problem(Error("NOT_FOUND", key="relationship.external", meta={"external": href}))
    target = service.types[relationship.target]
    id_, linkage = await owner_linkage(service, request, resource, id_, relationship)
    if relationship.many:
        return await read_list(service, request, target, source=(resource, relationship, id_))
    asked = ask(service.types, target, request.query, ask_for.SINGLE)
    if linkage is None:
        return empty(service, request, asked)
    plan = plan_of(service, request, target, asked, select=Select(ids=True), living=Living.ALIVE, total=False)
    async with service.pools.read.connection() as connection:
        row = await run(
            service, connection, plan, {**base_values(service, request, plan), "ids": [linkage["id"]]}
        )
    if not row.facts:
        return empty(service, request, asked)
    check_one(request, target, linkage["id"], row.facts[0])
    return one_document(service, request, asked, plan, row, row.facts[0])


def empty(service: Service, request: Request, asked: Asked) -> Answer:
    meta = common_meta(service, request, asked)
    return Answer(200, document(b"null", None, meta, {"self": request.prefix + request.path}))


async def read_linkage(
    service: Service, request: Request, resource: ResourceType, id_: str, name: str
) -> Answer:
    """`GET /{type}/{id}/relationships/{relationship}`: the linkage, to-many paged."""
    relationship = relationship_of(resource, name)
    asked = ask(service.types, resource, request.query, frozenset({"page"}))
    id_, linkage = await owner_linkage(service, request, resource, id_, relationship)
    meta = common_meta(service, request)
    own = f"{request.prefix}/{resource.type}/{id_}"
    links = {"self": f"{own}/relationships/{name}"}
    if not relationship.external:
        links["related"] = f"{own}/{name}"
    else:
        plan = Plan(resource, fields={resource.type: frozenset({name})})
        meta["external"] = external_meta(service, plan)
    if relationship.many:
        page = asked.page
        meta |= {
            "totalResourceCount": len(linkage),
            "results": len(linkage),
            "limit": page.limit,
            "offset": page.offset,
        }
        linkage = linkage[page.offset : page.offset + page.limit]
    return Answer(200, document(dumps(linkage), None, meta, links))
