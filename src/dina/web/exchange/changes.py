"""A change of many records as a page: what it would do, the progress while it is made, what it did, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused, Resource
from dina.web.exchange.common import act, one, render
from dina.web.generic.naming import UUID, titles
from dina.web.registry import Registry
from dina.web.rendering import check_language, registry_of
from dina.web.values import plain

SAMPLE = "material-sample"
TOLD = 4
"""Members of an object that are shown of it."""


async def show(request: Request) -> Response:
    """What a change would do or has done; on POST it is made, or taken back."""
    check_language(request)
    job = await one(request, "job")
    if request.method == "GET":
        return await page(request, job)
    form = await request.form()
    try:
        if form.get("then") == "undo":
            skipping = {"skipConflicts": True} if form.get("skipConflicts") else {}
            started = await act(request, f"bulk-change/{job.id}/undo", skipping, "bulk-change")
        else:
            how = {"onConflict": "stop" if form.get("stop") else "skip"}
            started = await act(request, f"bulk-change/{job.id}/apply", how, "bulk-change")
    except Refused as fault:
        return await page(request, job, fault.sentences)
    return RedirectResponse(f"/{request.state.language}/bulk-change/{started.one.id}", 303)


async def page(request: Request, job: Resource, faults: list[str] | None = None) -> Response:
    p: Mapping[str, Any] = job.attributes["parameters"]
    registry, language = await registry_of(request), request.state.language
    told: dict[str, Any] = job.attributes["result"] if job.attributes["state"] == "finished" else {}
    operations: list[dict[str, Any]] = p.get("operations", [])
    # What clean-up asks for speaks of the records by the field that has a value.
    cleaning = "field" in (p.get("filter") or {})
    replaced: Mapping[str, Any] = operations[0].get("texts", {}) if cleaning and operations else {}
    labels = {path: label_of(registry, p["type"], path, language) for path in p.get("fields", ())}
    back = f"/{language}/clean-up?{urlencode(asked_of(p))}" if cleaning else ""
    if not cleaning and p["type"] == SAMPLE and operations and job.attributes["kind"] == "preview-change":
        back = f"/{language}/specimens/bulk?job={job.id}"
    names = await names_in(request, registry, p["type"], told.get("examples", ()))

    def value(given: Any) -> str:
        """A value in words; a record that it points at by its name."""
        if isinstance(given, list):
            return " | ".join(value(item) for item in given) or "—"  # pyright: ignore[reportUnknownVariableType]
        if isinstance(given, dict):
            found: dict[str, Any] = given
            said = [found.get("scientificName"), *(one for n, one in found.items() if n != "scientificName")]
            return " · ".join([str(one) for one in said if isinstance(one, str) and one][:TOLD])
        if isinstance(given, str) and given in names:
            return names[given]
        return plain(given, language) or "—"

    return render(
        request, "exchange/change.html", 422 if faults else 200, job=job, told=told, p=p, back=back, replaced=replaced,
        labels=labels, value=value, faults=faults or [], cleaning=cleaning,
    )  # fmt: skip


def asked_of(p: Mapping[str, Any]) -> dict[str, str]:
    """What the page of clean-up was asked for, with the pattern that was tried."""
    asked = {"type": p["type"], "field": next(iter(p.get("fields", ())), ""), "q": p.get("q") or ""}
    for operation in p.get("operations", ()):
        if operation["op"] == "replace":
            asked |= {"find": operation["find"], "with": operation.get("value", "")}
            asked |= {"pattern": "1" if operation.get("pattern") else ""}
    return {name: given for name, given in asked.items() if given}


async def names_in(request: Request, registry: Registry, type_: str, examples: Any) -> dict[str, str]:
    """The names of the records that the values before and after point at."""
    wanted: dict[str, set[str]] = {}
    for cell in (cell for example in examples for cell in example["cells"]):
        target = target_of(registry, type_, cell["field"])
        for side in (cell["before"], cell["after"]) if target else ():
            many: list[Any] = side if isinstance(side, list) else [side]
            wanted.setdefault(target, set()).update(str(id_) for id_ in many if id_)
    found: dict[str, str] = {}
    for name, ids in wanted.items():
        found |= await titles(request, registry.types[name], {id_ for id_ in ids if UUID.fullmatch(id_)})
    return found


def target_of(registry: Registry, type_: str, path: str) -> str:
    """The type that a field's values point at; nothing for other fields."""
    view, steps = registry.types.get(type_), path.split(".")
    if view is not None and len(steps) > 1 and steps[0] in view.relationships:
        view, steps = registry.types.get(view.relationships[steps[0]]["targets"][0]), steps[1:]
    if view is None:
        return ""
    if steps[0] in view.relationships:
        target = view.relationships[steps[0]]["targets"][0]
    else:
        fact: Mapping[str, Any] = view.attributes.get(steps[0], {})
        for step in steps[1:]:
            fact = fact.get("members", {}).get(step, {})
        target = fact.get("target", "")
    return target if target in registry.types else ""


def label_of(registry: Registry, type_: str, path: str, language: str) -> str:
    """The words for a field's path, as far as the registry has them."""
    view, steps, words = registry.types.get(type_), path.split("."), list[str]()
    if view is not None and steps[0] in view.relationships:
        link = view.relationships[steps[0]]
        words.append(link["label"][language])
        view, steps = registry.types.get(link["targets"][0]), steps[1:]
    if view is not None and steps and steps[0] in view.relationships:
        return " › ".join([*words, view.relationships[steps[0]]["label"][language]])
    fact = view.attributes.get(steps[0]) if view is not None and steps else None
    for at, step in enumerate(steps):
        if fact is None or not fact.get("label"):
            words.append(step)
        elif at or len(steps) == 1 or not fact.get("members"):
            words.append(fact["label"][language])
        fact = (fact or {}).get("members", {}).get(steps[at + 1]) if at + 1 < len(steps) else None
    return " › ".join(words)


async def moved(request: Request) -> Response:
    """The former address of changes made by clean-up."""
    return RedirectResponse(f"/{request.state.language}/bulk-change/{request.path_params['id']}", 308)
