"""The first page, the reference of types, help and the accessibility statement."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web.registry import TypeView
from dina.web.rendering import check_language, client_of, registry_of, render


async def choose_language(request: Request) -> Response:
    return RedirectResponse(f"/{request.state.language}", 302)


async def choose_docs(request: Request) -> Response:
    return RedirectResponse(f"/{request.state.language}/docs", 302)


async def reference(request: Request) -> Response:
    """Every type with its attributes, limits and terms, from the registry."""
    check_language(request)
    registry = await registry_of(request)
    return render(request, "shell/docs.html", views=list(registry.types.values()), modules=registry.modules)


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
    return render(request, "shell/home.html", modules=modules, counts=counts)


async def help_page(request: Request) -> Response:
    check_language(request)
    return render(request, "shell/help.html")


async def accessibility(request: Request) -> Response:
    check_language(request)
    return render(request, "shell/accessibility.html")
