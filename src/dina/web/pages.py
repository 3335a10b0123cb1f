"""Every page: home, sign-in, list, record, form. What a page shows follows from the registry."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from dina.client import ApiError, Page, Resource
from dina.web.registry import Registry, TypeView
from dina.web.rendering import check_language, client_of, registry_of, render, view_of
from dina.web.session import Session, keep, safe_target
from dina.web.values import Shown, formatted_name, shown, title_of

PAGE = 25
ESCAPED = re.compile(r"([,;()*\\])")


async def choose_language(request: Request) -> Response:
    return RedirectResponse(f"/{request.state.language}", 302)


async def choose_docs(request: Request) -> Response:
    return RedirectResponse(f"/{request.state.language}/docs", 302)


async def reference(request: Request) -> Response:
    """Every type with its attributes, limits and terms, from the registry."""
    check_language(request)
    registry = await registry_of(request)
    return render(request, "docs.html", views=list(registry.types.values()), modules=registry.modules)


async def home(request: Request) -> Response:
    """The types of every module with how many of each there are."""
    check_language(request)
    registry = await registry_of(request)
    counts: dict[str, int] = {}
    for view in registry.types.values():
        if view.facts["title"] in view.attributes or view.type in (
            "material-sample",
            "organism",
            "collecting-event",
        ):
            page = await client_of(request).request("GET", f"{view.path}/count")
            counts[view.type] = page["data"]["attributes"]["value"]
    modules: dict[str, list[TypeView]] = {}
    for view in registry.types.values():
        if view.type in counts:
            modules.setdefault(view.module, []).append(view)
    return render(request, "home.html", modules=modules, counts=counts)


async def sign_in(request: Request) -> Response:
    """The form, and on POST a session for those whose password is right."""
    check_language(request)
    language = request.state.language
    target = safe_target(request.query_params.get("to", ""), f"/{language}")
    if request.method == "GET":
        return render(request, "sign-in.html", problem="", target=target, username="")
    form = await request.form()
    username = str(form.get("username", ""))[:200]
    answer = await client_of(request).http.post(
        "/auth/realms/dina/protocol/openid-connect/token",
        data={
            "grant_type": "password",
            "client_id": "dina-public",
            "username": username,
            "password": str(form.get("password", ""))[:1000],
        },
    )
    if answer.status_code != 200:
        problem = "The user name or the password is not right."
        return render(request, "sign-in.html", 401, problem=problem, target=target, username=username)
    # A fresh session, so that nobody can plant one before sign-in.
    session = request.state.session = Session(username=username.lower(), changed=False)
    keep(session, answer.json())
    response = RedirectResponse(safe_target(str(form.get("to", "")), target), 303)
    request.app.state.sessions.write(response, session)
    return response


async def sign_out(request: Request) -> Response:
    session: Session = request.state.session
    if session.refresh:
        await client_of(request).http.post(
            "/auth/realms/dina/protocol/openid-connect/logout", data={"refresh_token": session.refresh}
        )
    response = RedirectResponse(f"/{request.state.language}/sign-in", 303)
    request.app.state.sessions.write(response, Session())
    session.changed = False
    return response


async def specimens(request: Request) -> Response:
    request.path_params["type"] = "material-sample"
    return await listing(request)


async def specimen(request: Request) -> Response:
    request.path_params["type"] = "material-sample"
    return await record(request)


def text_filter(view: TypeView, text: str) -> str:
    """The free-text filter in FIQL: any searchable text contains it; for specimens also what is linked."""
    pattern = "*" + ESCAPED.sub(r"\\\1", text) + "*"
    paths = view.searched()
    if view.type == "material-sample":
        paths += [
            "organism.determination.verbatimScientificName", "organism.determination.scientificName",
            "collectingEvent.dwcRecordedBy", "collectingEvent.dwcVerbatimLocality", "collectingEvent.dwcCountry",
        ]  # fmt: skip
    return ",".join(f"{path}=={pattern}" for path in paths)


async def listing(request: Request) -> Response:
    """A list with text filter, sorting and paging."""
    view = await view_of(request)
    query = request.query_params
    text = query.get("q", "").strip()[:200]
    offset = int(query["offset"]) if query.get("offset", "").isdigit() else 0
    offset = min(offset, 10_000_000)
    sort = query.get("sort", "")
    if sort.removeprefix("-") not in view.attributes or not view.attributes[sort.removeprefix("-")].get(
        "sortable"
    ):
        sort = ""
    include = view.listed_relationships()
    params: list[tuple[str, Any]] = [("page[limit]", PAGE), ("page[offset]", offset)]
    if include:
        params.append(("include", ",".join(include)))
    if sort:
        params.append(("sort", sort))
    if text and view.searched():
        params.append(("fiql", text_filter(view, text)))
    page = await client_of(request).get(view.path, params)
    total = int(page.meta.get("totalResourceCount", 0))

    def address(**changes: Any) -> str:
        values = {"q": text, "sort": sort, "offset": offset} | changes
        return "?" + urlencode({k: v for k, v in values.items() if v})

    registry = await registry_of(request)
    rows = [list_row(registry, view, page, resource, request.state.language) for resource in page.data]
    return render(
        request,
        "list-part.html" if request.headers.get("hx-request") == "true" else "list.html",
        view=view, rows=rows, text=text, sort=sort, offset=offset, total=total, limit=PAGE, address=address,
        last=max(0, (total - 1) // PAGE * PAGE),
    )  # fmt: skip


def list_row(
    registry: Registry, view: TypeView, page: Page, resource: Resource, language: str
) -> dict[str, Any]:
    cells: list[list[Shown]] = [
        [shown(view.attributes[name], resource.attributes.get(name), language)] for name in view.columns()
    ]
    for name in view.listed_relationships():
        target = registry.types[view.relationships[name]["targets"][0]]
        cells.append(
            [
                Shown(
                    title_of(target, one, language),
                    link=f"/{language}/{target.type}/{one.id}",
                    italic=target.type == "organism",
                    html=formatted_name(one) if target.type == "organism" else None,
                )
                for one in page.related(resource, name)
            ]
        )
    return {"id": resource.id, "title": title_of(view, resource, language), "cells": cells}


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
        return render(request, "gone.html", 410, view=view, id=id_, history=history, fault=fault)
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
        request, "record.html", view=view, resource=resource, title=title_of(view, resource, language),
        attributes=attributes, related=related, external=external, names=names, linked=linked,
        history=await history_of(request, view, id_), children=resource.attributes.get("materialSampleChildren") or [],
        lineage=(resource.attributes.get("hierarchy") or [])[1:], permissions=resource.meta.get("permissions", []),
    )  # fmt: skip


ADMINISTRATIVE = ("group", "createdBy", "createdOn", "lastUpdatedOn", "resourceVersion", "version")


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


async def pick(request: Request) -> Response:
    """Suggestions for a picker: the API's list, cut to id and title."""
    view = await view_of(request)
    text = request.query_params.get("q", "").strip()[:100]
    params: dict[str, Any] = {"page[limit]": 10}
    if text and view.searched():
        params["fiql"] = text_filter(view, text)
    page = await client_of(request).get(view.path, params)
    language = request.state.language
    return JSONResponse([{"id": one.id, "title": title_of(view, one, language)} for one in page.data])


async def api_error(request: Request, fault: Exception) -> Response:
    """A page for what the API refused; those who are not signed in are sent to do so."""
    assert isinstance(fault, ApiError)
    if fault.status == 401:
        target = request.url.path + (
            f"?{request.url.query}" if request.url.query and request.method == "GET" else ""
        )
        where = f"/{request.state.language}/sign-in?" + urlencode({"to": target})
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={"hx-redirect": where})
        return RedirectResponse(where, 303)
    return render(request, "error.html", fault.status, errors=fault.errors, status_code=fault.status)


async def not_found(request: Request, fault: Exception) -> Response:
    if not hasattr(request.state, "language"):
        return HTMLResponse("Not found", 404)
    return render(request, "error.html", 404, errors=[], status_code=404)
