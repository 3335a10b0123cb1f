"""One resource: its filled attributes, what it is linked with, its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Resource
from dina.web.registry import ADMINISTRATIVE, Registry, TypeView
from dina.web.rendering import client_of, registry_of, render, view_of
from dina.web.values import shown, title_of


async def record(request: Request) -> Response:
    """One resource: its filled attributes, what it is linked with, its history."""
    view = await view_of(request)
    language, registry = request.state.language, await registry_of(request)
    id_ = request.path_params["id"]
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    optional = [n for n in ("hierarchy", "materialSampleChildren") if n in view.attributes]
    params: dict[str, Any] = {"include": ",".join(internal)} if internal else {}
    if optional:
        params[f"optfields[{view.type}]"] = ",".join(optional)
    try:
        page = await client_of(request).get(
            f"{view.path}/{quote(id_)}", params, **{"include-dina-permission": "true"}
        )
    except ApiError as fault:
        if fault.status != 410:
            raise
        history = await history_of(request, view, id_)
        return render(request, "generic/gone.html", 410, view=view, id=id_, history=history, fault=fault)
    resource = page.one
    attributes = [
        (name, fact, shown(fact, resource.attributes.get(name), language))
        for name, fact in view.attributes.items()
        if resource.attributes.get(name) not in (None, [], {}, "") and name not in optional
    ]
    related = [
        (
            fact,
            [
                (
                    registry.types[fact["targets"][0]],
                    one,
                    title_of(registry.types[fact["targets"][0]], one, language),
                )
                for one in page.related(resource, name)
            ],
        )
        for name, fact in view.relationships.items()
        if not fact["external"] and page.related(resource, name)
    ]
    external = [
        (fact, list(resource.linked(name)))
        for name, fact in view.relationships.items()
        if fact["external"] and resource.linked(name)
    ]
    names = await external_names(request, external)
    linked = [
        (fact, target, one, title, [
            (n, f, shown(f, one.attributes.get(n), language)) for n, f in target.attributes.items()
            if one.attributes.get(n) not in (None, [], {}, "") and n not in ADMINISTRATIVE
        ])
        for fact, found in related for target, one, title in found if target.type in ("organism", "collecting-event")
    ]  # fmt: skip
    return render(
        request, "generic/record.html", view=view, resource=resource, title=title_of(view, resource, language),
        attributes=attributes, related=related, external=external, names=names, linked=linked,
        history=await history_of(request, view, id_), children=resource.attributes.get("materialSampleChildren") or [],
        lineage=(resource.attributes.get("hierarchy") or [])[1:], permissions=resource.meta.get("permissions", []),
    )  # fmt: skip


async def external_names(
    request: Request, external: list[tuple[Any, list[dict[str, str]]]]
) -> dict[str, str]:
    """Names of linked people, asked of their module; what cannot be found is shown by its id."""
    registry: Registry = request.app.state.registry
    wanted: dict[str, set[str]] = {}
    for _, links in external:
        for link in links:
            wanted.setdefault(link["type"], set()).add(link["id"])
    names: dict[str, str] = {}
    for type_, ids in wanted.items():
        view = registry.types.get(type_)
        if view is None:
            continue
        page = await client_of(request).get(
            view.path, {"filter[uuid][IN]": ",".join(sorted(ids)), "page[limit]": 100}
        )
        names |= {one.id: title_of(view, one, request.state.language) for one in page.data}
    return names


async def history_of(request: Request, view: TypeView, id_: str) -> list[Resource]:
    path = f"{view.path}/{quote(id_)}/revisions"
    params = {"page[limit]": 20, "optfields[audit-snapshot]": "changes"}
    try:
        return (await client_of(request).get(path, params)).data
    except ApiError:
        return []
