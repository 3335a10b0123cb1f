"""Pages that change a record: the form, saving, deleting, restoring."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Resource
from dina.web.generic import forms
from dina.web.registry import Registry, TypeView
from dina.web.rendering import address, client_of, registry_of, render, view_of
from dina.web.values import title_of


async def new(request: Request) -> Response:
    view = await view_of(request)
    registry = await registry_of(request)
    if request.method == "GET":
        return render(
            request,
            "generic/form.html",
            view=view,
            fields=forms.fields(registry, view, None, request.state.language),
            resource=None,
            errors=[],
            title="",
        )
    return await save(request, registry, view, None)


async def edit(request: Request) -> Response:
    view = await view_of(request)
    registry = await registry_of(request)
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    params = {"include": ",".join(internal)} if internal else {}
    page = await client_of(request).get(f"{view.path}/{quote(request.path_params['id'])}", params)
    language = request.state.language
    if request.method == "GET":
        fields = forms.fields(registry, view, page.one, language, page)
        return render(
            request,
            "generic/form.html",
            view=view,
            fields=fields,
            resource=page.one,
            errors=[],
            title=title_of(view, page.one, language),
        )
    return await save(request, registry, view, page.one)


async def save(request: Request, registry: Registry, view: TypeView, resource: Resource | None) -> Response:
    """Create or change through the API; its errors come back beside their fields."""
    form = await request.form()
    language = request.state.language
    attributes, relationships, faults = forms.read(view, form, resource, language)
    if not faults:
        try:
            if resource is None:
                made = await client_of(request).create(view.path, attributes, relationships)
            else:
                version = str(form.get("resourceVersion", ""))
                if version.isdigit():
                    attributes["resourceVersion"] = int(version)
                made = await client_of(request).update(view.path, resource.id, attributes, relationships)
            return RedirectResponse(address(language, view.type, made.id), 303)
        except ApiError as fault:
            faults = fault.errors
            if fault.status == 401:
                raise
    fields = forms.fields(registry, view, resource, language, given=form, errors=faults)
    title = title_of(view, resource, language) if resource else ""
    status = 409 if any(e.get("code") == "STALE_VERSION" for e in faults) else 422
    return render(
        request,
        "generic/form.html",
        status,
        view=view,
        fields=fields,
        resource=resource,
        errors=faults,
        title=title,
    )


async def delete(request: Request) -> Response:
    view = await view_of(request)
    id_ = request.path_params["id"]
    await client_of(request).delete(view.path, quote(id_))
    return RedirectResponse(address(request.state.language, view.type, id_), 303)


async def restore(request: Request) -> Response:
    view = await view_of(request)
    id_ = request.path_params["id"]
    await client_of(request).request("POST", f"{view.path}/{quote(id_)}/restore")
    return RedirectResponse(address(request.state.language, view.type, id_), 303)
