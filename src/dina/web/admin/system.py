"""The state of the system: modules, the search index, all kinds of records."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError
from dina.web.registry import TypeView
from dina.web.rendering import check_language, client_of, registry_of, render, say, who_of


async def show(request: Request) -> Response:
    """Modules with their versions and what needs attention; how fresh the index is."""
    check_language(request)
    registry = await registry_of(request)
    modules: list[dict[str, Any]] = []
    for name, prefix in registry.modules:
        try:
            answer = await client_of(request).request("GET", f"{prefix}/api-info")
            modules.append({"name": name, **answer["data"]["attributes"]})
        except ApiError as fault:
            if fault.status in (401, 403):
                raise
            modules.append(
                {
                    "name": name,
                    "moduleVersion": "",
                    "attentionRequired": True,
                    "moduleInfo": {"attention": [str(fault)]},
                }
            )
    index: dict[str, Any] = {}
    if "search" in dict(registry.modules):
        try:
            index = (await client_of(request).request("GET", "/search/v1/index-status"))["data"]["attributes"]
        except ApiError:
            index = {}
    return render(request, "admin/system.html", modules=modules, index=index)


async def rebuild(request: Request) -> Response:
    """Have the index made anew beside the one that answers."""
    check_language(request)
    await client_of(request).request(
        "POST", "/search/v1/index-rebuild", body={"data": {"type": "index-rebuild"}}
    )
    say(request, "The index is being made anew.")
    return RedirectResponse(f"/{request.state.language}/system", 303)


async def types(request: Request) -> Response:
    """Every kind of record, by module; also those that stand nowhere else in the navigation."""
    check_language(request)
    registry = await registry_of(request)
    modules: dict[str, list[TypeView]] = {}
    for view in registry.types.values():
        if who_of(request).may("read", view.type):
            modules.setdefault(view.module, []).append(view)
    return render(request, "admin/types.html", modules=modules)
