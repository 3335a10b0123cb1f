"""What every page needs: its template, its language, the registry, the API client."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dina.base.text import LANGUAGES
from dina.client import Client
from dina.web import texts
from dina.web.registry import Registry, TypeView


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    language = request.state.language

    def _(text: str, /, **more: object) -> str:
        return texts.translate(language, text, **more)

    page = request.app.state.templates.get_template(template)
    context = {
        "_": _,
        "language": language,
        "other": next(code for code in LANGUAGES if code != language),
        "session": request.state.session,
        "dev": request.app.state.dev,
        "path": request.url.path,
        "query": request.url.query,
        "number": lambda value: texts.number(language, value),
        "label": lambda fact: fact["label"][language],
        "registry": request.app.state.registry,
        "part": request.headers.get("hx-request") == "true",
    }
    return HTMLResponse(page.render(**context, **values), status)


async def registry_of(request: Request) -> Registry:
    return await request.app.state.registry.load(request.state.client)


def client_of(request: Request) -> Client:
    return request.state.client


async def view_of(request: Request) -> TypeView:
    check_language(request)
    registry = await registry_of(request)
    view = registry.types.get(request.path_params["type"])
    if view is None:
        raise HTTPException(404)
    return view


def check_language(request: Request) -> None:
    if request.path_params["language"] not in LANGUAGES:
        raise HTTPException(404)
