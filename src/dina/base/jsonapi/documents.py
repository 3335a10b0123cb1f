"""Top-level documents around data that PostgreSQL has built (api.md §3, §4)."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote_plus

from dina.base.http import Answer, Request, dumps
from dina.base.jsonapi.parameters import Asked
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.sql.document import wanted_relationships
from dina.base.resource import ResourceType
from dina.base.text import LANGUAGES

HEAD = b'{"jsonapi":{"version":"1.1"},"data":'


def common_meta(service: Service, request: Request, asked: Asked | None = None) -> dict[str, Any]:
    """The members every answer carries."""
    meta: dict[str, Any] = {
        "apiVersion": "v1",
        "moduleVersion": service.version,
        "callDate": request.arrived.isoformat().replace("+00:00", "Z"),
        "responseTime": round((time.perf_counter() - request.started) * 1000, 2),
        "supportedLanguages": LANGUAGES,
        "resultLanguage": request.language,
    }
    if service.contact:
        meta["maintenanceContact"] = service.contact
    warnings = {**request.warnings, **(asked.warnings if asked else {})}
    if warnings:
        meta["warnings"] = warnings
    return meta


def external_meta(service: Service, plan: Plan) -> list[dict[str, str]]:
    """`{type, href}` of every external relationship that the answer may hold."""
    types: dict[str, None] = {}
    resources: list[tuple[tuple[str, ...], ResourceType]] = [((), plan.resource)]
    for path in plan.include:
        owner = plan.resource
        for position, name in enumerate(path):
            relationship = owner.relationships[name]
            if relationship.external:
                break
            owner = service.types[relationship.target]
            resources.append((path[: position + 1], owner))
    for path, owner in resources:
        for relationship in wanted_relationships(plan, owner, path):
            if relationship.external:
                types.update(dict.fromkeys(relationship.targets))
    return [{"type": t, "href": f"{service.owners.get(t, '')}/{t}"} for t in types]


def list_meta(
    service: Service, request: Request, asked: Asked, plan: Plan, total: int | None
) -> dict[str, Any]:
    meta = common_meta(service, request, asked)
    if total is not None:
        meta["totalResourceCount"] = total
        meta["results"] = total
    meta["limit"] = plan.limit
    meta["offset"] = plan.offset
    meta["sort"] = asked.sort_names or (["-createdOn"] if not asked.sort else [])
    return meta


def page_links(
    request: Request, asked: Asked, plan: Plan, total: int | None, cursor: str | None
) -> dict[str, Any]:
    """self, first, prev, next, last; other parameters kept; null where there is none (api.md §6)."""
    base = request.prefix + request.path
    kept = [(n, v) for n, v in asked.pairs if not n.startswith("page[")]

    def address(**page: Any) -> str:
        pairs = [*kept, *((f"page[{name}]", str(value)) for name, value in page.items())]
        return base + "?" + "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in pairs)

    own = base + ("?" + request.query.decode("latin-1") if request.query else "")
    own = own.replace("[", "%5B").replace("]", "%5D")
    if plan.cursor:
        following = address(after=cursor, limit=plan.limit) if cursor else None
        return {
            "self": own,
            "first": address(after="", limit=plan.limit),
            "prev": None,
            "next": following,
            "last": None,
        }
    limit, offset, total = plan.limit, plan.offset, total or 0
    last = max(0, (total - 1) // limit * limit) if limit else 0
    return {
        "self": own,
        "first": address(offset=0, limit=limit),
        "prev": address(offset=max(0, offset - limit), limit=limit) if offset > 0 and limit else None,
        "next": address(offset=offset + limit, limit=limit) if limit and offset + limit < total else None,
        "last": address(offset=last, limit=limit),
    }


def document(
    data: bytes, included: bytes | None, meta: dict[str, Any], links: dict[str, Any] | None
) -> bytes:
    """The whole document as bytes; `data` and `included` are JSON already."""
    parts = [HEAD, data]
    if included is not None:
        parts += [b',"included":', included]
    parts += [b',"meta":', dumps(meta)]
    if links is not None:
        parts += [b',"links":', dumps(links)]
    parts.append(b"}")
    return b"".join(parts)


def plain_document(
    service: Service, request: Request, data: Any, *, status: int = 200, meta: dict[str, Any] | None = None
) -> Answer:
    """A document whose data Python made."""
    whole = {**common_meta(service, request), **(meta or {})}
    return Answer(status, document(dumps(data), None, whole, {"self": request.prefix + request.path}))
