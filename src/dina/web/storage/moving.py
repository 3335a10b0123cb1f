"""Moving specimens and places: one request, one change set, one Undo."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dina.client import Refused
from dina.web import texts
from dina.web.generic.selection import TOO_MANY
from dina.web.placing import NOTHING, SAMPLE, place_of, put, scan, take_out
from dina.web.rendering import check_language, client_of, registry_of, render, say
from dina.web.specimens.question import Question, ids_of
from dina.web.texts import N_, Counted

MOST = 5000
UNKNOWN = N_("No place has the code or name “{code}”.")
NONE = N_("Select records first.")
OUT = Counted("{n} thing taken out", "{n} things taken out")
MOVED = Counted("{n} thing moved to {place}", "{n} things moved to {place}")


async def move(request: Request) -> Response:
    """`id` (or `code`) are specimens (or a whole list), `unit` places, `to` where to; without it the page asks."""
    check_language(request)
    form, client, language = await request.form(), client_of(request), request.state.language
    samples = [str(one) for one in form.getlist("id")][:MOST]
    if form.get("all") == "1" and not form.get("to"):
        samples = await ids_of(client, Question.parsed(str(form.get("list", ""))), MOST + 1)
        if len(samples) > MOST:
            say(request, TOO_MANY, most=texts.number(language, MOST))
            there = Question.parsed(str(form.get("list", ""))).address()
            return RedirectResponse(f"/{language}/specimens{there}", 303)
    units = [str(one) for one in form.getlist("unit")][:MOST]
    to, back = str(form.get("to", "")).strip(), str(form.get("back", ""))
    try:
        if (to or form.get("out") == "1") and not (samples or units or form.getlist("code")):
            faults = [texts.translate(language, NONE)]
        elif form.get("out") == "1":
            return await out(request, samples, units, str(form.get("here", "")))
        else:
            faults = await with_codes(request, samples, [str(one) for one in form.getlist("code")[:MOST]])
        if to and (samples or units) and not faults:
            place = await place_of(client, to)
            if place is not None:
                well, fill = str(form.get("well", "")), form.get("fill") == "1"
                told = await put(client, place.id, samples, units, well, fill)
                name = str(place.attributes.get("name") or place.meta.get("label") or "")
                number = len(samples) + len(units)
                return done(request, MOVED, number, told["changeSet"], place.id, place=name)
            faults = [texts.translate(language, UNKNOWN, code=to[:80])]
    except Refused as fault:
        faults = fault.sentences
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"errors": faults}, 422)
    await registry_of(request)
    return render(
        request, "storage/move.html", 422 if faults else 200, samples=samples, units=units, faults=faults, to=to, back=back
    )  # fmt: skip


async def with_codes(request: Request, samples: list[str], codes: Sequence[str]) -> list[str]:
    """Add the specimens with these codes; what is said of codes that no specimen has."""
    faults: list[str] = []
    for code in codes:
        found = [one for one in await scan(client_of(request), code[:200]) if one.type == SAMPLE]
        samples += [found[0].id] if found else []
        faults += [] if found else [texts.translate(request.state.language, NOTHING, code=code[:80])]
    return faults


async def out(request: Request, samples: Sequence[str], units: Sequence[str], here: str) -> Response:
    """Take things out of their place, and go back to it. Raises Refused."""
    change_set = str(uuid.uuid4())
    await take_out(client_of(request), samples, units, change_set)
    return done(request, OUT, len(samples) + len(units), change_set, here)


def done(request: Request, text: Counted, number: int, change_set: str, unit: str, **values: str) -> Response:
    """What was done, with its Undo: for a script its change set, else the page of a place (or all places)."""
    language = request.state.language
    undo = f"/{language}/changes/collection/{change_set}/undo"
    say(request, text, n=number, undo=undo, **values)
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"changeSet": change_set})
    return RedirectResponse(f"/{language}/storage" + (f"/{quote(unit, safe='')}" if unit else ""), 303)
