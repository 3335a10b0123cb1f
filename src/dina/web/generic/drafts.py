"""Drafts: what is being typed, kept on the server for its author, offered again on any machine."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dina.client import ApiError, Resource
from dina.web.rendering import address, client_of, registry_of, view_of

KIND = "draft"
MOST = 200_000
LEFT_OUT = frozenset({"csrf", "_key", "_then", "_add", "_remove"})


async def find(request: Request, type_: str, id_: str | None) -> Resource | None:
    """The caller's draft of a record, or of a new one of the type."""
    view = (await registry_of(request)).types.get(KIND)
    if view is None:
        return None
    params = {"filter[recordType]": type_, "filter[recordId]": id_ or "null", "page[limit]": 1}
    try:
        page = await client_of(request).get(view.path, params)
    except ApiError:
        return None
    return page.data[0] if page.data else None


async def every(request: Request) -> list[Resource]:
    """All drafts of the caller, newest first."""
    view = (await registry_of(request)).types.get(KIND)
    if view is None:
        return []
    try:
        return (await client_of(request).get(view.path, {"sort": "-lastUpdatedOn", "page[limit]": 20})).data
    except ApiError:
        return []


class Kept(dict[str, Any]):
    """The values of a draft as a form has them."""

    def getlist(self, name: str) -> list[str]:
        value = self.get(name)
        return (
            [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]
        )


def as_form(draft: Resource) -> Kept:
    return Kept(draft.attributes.get("values") or {})


async def keep(request: Request) -> Response:
    """`POST /{type}/draft`: the form as it stands, sent while somebody types."""
    view = await view_of(request)
    form = await request.form()
    values: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name in LEFT_OUT or name == "_record" or not isinstance(value, str):
            continue
        values[name] = (
            [*values[name], value]
            if isinstance(values.get(name), list)
            else ([values[name], value] if name in values else value)
        )
    if sum(len(name) + len(str(value)) for name, value in values.items()) > MOST:
        return JSONResponse({}, 413)
    id_ = str(form.get("_record", "")) or None
    kinds = (await registry_of(request)).types
    if KIND not in kinds:
        return JSONResponse({}, 404)
    draft = await find(request, view.type, id_)
    client, path = client_of(request), kinds[KIND].path
    if draft is None:
        draft = await client.create(path, {"recordType": view.type, "recordId": id_, "values": values})
    else:
        draft = await client.update(path, draft.id, {"values": values})
    return JSONResponse(
        {"at": str(draft.attributes.get("lastUpdatedOn") or draft.attributes.get("createdOn") or "")}
    )


async def forget(request: Request, type_: str, id_: str | None) -> None:
    """The draft has become a record, or nobody wants it."""
    draft = await find(request, type_, id_)
    if draft is not None:
        await client_of(request).delete((await registry_of(request)).types[KIND].path, draft.id)


async def discard(request: Request) -> Response:
    """Throw a draft away, from the notice on its form."""
    view = await view_of(request)
    form = await request.form()
    id_ = str(form.get("_record", "")) or None
    await forget(request, view.type, id_)
    language = request.state.language
    where = address(language, view.type, id_, "edit") if id_ else address(language, view.type, "new")
    return RedirectResponse(where, 303)
