"""A merge as a page: what it would do in words, the progress while it is made, what it did, and back again."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.exchange.changes import label_of, names_in
from dina.web.exchange.common import act, one, opened_at, render
from dina.web.generic.naming import titles
from dina.web.registry import Registry
from dina.web.rendering import address, check_language, registry_of
from dina.web.uses import in_words
from dina.web.values import EMPTY, Shown, shown

KINDS = ("preview-merge", "merge", "undo-merge")
LIST, LAST = "“{name}”", texts.N_("{names} and {last}")


async def show(request: Request) -> Response:
    """What a merge would do or has done; on POST it is made, or taken back."""
    check_language(request)
    job = await one(request, "job")
    if job.attributes["kind"] not in KINDS:
        raise HTTPException(404)
    if request.method == "GET":
        return await page(request, job, [])
    form = await request.form()
    try:
        if form.get("then") == "undo":
            given = {"skipConflicts": True} if form.get("skipConflicts") else {}
            started = await act(request, f"merge/{form.get('merge') or job.id}/undo", given, "merge")
        else:
            started = await act(request, f"merge/{job.id}/apply", None, "merge")
    except Refused as fault:
        return await page(request, job, fault.sentences)
    return RedirectResponse(opened_at(started.one, request.state.language), 303)


async def page(request: Request, job: Resource, faults: list[str]) -> Response:
    registry, language = await registry_of(request), request.state.language
    p: dict[str, Any] = job.attributes["parameters"]
    told: dict[str, Any] = job.attributes["result"] if job.attributes["state"] == "finished" else {}
    view = registry.types[p["type"]]
    names = {**told.get("names", {}), **await titles(request, view, {p["keep"], *p["others"]})}
    after = next((c["after"] for c in told.get("kept", ()) if c["field"] == view.facts["title"]), None)
    stays = names.get(p["keep"], "")
    if isinstance(after, str) and job.attributes["kind"] == "preview-merge":
        stays = after
    examples: list[dict[str, Any]] = told.get("examples", [])
    called = await names_of(request, registry, [*examples, *told.get("refused", ())])
    pointed = await pointed_at(request, registry, p["type"], told)
    return render(
        request, "merging/merge.html", 422 if faults else 200, job=job, kind=job.attributes["kind"], p=p, told=told,
        view=view, faults=faults, called=lambda one: called.get(one["id"]) or one["name"], over=job.attributes["state"] == "finished", stays=stays,
        go=listed(language, [names.get(one, one[:8]) for one in p["others"]]),
        uses=in_words(registry, language, told.get("moved", {})), moved=sum(told.get("moved", {}).values()),
        kept=[(label_of(registry, p["type"], c["field"], language), value(registry, p["type"], c["field"], c["before"], pointed, language), value(registry, p["type"], c["field"], c["after"], pointed, language)) for c in told.get("kept", ())],
        examples=[(e, registry.types[e["type"]].facts["label"][language], [label_of(registry, e["type"], c["field"], language) for c in e["cells"]]) for e in examples],
        crumbs=[(view.facts["plural"][language], address(language, view.type))],
    )  # fmt: skip


async def names_of(request: Request, registry: Registry, found: list[dict[str, Any]]) -> dict[str, str]:
    """What records are called on their own pages."""
    names: dict[str, str] = {}
    for type_ in sorted({row["type"] for row in found}):
        ids = {row["id"] for row in found if row["type"] == type_}
        names |= await titles(request, registry.types[type_], ids)
    return {id_: name for id_, name in names.items() if name != id_}


def listed(language: str, names: list[str]) -> str:
    """Names as a list in words."""
    said = [texts.translate(language, LIST, name=one) for one in names]
    if len(said) < 2:
        return "".join(said)
    return texts.translate(language, LAST, names=", ".join(said[:-1]), last=said[-1])


async def pointed_at(
    request: Request, registry: Registry, type_: str, told: dict[str, Any]
) -> dict[str, str]:
    """The names of what the fields of the record that stays point at."""
    return await names_in(request, registry, type_, [{"cells": told.get("kept", ())}])


def value(
    registry: Registry, type_: str, field: str, given: Any, names: dict[str, str], language: str
) -> Shown:
    """A value of the record that stays as its page shows it."""
    view = registry.types[type_]
    if given in EMPTY:
        return Shown("—")
    if field in view.relationships:
        return Shown(", ".join(names.get(one) or str(one)[:8] for one in given))
    return shown(view.attributes[field], given, language, names)
