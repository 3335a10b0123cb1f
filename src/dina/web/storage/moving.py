"""Moving specimens and places: one request, one change set, one Undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dina.client import ApiError, Client, Resource
from dina.web import texts
from dina.web.rendering import check_language, client_of, registry_of, render, say
from dina.web.specimens.question import Question, ids_of
from dina.web.texts import N_

MOST = 5000
UNKNOWN = N_("No place has the code or name “{code}”.")
MOVED = N_("{n} moved to {place}")


async def scan(client: Client, code: str) -> list[Resource]:
    """What a code is: specimens and places, the best first."""
    page = await client.get("/collection/v1/scan", {"code": code, "page[limit]": 5})
    return [one for one in page.data if one.type in ("material-sample", "storage-unit")]


async def put(
    client: Client,
    to: str,
    samples: Sequence[str],
    units: Sequence[str] = (),
    well: str = "",
    fill: bool = False,
) -> dict[str, Any]:
    """Move into a place; the answer names the change set. Raises ApiError."""
    given: dict[str, Any] = {"storageUnit": to, "materialSamples": list(samples), "storageUnits": list(units)}
    given |= {"wells": [well]} if well else {"fillFreeWells": True} if fill and samples else {}
    body = {"data": {"type": "storage-move", "attributes": given}}
    return (await client.request("POST", "/collection/v1/storage-move", body=body))["data"]["attributes"]


async def move(request: Request) -> Response:
    """`id` are specimens (or a whole list), `unit` places, `to` where to; without it the page asks."""
    check_language(request)
    form, client, language = await request.form(), client_of(request), request.state.language
    samples = [str(one) for one in form.getlist("id")][:MOST]
    if form.get("all") == "1" and not form.get("to"):
        samples = await ids_of(client, Question.parsed(str(form.get("list", ""))), MOST)
    units = [str(one) for one in form.getlist("unit")][:MOST]
    to, back = str(form.get("to", "")).strip(), str(form.get("back", ""))
    faults: list[str] = []
    if to and (samples or units):
        try:
            place = await place_of(client, to)
            if place is None:
                faults = [texts.translate(language, UNKNOWN, code=to[:80])]
            else:
                told = await put(
                    client, place.id, samples, units, str(form.get("well", "")), form.get("fill") == "1"
                )
                undo = f"/{language}/changes/collection/{told['changeSet']}/undo"
                name = str(place.attributes.get("name") or place.meta.get("label") or "")
                said = texts.number(language, len(samples) + len(units))
                say(request, MOVED, n=said, place=name, undo=undo)
                if request.headers.get("accept") == "application/json":
                    return JSONResponse({"changeSet": told["changeSet"]})
                return RedirectResponse(f"/{language}/storage/{place.id}", 303)
        except ApiError as fault:
            if fault.status == 401:
                raise
            faults = [str(one.get("detail", "")) for one in fault.errors]
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"errors": faults}, 422)
    await registry_of(request)
    return render(
        request,
        "storage/move.html",
        422 if faults else 200,
        samples=samples,
        units=units,
        faults=faults,
        to=to,
        back=back,
    )


async def place_of(client: Client, text: str) -> Resource | None:
    """The place with this id, barcode or name."""
    return next((one for one in await scan(client, text) if one.type == "storage-unit"), None)
