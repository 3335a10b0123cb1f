"""Clean-up by distinct value: what stands in a field, near-equal texts together, one text for all of them or a pattern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import Refused
from dina.web import texts
from dina.web.exchange.common import preview, render
from dina.web.registry import Registry
from dina.web.rendering import check_language, client_of, registry_of
from dina.web.texts import N_
from dina.web.uses import CLEANED

SEARCH = "/search/v1"
MOST = 500
"""Values that are shown at once; a search narrows them."""
NO_FIND = N_("Give the text to be replaced.")
NOTHING = N_("Choose texts to bring together, or write what a text becomes.")
READY = (
    ("collecting-event", "dwcRecordedBy"), ("collecting-event", "dwcCountry"), ("collecting-event", "dwcStateProvince"),
    ("collecting-event", "dwcVerbatimLocality"), ("collecting-event", "habitat"),
    ("material-sample", "organism.determination.verbatimDeterminer"),
    ("material-sample", "organism.determination.scientificName"), ("material-sample", "organism.sex"),
    ("material-sample", "organism.lifeStage"), ("material-sample", "preservationType"), ("storage-unit", "name"),
)  # fmt: skip
"""Fields that are often untidy."""


async def values(request: Request) -> Response:
    """The values of a field; on POST the job that looks at what the given replacements would do."""
    check_language(request)
    registry, language = await registry_of(request), request.state.language
    type_ = request.query_params.get("type", "")
    field, q = request.query_params.get("field", ""), request.query_params.get("q", "").strip()[:1000]
    if type_ not in CLEANED or type_ not in registry.types:
        type_ = ""
    faults: list[str] = []
    form: Mapping[str, Any] = request.query_params
    if request.method == "POST" and type_ and field:
        form = await request.form()
        operation = operation_of(form, field)
        given: dict[str, Any] = {"type": type_, "filter": {"field": field, "op": "exists"}}
        given |= {"operations": [operation]} | ({"q": q} if q else {})
        if not operation:
            faults = [texts.translate(language, NO_FIND if "find" in form else NOTHING)]
        else:
            try:
                return await preview(request, given)
            except Refused as fault:
                faults = fault.sentences
    fields = await writable(request, type_) if type_ else []
    told: dict[str, Any] = {"values": [], "clusters": []}
    if type_ and field and (not faults or request.method == "POST"):
        try:
            told = await distinct(request, type_, field, q)
        except Refused as fault:
            faults = list(dict.fromkeys([*faults, *fault.sentences]))
    kinds = [
        (name, registry.types[name].facts["plural"][language]) for name in CLEANED if name in registry.types
    ]
    return render(
        request, "exchange/clean-up.html", 422 if faults else 200, type=type_, field=field, q=q, fields=fields,
        told=told, sought={name: str(form.get(name, "")) for name in ("find", "with", "pattern")}, kinds=kinds, faults=faults, most=MOST, ready=ready(registry, language),
        method=request.query_params.get("clusters", "fingerprint"),
    )  # fmt: skip


def ready(registry: Registry, language: str) -> list[tuple[str, str]]:
    """Links to the fields that are often untidy."""
    found: list[tuple[str, str]] = []
    for type_, field in READY:
        view = registry.types.get(type_)
        steps = field.split(".")
        if view is None:
            continue
        words = [view.facts["plural"][language]]
        if steps[0] in view.relationships:
            link = view.relationships[steps.pop(0)]
            view = registry.types[link["targets"][0]]
            words.append(link["label"][language])
        fact = view.attributes.get(steps[0])
        for step in steps[1:]:
            fact = (fact or {}).get("members", {}).get(step)
        if fact and fact.get("label"):
            words.append(fact["label"][language])
            found.append((urlencode({"type": type_, "field": field}), " › ".join(words)))
    return found


async def writable(request: Request, type_: str) -> list[dict[str, Any]]:
    """Fields of words that have values, of the record and of its organisms; others have a list of their own."""
    registry = await registry_of(request)
    view = registry.types[type_]
    document = await client_of(request).request("GET", f"{SEARCH}/fields", params={"type": type_})
    own: list[dict[str, Any]] = []
    for told in document["data"]["attributes"]["fields"]:
        first, _, rest = told["path"].partition(".")
        link = view.relationships.get(first)
        if link and not link["external"] and link["targets"][0] not in CLEANED and rest:
            settable = may_set(registry.types[link["targets"][0]].attributes, rest)
        else:
            settable = may_set(view.attributes, told["path"])
        if settable and told["records"] and told["kind"] in ("keyword", "text") and told["path"] != "group":
            own.append(told)
    return sorted(own, key=lambda told: str(told["label"]).casefold())


def may_set(attributes: Mapping[str, Any], path: str) -> bool:
    """Whether people write what is at the end of a path; what is worked out is not theirs to clean up."""
    first, *rest = path.split(".")
    fact = attributes.get(first)
    if fact is None or fact.get("readOnly"):
        return False
    for step in rest:
        members = fact.get("members")
        if members is None:
            return True
        fact = members.get(step)
        if fact is None or fact.get("readOnly"):
            return False
    return True


async def distinct(request: Request, type_: str, field: str, q: str) -> dict[str, Any]:
    method = request.query_params.get("clusters", "fingerprint")
    given: dict[str, Any] = {"type": type_, "field": field, "limit": 5000}
    if q:
        given["q"] = q
    if method in ("fingerprint", "ngram"):
        given["clusters"] = method
    body = {"data": {"type": "search-distinct", "attributes": given}}
    document = await client_of(request).request("POST", f"{SEARCH}/search/distinct", body=body)
    told: dict[str, Any] = document["data"]["attributes"]
    return {"values": told["values"], "clusters": told.get("clusters", [])}


def operation_of(form: FormData, field: str) -> dict[str, Any]:
    """The operation that a form asks for; nothing where it asks for none."""
    if "find" in form:
        find, put = str(form["find"]), str(form.get("with", ""))
        pattern = {"pattern": True} if form.get("pattern") else {}
        return {"field": field, "op": "replace", "find": find, "value": put, **pattern} if find else {}
    replaced = replacements(form)
    return {"field": field, "op": "become", "values": replaced} if replaced else {}


def replacements(form: FormData) -> list[dict[str, Any]]:
    """What each text becomes: those of merged groups, then those given one by one."""
    found: dict[str, str | None] = {}
    for at in form.getlist("merge"):
        target = str(form.get(f"target-{at}", ""))
        for text in form.getlist(f"member-{at}"):
            if target and str(text) != target:
                found[str(text)] = target
    for at in range(MOST):
        if f"from-{at}" not in form:
            break
        text, to = str(form[f"from-{at}"]), str(form.get(f"to-{at}", ""))
        if form.get(f"empty-{at}"):
            found[text] = None
        elif to and to != text:
            found[text] = to
    return [{"from": text, "to": to} for text, to in found.items()]
