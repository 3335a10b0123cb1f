"""The scan station: one field; things and then a place, or a place and then things; the last scan can be undone."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Client
from dina.web import texts
from dina.web.rendering import check_language, client_of, render
from dina.web.storage.moving import put, scan
from dina.web.texts import N_

MODES = (
    ("find", N_("Find")),
    ("things", N_("Things, then their place")),
    ("place", N_("A place, then things")),
)
KEPT = 200
NOTHING = N_("Nothing has the code “{code}”.")
FIRST = N_("Scan the place first.")


async def show(request: Request) -> Response:
    """The state (mode, what waits, what was done) is in the form, so that the page works without scripts."""
    check_language(request)
    client, language = client_of(request), request.state.language
    form = await request.form() if request.method == "POST" else {}
    modes = dict(MODES)
    mode = str(form.get("mode") or request.query_params.get("mode", "things"))
    state: dict[str, Any] = {"waiting": [], "place": None, "done": []}
    with contextlib.suppress(orjson.JSONDecodeError, AttributeError):
        state |= {k: v for k, v in orjson.loads(str(form.get("state", "{}"))).items() if k in state}
    if mode not in modes or (form and form.get("was") not in (None, mode)):
        mode, state["waiting"], state["place"] = mode if mode in modes else "things", [], None
    last: dict[str, Any] | None = None
    try:
        if form.get("undo"):
            last = await take_back(client, state, language)
        for code in re.split(r"[\n\r\t,;]+", str(form.get("code", ""))):
            if code.strip():
                last = await scanned(client, state, mode, code.strip()[:200], language)
    except ApiError as fault:
        if fault.status == 401:
            raise
        last = {"bad": True, "text": "; ".join(str(one.get("detail", "")) for one in fault.errors)}
    state["done"] = state["done"][:KEPT]
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "storage/station-part.html" if part else "storage/station.html",
        mode=mode,
        modes=MODES,
        state=state,
        kept=orjson.dumps(state).decode(),
        last=last,
    )


async def scanned(
    client: Client, state: dict[str, Any], mode: str, code: str, language: str
) -> dict[str, Any]:
    """What one code does in a mode."""
    found = await scan(client, code)
    if not found:
        return {"bad": True, "text": texts.translate(language, NOTHING, code=code)}
    one = {"type": found[0].type, "id": found[0].id, "label": found[0].meta.get("label") or code}
    if mode == "find":
        last = {**one, "bad": False, "text": one["label"], "path": await path_of(client, one)}
        state["done"].insert(0, {"text": one["label"], "link": link(one, language)})
        return last
    if mode == "place":
        if one["type"] == "storage-unit" and not state["place"]:
            state["place"] = one
            return {**one, "bad": False, "text": one["label"]}
        if not state["place"]:
            return {"bad": True, "text": texts.translate(language, FIRST)}
        return await moved(client, state, [one], state["place"], language)
    last_waiting = state["waiting"][-1] if state["waiting"] else None
    if one["type"] == "storage-unit" and last_waiting and one["id"] != last_waiting["id"]:
        things, state["waiting"] = state["waiting"], []
        return await moved(client, state, things, one, language)
    if one["id"] not in {waiting["id"] for waiting in state["waiting"]}:
        state["waiting"].append(one)
    return {**one, "bad": False, "text": one["label"]}


async def moved(
    client: Client, state: dict[str, Any], things: list[dict[str, Any]], place: dict[str, Any], language: str
) -> dict[str, Any]:
    samples = [one["id"] for one in things if one["type"] == "material-sample"]
    units = [one["id"] for one in things if one["type"] == "storage-unit"]
    try:
        told = await put(client, place["id"], samples, units)
    except ApiError:
        state["waiting"] = [*things, *state["waiting"]] if state["place"] is None else state["waiting"]
        raise
    text = f"{', '.join(str(one['label']) for one in things[:6])}{'…' if len(things) > 6 else ''} → {place['label']}"
    state["done"].insert(0, {"text": text, "changeSet": told["changeSet"], "link": link(place, language)})
    return {"bad": False, "text": text, "type": "storage-unit", "id": place["id"]}


async def take_back(client: Client, state: dict[str, Any], language: str) -> dict[str, Any]:
    """Undo the last move that has not been undone."""
    for one in state["done"]:
        if one.get("changeSet") and not one.get("undone"):
            await client.request("POST", f"/collection/v1/change-set/{one['changeSet']}/undo")
            one["undone"] = True
            return {"bad": False, "text": f"{texts.translate(language, 'Taken back')}: {one['text']}"}
    return {"bad": True, "text": texts.translate(language, "There is nothing to take back.")}


async def path_of(client: Client, one: dict[str, Any]) -> str:
    document = await client.request("GET", f"/collection/v1/{one['type']}/{one['id']}/whereabouts")
    return " › ".join(str(step.get("name", "")) for step in document["data"]["attributes"]["path"][::-1])


def link(one: dict[str, Any], language: str) -> str:
    return f"/{language}/{'storage' if one['type'] == 'storage-unit' else 'specimens'}/{one['id']}"
