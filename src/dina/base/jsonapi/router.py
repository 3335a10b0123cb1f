"""From method and path to an endpoint; one table for every type of every module."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from dina.base.errors import Error, Problem
from dina.base.history import endpoints as history
from dina.base.http import Answer, Request
from dina.base.http.negotiation import ATOMIC, asks_by_post, request_extensions
from dina.base.jobs import endpoints as jobs
from dina.base.jsonapi import common, foreign, operation, own, reading, related
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.table import endpoint as table
from dina.base.jsonapi.writing import atomic, bulk
from dina.base.jsonapi.writing import endpoints as writing
from dina.base.jsonapi.writing.idempotency import once
from dina.base.resource import ResourceType

Endpoint = Callable[[], Awaitable[Answer]]
Methods = Mapping[str, Endpoint]
RESERVED = frozenset({"count", "languages", "bulk", "bulk-load", "operations", "table"})


async def dispatch(service: Service, request: Request) -> Answer:
    """Answer one request below the module's prefix. Raises Problem."""
    methods = find(service, request)
    if methods is None:
        raise Problem(Error("NO_SUCH_ENDPOINT"))
    method = "GET" if request.method == "HEAD" else request.method
    allowed = allow(methods)
    if method == "OPTIONS":
        return Answer(204, content_type=None).header(b"allow", allowed)
    endpoint = methods.get(method)
    if endpoint is None:
        raise Problem(Error("METHOD_NOT_ALLOWED", values={"allowed": allowed}), headers={"Allow": allowed})
    if operation.takes_file(service, method, request.path.split("/")[1:]):
        return await endpoint()
    if method in ("POST", "PATCH") or b"transfer-encoding" in request.headers:
        check_extensions(request)
        if asks_by_post(method, request.path) or operation.asks(service, method, request.path):
            return await endpoint()
        return await once(service, request, endpoint)
    return await endpoint()


def allow(methods: Methods) -> str:
    names = set(methods) | {"OPTIONS"}
    if "GET" in names:
        names.add("HEAD")
    return ", ".join(sorted(names))


def check_extensions(request: Request) -> None:
    """`bulk` belongs on bulk paths, `atomic` on `operations`; elsewhere they mean nothing we know."""
    found = request_extensions(request.headers.get(b"content-type", b""))
    bulk_path = request.path.endswith(("/bulk", "/bulk-load"))
    for extension in found:
        fits = request.path.endswith("/operations") if extension == ATOMIC else bulk_path
        if not fits:
            raise Problem(Error("UNSUPPORTED_MEDIA_TYPE", header="Content-Type"))


def find(service: Service, request: Request) -> Methods | None:
    """The endpoints at a path, by method; None when there is nothing."""
    segments = [unquote(part) for part in request.path.split("/")[1:]]
    head = segments[0]
    operations = operation.endpoints(service, request, segments) if service.module.operations else None
    if operations:
        return operations
    shared = SHARED.get(head)
    if shared is not None:
        return shared(service, request, segments[1:])
    resource = service.types.get(head)
    if resource is None:
        return None
    if resource.store is not None:
        return foreign.endpoints(service, request, resource, segments[1:])
    return type_endpoints(service, request, resource, segments[1:])


def type_endpoints(
    service: Service, request: Request, resource: ResourceType, rest: list[str]
) -> Methods | None:
    s, q, r = service, request, resource
    found: dict[str, Endpoint]
    match rest:
        case []:
            found = {"GET": lambda: reading.read_list(s, q, r), "POST": lambda: writing.create(s, q, r)}
        case ["count"]:
            found = {"GET": lambda: reading.read_count(s, q, r)}
        case ["languages"]:
            found = {"GET": lambda: common.languages(s, q)}
        case ["bulk"]:
            found = {
                "POST": lambda: bulk.bulk_create(s, q, r),
                "PATCH": lambda: bulk.bulk_update(s, q, r),
                "DELETE": lambda: bulk.bulk_delete(s, q, r),
            }
        case ["bulk-load"]:
            return {"POST": lambda: bulk.bulk_load(s, q, r)}
        case ["table"]:
            return {"POST": lambda: table.read_table(s, q, r)} if "read" in r.methods else None
        case [id_]:
            found = {
                "GET": lambda: reading.read_one(s, q, r, id_),
                "PATCH": lambda: writing.update(s, q, r, id_),
                "DELETE": lambda: writing.delete(s, q, r, id_),
            }
        case [id_, "restore"]:
            found = {"POST": lambda: writing.restore(s, q, r, id_)}
        case [id_, "revisions"]:
            found = {"GET": lambda: history.resource_revisions(s, q, r, id_)}
        case [id_, "revisions", version]:
            found = {"GET": lambda: history.resource_revision(s, q, r, id_, version)}
        case [id_, "revisions", version, "revert"]:
            found = {"POST": lambda: history.revert(s, q, r, id_, version)}
        case [id_, "relationships", name]:
            found = {"GET": lambda: related.read_linkage(s, q, r, id_, name)}
            found |= dict.fromkeys(("PATCH", "POST", "DELETE"), lambda: writing.relink(s, q, r, id_, name))
        case [id_, name]:
            found = {"GET": lambda: related.read_related(s, q, r, id_, name)}
        case _:
            return None
    return permitted(resource, found)


