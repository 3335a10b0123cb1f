"""Soft checks of a specimen or an event as typed: what the collection's rules note, and names nobody else has used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dina.client import ApiError, Client
from dina.web import texts
from dina.web.generic.form import SILENCE, SILENCED
from dina.web.rendering import address
from dina.web.specimens.composite import SAMPLE, Part, Specimen

Note = dict[str, Any]
"""`name` of the control, `text`, `warn`; `link` to another record; `rule`, and the name of a control that silences it."""
PLACE = re.compile(r"/(materialSample|collectingEvent|organisms/(\d+))(?:/attributes)?/(.+)")
NAME = "organism.determination.scientificName"
UNUSED = "sample.nameUnused"
INSTEAD = {"startEventDateTime": "verbatimEventDateTime", "geoReferenceAssertions": "dwcVerbatimCoordinates"}
"""What a value was read from, where its own control is empty."""


def attributes_of(part: Part | None) -> dict[str, Any]:
    """What the controls hold, whether changed or not; what cannot be read is left out."""
    return part.form.changes(None)[0] if part is not None else {}


async def doubts(
    client: Client, language: str, event: Mapping[str, Any], form: Part, specimen: Specimen | None = None
) -> list[Note]:
    """Notes on an event (its attributes as understood, and its form) and on the specimen it belongs to, if any."""
    record = form.form.resource
    there: dict[str, Any] = {"attributes": event, "collectors": form.form.links.get("collectors", "").split()}
    asked: dict[str, Any] = {"collectingEvent": there | ({"id": record.id} if record else {})}
    if specimen is not None:
        own = specimen.sample.form.resource
        sample: dict[str, Any] = {"attributes": attributes_of(specimen.sample)}
        asked["materialSample"] = sample | ({"id": own.id} if own else {})
        asked["organisms"] = [{"attributes": attributes_of(part)} for part in specimen.organisms]
    body = {"data": {"type": "soft-check", "attributes": asked}}
    try:
        answer = await client.request("POST", "/collection/v1/soft-check", body=body)
    except ApiError:
        return []
    found: list[Note] = []
    for one in answer["data"]["attributes"]["results"]:
        place = PLACE.fullmatch(one["pointer"])
        if place is None:
            continue
        of_event = place[1] == "collectingEvent"
        prefix = form.prefix if of_event else "" if place[2] is None else f"organism.{place[2]}."
        name = place[3].replace("/", ".")
        top = name.partition(".")[0]
        if of_event:
            name = INSTEAD[top] if top in INSTEAD and not form.form.raw.get(top) else name
            name = top if top == "collectors" else name
        note = said(language, one["rule"], prefix + name, one["detail"], one["reason"], form.prefix)
        if one["record"] is not None:
            note["link"] = address(language, one["record"]["type"], one["record"]["id"])
        found.append(note)
    return found


def said(language: str, rule: str, name: str, text: str, reason: str | None, event: str) -> Note:
    """A note that can be silenced, or that somebody has silenced."""
    silence = f"{event if rule.startswith('event.') else ''}{SILENCE}{rule}"
    if reason is not None:
        text = texts.translate(language, "{text} Silenced: {reason}", text=text, reason=reason)
    return {
        "name": name,
        "text": text,
        "warn": reason is None,
        "rule": rule,
        "silence": "" if reason else silence,
    }


async def unused_names(client: Client, language: str, specimen: Specimen) -> list[Note]:
    """Names of the form that no other specimen has; one that differs by a slip is told."""
    found: list[Note] = []
    silenced = {one.get("rule"): one.get("reason") for one in specimen.sample.form.raw.get(SILENCED) or []}
    for part in specimen.organisms:
        for at, one in enumerate(part.form.raw.get("determination") or []):
            name = str(one.get("scientificName", "")).strip()
            if not name or len(name) > 250:
                continue
            near = await nearest(client, name)
            if near is None:
                continue
            text = (
                texts.translate(language, "No other specimen has this name; “{name}” is in use.", name=near)
                if near
                else texts.translate(language, "No other specimen has this name.")
            )
            reason = silenced.get(UNUSED)
            note = said(language, UNUSED, f"{part.prefix}determination.{at}.scientificName", text, reason, "")
            # A name that resembles no other is simply the first of its kind.
            found.append(note if near else {"name": note["name"], "text": text, "warn": False})
    return found


async def nearest(client: Client, name: str) -> str | None:
    """None where a name is in use or nothing can be known of it; else the name in use most like it, or nothing."""

    async def ask(tree: dict[str, Any], facets: list[dict[str, Any]]) -> dict[str, Any]:
        question = {"type": SAMPLE, "filter": tree, "page": {"limit": 0}, "facets": facets}
        body = {"data": {"type": "search", "attributes": question}}
        answer = await client.request("POST", "/search/v1/search", body=body)
        return answer["data"]["attributes"]

    try:
        if (await ask({"words": name, "in": [NAME], "form": "phrase"}, []))["total"]:
            return None
        facet = {"name": "near", "field": NAME, "size": 1}
        alike = await ask({"words": name, "in": [NAME], "fuzzy": True}, [facet])
    except ApiError:
        return None
    buckets = alike["facets"]["near"]["buckets"]
    return str(buckets[0]["value"]) if buckets else ""
