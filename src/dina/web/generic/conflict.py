"""Two people changed one record: what each did, and a choice where they disagree."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Resource
from dina.web.generic.form import Form, complete
from dina.web.registry import TypeView
from dina.web.rendering import client_of, render
from dina.web.values import plain, shown, title_of

Changes = tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]


async def against(request: Request, form: Form, current: Form, given: FormData) -> Changes | Response:
    """What to send: my changes since the form was opened. A page where others have changed the same fields.

    `current` holds the record as it is now. Fields that only one side has changed are no conflict.
    """
    assert form.resource is not None
    opened = str(given.get("resourceVersion", ""))
    version = str(form.resource.attributes.get("resourceVersion", ""))
    if not opened.isdigit() or opened == version:
        return form.changes(current)
    base = await as_of(request, form, int(opened) + 1)
    # Without the version that the form was opened with, everything that differs is to be chosen.
    attributes, relationships, faults = form.changes(base or current)
    open_: list[str] = []
    for name in [*attributes, *relationships]:
        theirs, mine = raw_of(current, name), raw_of(form, name)
        if theirs == mine or (base is not None and theirs == raw_of(base, name)):
            continue
        choice = given.get(f"_take.{name}")
        if choice == "theirs":
            attributes.pop(name, None)
            relationships.pop(name, None)
        elif choice != "mine":
            open_.append(name)
    if faults or not open_:
        return attributes, relationships, faults
    return await page(request, form, current, base or current, open_, given)


def raw_of(form: Form, name: str) -> Any:
    if name in form.links:
        return sorted(form.links[name].split())
    if name in form.raw:
        return form.raw[name]
    return {key: value for key, value in form.raw.items() if key.startswith(f"{name}.")}


async def as_of(request: Request, form: Form, version: int) -> Form | None:
    """The record in a version of its history, which counts from 1; None when its history does not say."""
    assert form.resource is not None
    path = f"{form.view.path}/{quote(form.resource.id, safe='')}/revisions/{version}"
    try:
        document = await client_of(request).request("GET", path)
    except ApiError:
        return None
    state: dict[str, Any] = document["data"]["attributes"]["state"] or {}
    base = Form(form.view, form.registry, form.language, form.custom, form.resource)
    base.take(
        state, {name: [one["id"] for one in as_list(state.get(name))] for name in form.view.relationships}
    )
    return base


def as_list(data: Any) -> list[dict[str, str]]:
    return data if isinstance(data, list) else [data] if data else []


async def page(
    request: Request, form: Form, current: Form, base: Form, names: list[str], given: FormData
) -> Response:
    """The page on which one chooses, field by field; everything typed goes along."""
    assert form.resource is not None
    for one in (form, current, base):
        one.titles = form.titles
        await complete(request, one)
    rows = [
        {"name": name, "label": label_of(form.view, name, form.language), "sides": [said(one, name) for one in (base, current, form)]}
        for name in names
    ]  # fmt: skip
    carried = [
        (name, str(value))
        for name, value in given.multi_items()
        if name != "csrf" and not name.startswith("_take.")
    ]
    return render(
        request, "generic/conflict.html", 409, view=form.view, resource=form.resource, rows=rows, carried=carried,
        title=title_of(form.view, form.resource, form.language), author=await last_author(request, form.view, form.resource),
    )  # fmt: skip


def label_of(view: TypeView, name: str, language: str) -> str:
    fact = view.attributes.get(name) or view.relationships[name]
    return fact["label"][language]


def said(form: Form, name: str) -> str:
    """A side of the conflict in words."""
    if name in form.links:
        return ", ".join(form.titles.get(one, one) for one in form.links[name].split()) or "—"
    raw = raw_of(form, name)
    fact = form.view.attributes[name]
    if isinstance(raw, str):
        return shown(dict(fact), raw, form.language).text or "—"
    return plain(raw, form.language) or "—"


async def last_author(request: Request, view: TypeView, resource: Resource) -> dict[str, str]:
    path = f"{view.path}/{quote(resource.id, safe='')}/revisions"
    try:
        found = (await client_of(request).get(path, {"page[limit]": 1})).data
    except ApiError:
        return {}
    if not found:
        return {}
    return {"name": str(found[0].attributes["author"]), "at": str(found[0].attributes["commitDateTime"])}
