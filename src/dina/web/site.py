"""The pages' application: the routes of all areas, one after the other, inside the frame."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import httpx
from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dina.client import ApiError
from dina.web import errors
from dina.web.areas import AREAS
from dina.web.custom import CustomFields
from dina.web.frame import Frame
from dina.web.navigation import Navigation
from dina.web.permission import NotPermitted, refused
from dina.web.registry import Registry
from dina.web.session import Sessions
from dina.web.who import People

STATIC = Path(str(files("dina.web").joinpath("static")))


def environment() -> Environment:
    found = Environment(
        loader=PackageLoader("dina.web"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    version = asset_version()
    found.globals["asset"] = lambda name: f"/static/{name}?v={version}"
    return found


def asset_version() -> str:
    """Changes when an asset changes, so that browsers may keep assets for good."""
    return str(int(max(path.stat().st_mtime for path in STATIC.rglob("*"))))


def create_site(
    transport: httpx.AsyncBaseTransport,
    modules: Sequence[tuple[str, str]],
    *,
    secret: str,
    dev: bool = False,
    secure: bool = False,
) -> Starlette:
    """The pages over an API that a transport leads to: in the same process, or over the network."""
    routes: list[Route | Mount] = [Mount("/static", StaticFiles(directory=STATIC))]
    routes += [route for area in AREAS for route in area.routes]
    site = Starlette(
        routes=routes,
        middleware=[Middleware(GZipMiddleware, minimum_size=1000, compresslevel=6), Middleware(Frame)],
        exception_handlers={
            ApiError: errors.api_error,
            HTTPException: errors.http_error,
            NotPermitted: refused,
        },  # type: ignore[dict-item]
    )
    site.state.sessions = Sessions(secret, secure=secure)
    site.state.transport = transport
    site.state.registry = Registry(modules)
    site.state.navigation = Navigation(AREAS)
    site.state.people = People()
    site.state.custom = CustomFields()
    site.state.templates = environment()
    site.state.dev = dev
    return site
