"""`/collection/material-sample/view?id=…` and the like: where they lead, by the types of the registry."""

from __future__ import annotations

import uuid
from contextlib import suppress
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.base.text import LANGUAGES
from dina.web.former.search import taken_over
from dina.web.rendering import address, preferred_language, registry_of

ACTIONS = {"list": "", "view": "", "edit": "edit", "revisions": "history"}
"""What its pages are called, and ours for a record."""
NAMES = {"dina-user": "user", "object": "metadata", "managed-attribute": "controlled-vocabulary-item"}
"""Pages that are not called what their type is called."""
PAGES = {
    "/collection/material-sample/bulk-create": "specimens/series",
    "/workbook/upload": "imports/new",
    "/global-search": "find",
    "/admin/system-info": "system",
}
"""Pages that are about no single type, and ours."""


async def of_type(request: Request) -> Response:
    """The list, a record, its form (without an id: the form of a new one) or its history."""
    given = request.path_params["type"]
    action = request.url.path.rpartition("/")[2]
    if request.path_params.get("section", given) in LANGUAGES:
        raise HTTPException(404)
    type_ = NAMES.get(given, given)
    if type_ not in (await registry_of(request)).types:
        raise HTTPException(404)
    language, id_ = preferred_language(request), ""
    if action != "list":
        with suppress(ValueError):
            id_ = str(uuid.UUID(request.query_params.get("id", "")))
        if not id_ and action != "edit":
            raise HTTPException(404)
    ours = ACTIONS[action] if id_ else "new" if action == "edit" else ""
    search = ""
    if action == "list":
        request.state.language = language
        search = await taken_over(request, type_)
    return RedirectResponse(address(language, type_, id_, ours) + search, 302)


async def page(request: Request) -> Response:
    """A page about no single type."""
    ours = PAGES.get(request.url.path, "change-history")
    if request.path_params.get("section") in LANGUAGES:
        raise HTTPException(404)
    words = request.query_params.get("query") or request.query_params.get("q")
    asked = "?" + urlencode({"q": words}) if words and ours == "find" else ""
    return RedirectResponse(f"/{preferred_language(request)}/{ours}{asked}", 302)
