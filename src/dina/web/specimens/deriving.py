"""Deriving parts of a specimen: names from the generator, each may be typed over, made as one change set."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Client, Refused
from dina.web import texts
from dina.web.rendering import address, check_language, client_of, registry_of, render
from dina.web.specimens.composite import SAMPLE, as_one_change
from dina.web.texts import N_, Counted
from dina.web.values import title_of

MOST = 500
SERIES = (("NUMBER", "1, 2, 3"), ("LOWER_LETTER", "a, b, c"), ("UPPER_LETTER", "A, B, C"))
SEPARATORS = (("DASH", "-"), ("UNDERSCORE", "_"), ("SPACE", "␣"))
MADE = Counted("{n} specimen made: {first}", "{n} specimens made: {first} to {last}")
HOW_MANY = N_("Give a number of specimens from 1 to {most}.")


async def show(request: Request) -> Response:
    """How many of what kind; the names as a preview; then all are made at once."""
    check_language(request)
    client, language = client_of(request), request.state.language
    form: Mapping[str, Any] = await request.form(max_fields=MOST + 50) if request.method == "POST" else {}
    view = (await registry_of(request)).types[SAMPLE]
    id_ = str(form.get("parent") or request.query_params.get("parent", ""))
    parent = (await client.get(f"{view.path}/{uuid.UUID(id_) if len(id_) == 36 else 'none'}")).one
    names = [str(one).strip() for one in form.getlist("name")] if form else []  # type: ignore[attr-defined]
    faults: list[str] = []
    try:
        if form.get("_then") == "create" and names:
            kind = str(form.get("kind", "")) or None
            return await create(request, parent.id, parent.attributes["group"], names, kind)
        if form:
            count = str(form.get("count", ""))
            if count.isdecimal() and 1 <= int(count[:4]) <= MOST:
                names = await following(client, parent.id, form)
            else:
                faults = [texts.translate(language, HOW_MANY, most=MOST)]
    except Refused as fault:
        faults = fault.sentences[:20]
    rules = (
        await client.get("/collection/v1/split-configuration", {"sort": "name", "page[limit]": 100})
    ).data
    kinds = view.attributes["materialSampleType"]
    labels = kinds.get("labels") or {}
    return render(
        request, "specimens/derive.html", 422 if faults else 200, view=view, parent=parent, title=title_of(view, parent, language),
        names=names, form=form, faults=faults, rules=[one for one in rules if fits(one.attributes, parent.attributes)], series=SERIES,
        separators=SEPARATORS, kinds=[(one, labels.get(one, {}).get(language, one)) for one in kinds.get("choices", ())],
        crumbs=[(view.facts["plural"][language], address(language, SAMPLE)), (title_of(view, parent, language), address(language, SAMPLE, parent.id))],
    )  # fmt: skip


def fits(rule: Mapping[str, Any], parent: Mapping[str, Any]) -> bool:
    """Whether a rule is for this kind of specimen."""
    only = rule.get("conditionalOnMaterialSampleTypes") or []
    return not only or parent.get("materialSampleType") in only


async def following(client: Client, parent: str, form: Mapping[str, Any]) -> list[str]:
    """The next names of the parent's series, after a rule or as chosen."""
    asked: dict[str, Any] = {"currentParentUUID": parent, "quantity": int(str(form["count"]))}
    if form.get("rule"):
        rule = (
            await client.get(f"/collection/v1/split-configuration/{uuid.UUID(str(form['rule']))}")
        ).one.attributes
        kind = rule.get("materialSampleTypeCreatedBySplit") or form.get("kind") or None
        asked |= {name: rule[name] for name in ("strategy", "characterType", "separator")}
    else:
        kind = form.get("kind") or None
        asked |= {"strategy": "DIRECT_PARENT"}
        asked |= {name: str(form[name]) for name in ("characterType", "separator") if form.get(name)}
    asked |= {"materialSampleType": str(kind)} if kind else {}
    body = {"data": {"type": "material-sample-identifier-generator", "attributes": asked}}
    told = await client.request("POST", "/collection/v1/material-sample-identifier-generator", body=body)
    return next(iter(told["data"]["attributes"]["nextIdentifiers"].values()))


async def create(request: Request, parent: str, group: str, names: list[str], kind: str | None) -> Response:
    above = {"parentMaterialSample": {"data": {"type": SAMPLE, "id": parent}}}
    own = {"group": group} | ({"materialSampleType": kind} if kind else {})
    operations = [
        {"op": "add", "data": {"type": SAMPLE, "lid": f"part-{at}", "attributes": own | {"materialSampleName": name}, "relationships": above}}
        for at, name in enumerate(names) if name
    ]  # fmt: skip
    first, last = names[0], names[-1]
    await as_one_change(
        request, operations, f"{first} - {last}", MADE, n=len(operations), first=first, last=last
    )
    return RedirectResponse(address(request.state.language, SAMPLE, parent), 303)
