"""What every page needs: its template, its language, the registry, the API client, messages to the reader."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dina.base.text import LANGUAGES
from dina.client import Client
from dina.web import texts
from dina.web.area import TYPES, slug
from dina.web.navigation import Navigation
from dina.web.registry import Registry, TypeView
from dina.web.session import Message, Session
from dina.web.who import Who

VERSION = version("dina")
MODULES = {
    "agent": texts.N_("People and organizations"),
    "collection": texts.N_("Collections and specimens"),
    "exchange": texts.N_("Data exchange"),
    "search": texts.N_("Search index"),
    "user": texts.N_("Accounts"),
}
"""What modules are called in words."""


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from a template; a part of a page (asked for by htmx) leaves waiting messages for the next page."""
    language = request.state.language
    session: Session = request.state.session
    part = request.headers.get("hx-request") == "true"

    def _(text: str, /, **more: object) -> str:
        return texts.translate(language, text, **more)

    def _n(one: str, many: str, n: int, /, **more: object) -> str:
        return texts.translate(language, texts.Counted(one, many), n=n, **more)

    def href(type_: str, id_: str = "", action: str = "") -> str:
        return address(language, type_, id_, action)

    page = request.app.state.templates.get_template(template)
    context = {
        "_": _,
        "_n": _n,
        "language": language,
        "other": next(code for code in LANGUAGES if code != language),
        "session": session,
        "prefs": session.prefs,
        "dev": request.app.state.dev,
        "path": request.url.path,
        "query": request.url.query,
        "request_query": request.query_params,
        "number": lambda value: texts.number(language, value),
        "percent": lambda value: texts.percent(language, value),
        "moment": lambda value: texts.moment(language, value),
        "label": lambda fact: fact["label"][language],
        "href": href,
        "module_name": lambda name: _(str(MODULES.get(name, name))),
        "registry": request.app.state.registry,
        "who": who_of(request),
        "part": part,
        "messages": [] if part else session.take_messages(),
        "version": VERSION,
        "selection_actions": request.app.state.navigation.selection_for(
            who_of(request), request.path_params.get("type", "")
        ),
        **({} if part else frame_of(request)),
    }
    return HTMLResponse(page.render(**context, **values), status)


def frame_of(request: Request) -> dict[str, Any]:
    """What the frame around a page shows of the caller: rail, things to create."""
    navigation: Navigation = request.app.state.navigation
    registry, who, language = request.app.state.registry, who_of(request), request.state.language
    return {
        "rail": navigation.rail(registry, who, language, request.url.path[3:]),
        "create": navigation.new(registry, who, language),
    }


def address(language: str, type_: str, id_: str = "", action: str = "") -> str:
    """The address of a type's list, of a record, of something done with it."""
    parts = [language, slug(type_), quote(id_, safe=""), action]
    return "/" + "/".join(part for part in parts if part)


def say(request: Request, text: str | texts.Counted, /, undo: str = "", **values: object) -> None:
    """A message on the next page; `undo` is the address that a form with the Undo button is sent to."""
    session: Session = request.state.session
    session.messages.append(Message(texts.translate(request.state.language, text, **values), undo))
    session.changed = True


def preferred_language(request: Request) -> str:
    """The language for an address that names none: one's own, that of the page before, else the browser's."""
    session = request.state.session
    chosen = session.prefs.get("language", "") or session.language
    return chosen if chosen in LANGUAGES else request.state.language


async def registry_of(request: Request) -> Registry:
    return await request.app.state.registry.load(request.state.client)


def client_of(request: Request) -> Client:
    return request.state.client


def who_of(request: Request) -> Who:
    return getattr(request.state, "who", None) or Who()


async def view_of(request: Request) -> TypeView:
    check_language(request)
    registry = await registry_of(request)
    given = str(request.path_params["type"])
    view = registry.types.get(TYPES.get(given, given))
    if view is None:
        raise HTTPException(404)
    return view


def check_language(request: Request) -> None:
    if request.path_params["language"] not in LANGUAGES:
        raise HTTPException(404)
