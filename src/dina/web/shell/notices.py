"""Notices to the user, and the numbers beside jobs and notices in the bar."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError
from dina.web.rendering import check_language, client_of, registry_of, render, who_of

KIND = "notification"
MOST = 100


async def notices(request: Request) -> Response:
    """The caller's notices, newest first; POST marks one or all as read."""
    check_language(request)
    view = (await registry_of(request)).types[KIND]
    mine = {"filter[createdBy]": who_of(request).username, "page[limit]": MOST}
    page = await client_of(request).get(view.path, mine | {"sort": "-createdOn"})
    if request.method == "POST":
        wanted = str((await request.form()).get("id", ""))
        for one in page.data:
            if one.attributes.get("status") == "NEW" and wanted in ("", one.id):
                await client_of(request).update(view.path, one.id, {"status": "READ"})
        return RedirectResponse(f"/{request.state.language}/notices", 303)
    return render(request, "shell/notices.html", found=page.data)


async def live(request: Request) -> Response:
    """Jobs that run and notices that are new, as numbers in the bar."""
    check_language(request)
    return render(request, "shell/live.html", jobs=await running(request), new=await unread(request))


async def unread(request: Request) -> int:
    view = (await registry_of(request)).types.get(KIND)
    if view is None or who_of(request).anonymous:
        return 0
    params = {"filter[status]": "NEW", "filter[createdBy]": who_of(request).username}
    try:
        return int(
            (await client_of(request).request("GET", f"{view.path}/count", params=params))["data"][
                "attributes"
            ]["value"]
        )
    except ApiError:
        return 0


async def running(request: Request) -> int:
    """Jobs of the caller that are not done."""
    registry = await registry_of(request)
    found = 0
    for prefix in {view.prefix for view in registry.types.values() if view.module == "exchange"}:
        try:
            answer: dict[str, Any] = await client_of(request).request("GET", f"{prefix}/job")
        except ApiError:
            continue
        found += sum(1 for one in answer["data"] if one["attributes"].get("state") in ("queued", "running"))
    return found