NEEDS = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}


def permitted(resource: ResourceType, found: dict[str, Endpoint]) -> Methods:
    """The methods that the type serves at all."""
    return {method: endpoint for method, endpoint in found.items() if NEEDS[method] in resource.methods}


def _get(endpoint: Endpoint) -> Methods:
    return {"GET": endpoint}


def _audit(service: Service, request: Request, rest: list[str]) -> Methods | None:
    if not rest:
        return _get(lambda: history.snapshots(service, request))
    return _get(lambda: history.snapshot(service, request, "/".join(rest)))


def _change_set(service: Service, request: Request, rest: list[str]) -> Methods | None:
    match rest:
        case []:
            return _get(lambda: history.change_sets(service, request))
        case [id_]:
            return _get(lambda: history.change_set(service, request, id_))
        case [id_, "undo"]:
            return {
                "GET": lambda: history.preview_undo(service, request, id_),
                "POST": lambda: history.undo(service, request, id_),
            }
        case _:
            return None


def _job(service: Service, request: Request, rest: list[str]) -> Methods | None:
    match rest:
        case []:
            return _get(lambda: jobs.jobs(service, request))
        case [id_]:
            return _get(lambda: jobs.job(service, request, id_))
        case [id_, "events"]:
            return _get(lambda: jobs.events(service, request, id_))
        case [id_, "stop"]:
            return {"POST": lambda: jobs.stop(service, request, id_)}
        case [id_, "retry"]:
            return {"POST": lambda: jobs.retry(service, request, id_)}
        case [id_, "files", name]:
            return _get(lambda: jobs.file(service, request, id_, name))
        case _:
            return None


def _only(rest: list[str], methods: Methods) -> Methods | None:
    return None if rest else methods


SHARED: dict[str, Callable[[Service, Request, list[str]], Methods | None]] = {
    "operations": lambda s, q, rest: _only(rest, {"POST": lambda: atomic.operations(s, q)}),
    "languages": lambda s, q, rest: _only(rest, _get(lambda: common.languages(s, q))),
    "audit-snapshot": _audit,
    "changes": lambda s, q, rest: _only(rest, _get(lambda: history.changes(s, q))),
    "change-set": _change_set,
    "job": lambda s, q, rest: _job(s, q, rest) if s.module.jobs else None,
    "api-info": lambda s, q, rest: _only(rest, _get(lambda: common.api_info(s, q))),
    "index-refresh": lambda s, q, rest: _only(rest, {"POST": lambda: common.index_refresh(s, q)}),
    "own-permissions": lambda s, q, rest: _only(rest, _get(lambda: own.own_permissions(s, q))),
    "role-permissions": lambda s, q, rest: _only(rest, _get(lambda: own.role_permissions(s, q))),
    "permission-check": lambda s, q, rest: _only(rest, {"POST": lambda: common.permission_check(s, q)}),
    "resource-name-identifier": lambda s, q, rest: _only(rest, _get(lambda: common.name_identifiers(s, q))),
    "external-reference-report": lambda s, q, rest: _only(
        rest, _get(lambda: common.external_references(s, q))
    ),
    "vocabulary": lambda s, q, rest: _get(lambda: common.vocabularies(s, q, rest)),
    "vocabulary2": lambda s, q, rest: _get(lambda: common.vocabularies(s, q, rest)),
    "openapi.json": lambda s, q, rest: _only(rest, _get(lambda: common.openapi(s, q))),
    "registry": lambda s, q, rest: _only(rest, _get(lambda: common.registry(s, q))),
}
