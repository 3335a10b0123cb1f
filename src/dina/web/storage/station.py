"""The scan station: one field for all codes; what they do is chosen above it, the last of it can be undone."""

from __future__ import annotations

import re
import uuid
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client, Refused
from dina.web.frame import CSP, HEADERS
from dina.web.placing import SAMPLE, scan
from dina.web.rendering import address, check_language, client_of, registry_of, render, who_of
from dina.web.storage import unknown
from dina.web.storage.scanning import CHECK, COLLECT, FIND, MODES, SET, THINGS, Said, State, Station
from dina.web.texts import N_

SETS = 200
BACK = N_("Taken back")
NOTHING_LEFT = N_("There is nothing to take back.")
CAMERA = {
    "permissions-policy": HEADERS["permissions-policy"].replace("camera=()", "camera=(self)"),
    "content-security-policy": CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"),
}
"""The camera is for this page alone, and so is WebAssembly, which reads barcodes where the browser cannot."""


async def show(request: Request) -> Response:
    """The state (what waits, what was done) is in the form, so that the page works without scripts."""
    check_language(request)
    form = await request.form() if request.method == "POST" else FormData()
    modes = dict(MODES)
    mode = str(form.get("mode") or request.query_params.get("mode", THINGS))
    state = State.read(str(form.get("state", "{}")))
    if mode not in modes or (form and form.get("was") not in (None, mode)):
        mode = mode if mode in modes else THINGS
        state = State(done=state.done)
    station = Station(
        client_of(request), await registry_of(request), request.state.language, mode, state, chosen(form)
    )
    # An address may find, but not do.
    code = str(form.get("code", "")) or (request.query_params.get("code", "") if mode == FIND else "")
    last: Said | None = None
    try:
        last = await asked(station, form, code)
    except Refused as fault:
        last = Said("; ".join(fault.sentences), bad=True)
    part, compared = request.headers.get("hx-request") == "true", None
    try:
        compared = await station.compared() if mode == CHECK and state.place else None
    except Refused as fault:
        state.place, last = None, Said("; ".join(fault.sentences), bad=True)
    groups = [name for name in who_of(request).groups if who_of(request).may("create", SAMPLE, name)]
    answer = render(
        request, "storage/station-part.html" if part else "storage/station.html", mode=mode, modes=MODES, state=station.state,
        kept=station.state.model_dump_json(), last=last, groups=groups, group=request.state.session.prefs.get("group", ""),
        compared=compared,
        sets=await sets(station.client, station.registry.types[SET].path) if mode == COLLECT else (), collected=station.collected,
    )  # fmt: skip
    answer.headers.update(CAMERA)
    return answer


def chosen(form: FormData) -> str:
    """The id of the set that scans go into."""
    try:
        return str(uuid.UUID(str(form.get("set", ""))))
    except ValueError:
        return ""


async def asked(station: Station, form: FormData, code: str) -> Said | None:
    """What a button or scanned codes ask for; of several codes the last is told of."""
    state = station.state
    if form.get("undo"):
        return await take_back(station)
    if form.get("right"):
        return await station.put_right(form.get("surprising") == "1", form.get("missing") == "1")
    if form.get("other"):
        state.place, state.seen = None, []
        return None
    if state.unknown and form.get("make"):
        return await unknown.make(station, str(form.get("group", "")))
    if state.unknown and form.get("give"):
        return await unknown.give(station, str(form.get("known", "")).strip()[:200])
    if form.get("ignore"):
        state.unknown = ""
    last: Said | None = None
    for one in re.split(r"[\n\r\t,;]+", code):
        if one.strip():
            last = await station.scanned(one.strip()[:200])
    return last


async def take_back(station: Station) -> Said:
    """Undo the last that has not been undone."""
    modules = dict(station.registry.modules)
    for one in station.state.done:
        if one.change_set and not one.undone and one.module in modules:
            await station.client.request("POST", f"/{one.module}/v1/change-set/{one.change_set}/undo")
            one.undone = True
            return Said(f"{station.say(BACK)}: {one.text}")
    return station.bad(NOTHING_LEFT)


async def sets(client: Client, path: str) -> list[tuple[str, str]]:
    """Fixed sets of specimens that scans can go into."""
    params: dict[str, Any] = {"filter[recordType]": SAMPLE, "sort": "-createdOn", "page[limit]": SETS}
    page = await client.get(path, params)
    return [(one.id, str(one.attributes["name"])) for one in page.data if not one.attributes.get("query")]


async def resolve(request: Request) -> Response:
    """`/scan?code=` leads to the record that a code belongs to; the station says when there is none, or several."""
    check_language(request)
    code = request.query_params.get("code", "").strip()[:200]
    found = await scan(client_of(request), code) if code else []
    exact = [one for one in found if one.meta.get("match") == "exact"] or found
    language = request.state.language
    if len(exact) == 1:
        one = exact[0]
        there = f"/{language}/storage/{one.id}" if one.type != SAMPLE else address(language, SAMPLE, one.id)
        return RedirectResponse(there, 303)
    query = request.url.remove_query_params("code").include_query_params(mode=FIND, code=code).query
    return RedirectResponse(f"/{language}/storage/scan?{query}", 303)
