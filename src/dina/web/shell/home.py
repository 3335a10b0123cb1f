"""The choice of a language, the reference of types, help and the accessibility statement."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web.rendering import check_language, preferred_language, registry_of, render


async def choose_language(request: Request) -> Response:
    return RedirectResponse(f"/{preferred_language(request)}", 302)


async def choose_docs(request: Request) -> Response:
    return RedirectResponse(f"/{preferred_language(request)}/docs", 302)


async def reference(request: Request) -> Response:
    """Every type with its attributes, limits and terms, from the registry."""
    check_language(request)
    registry = await registry_of(request)
    return render(request, "shell/docs.html", views=list(registry.types.values()), modules=registry.modules)


async def help_page(request: Request) -> Response:
    check_language(request)
    return render(request, "shell/help.html")


async def accessibility(request: Request) -> Response:
    check_language(request)
    return render(request, "shell/accessibility.html")
