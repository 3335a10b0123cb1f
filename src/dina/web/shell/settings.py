"""Preferences: the page, and single ones changed from the frame (group, rail)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web import preferences
from dina.web.rendering import check_language, client_of, registry_of, render, say, who_of
from dina.web.session import safe_target


async def preferences_page(request: Request) -> Response:
    """All preferences in one form."""
    check_language(request)
    if request.method == "GET":
        return render(
            request, "shell/preferences.html", choices=preferences.CHOICES, defaults=preferences.DEFAULTS
        )
    form = await request.form()
    given = {name: str(form[name]) for name in preferences.DEFAULTS if name in form}
    await change(request, given)
    say(request, "Preferences saved")
    language = given.get("language") or request.state.language
    return RedirectResponse(f"/{language}/preferences", 303)


async def change_one(request: Request) -> Response:
    """A single preference, from a button of the frame; back to the page where it was pressed."""
    check_language(request)
    form = await request.form()
    await change(request, {name: str(form[name]) for name in preferences.DEFAULTS if name in form})
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204)
    return RedirectResponse(safe_target(str(form.get("to", "")), f"/{request.state.language}"), 303)


async def change(request: Request, given: dict[str, str]) -> None:
    registry = await registry_of(request)
    await preferences.save(request.state.session, who_of(request), client_of(request), registry, given)
