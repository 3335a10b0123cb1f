"""Two people changed one record: what each did, and a choice where they disagree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import ApiError, Resource
from dina.web.generic.form import Form, complete
from dina.web.registry import TypeView
from dina.web.rendering import client_of, registry_of, render
from dina.web.values import plain, shown, title_of

Changes = tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]


async def against(request: Request, form: Form, current: Form, given: FormData) -> Changes | Response:
    """What to send: my changes since the form was opened. A page where others have changed the same fields.

    `current` holds the record as it is now. Fields that only one side has changed are no conflict.
    """
    assert form.resource is not None
    opened = str(given.get("resourceVersion", ""))
    version = str(form.resource.attributes.get("resourceVersion", ""))
    if not opened.isdecimal() or opened == version:
        return form.changes(current)
    base = await as_of(request, form, int(opened) + 1)
    open_ = merge(form, base, current, lambda name: given.get(f"_take.{name}"))
    changes = form.changes(current)
    if changes[2] or not open_:
        return changes
    sides = (base or current, current, form)
    return await page(request, form.view, form.resource, await rows_of(request, sides, open_), given)


def merge(form: Form, base: Form | None, current: Form, choice: Callable[[str], Any]) -> list[str]:
    """Put what others have changed since into the form where I have not; the names where both have, and none is chosen.

    Without the version that the form was opened with, everything that differs is to be chosen.
    """
    open_: list[str] = []
    for name in [*form.raw, *form.links]:
        mine, theirs = raw_of(form, name), raw_of(current, name)
        before = raw_of(base, name) if base is not None else None
        if mine == theirs or (base is not None and theirs == before):
            continue
        taken = choice(name)
        if taken not in ("mine", "theirs") and (base is None or mine != before):
            open_.append(name)
        elif taken != "mine":
            where = form.links if name in form.links else form.raw
            where[name] = current.links[name] if name in current.links else current.raw.get(name, "")
    return open_


def raw_of(form: Form, name: str) -> Any:
    if name in form.links:
        return sorted(form.links[name].split())
    return form.raw.get(name, "")


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


async def rows_of(
    request: Request, sides: tuple[Form, Form, Form], names: list[str], prefix: str = ""
) -> list[dict[str, Any]]:
    """The fields to choose of: how each stood before, as others have it, as I have it."""
    form = sides[2]
    for one in sides:
        one.titles = form.titles
        await complete(request, one)
    return [
        {"name": prefix + name, "label": label_of(form, name), "sides": [said(one, name) for one in sides]}
        for name in names
    ]  # fmt: skip


async def page(
    request: Request, view: TypeView, resource: Resource, rows: list[dict[str, Any]], given: FormData, changed: Resource | None = None
) -> Response:  # fmt: skip
    """The page on which one chooses, field by field; everything typed goes along. `changed` is what others changed."""
    carried = [
        (name, str(value))
        for name, value in given.multi_items()
        if name != "csrf" and not name.startswith("_take.")
    ]
    registry, language = await registry_of(request), request.state.language
    other = changed or resource
    return render(
        request, "generic/conflict.html", 409, view=view, resource=resource, rows=rows, carried=carried,
        title=title_of(view, resource, language), author=await last_author(request, registry.types[other.type], other),
    )  # fmt: skip


def label_of(form: Form, name: str) -> str:
    fact = form.facts.get(name) or form.view.relationships[name]
    return fact["label"][form.language]


def said(form: Form, name: str) -> str:
    """A side of the conflict in words."""
    if name in form.links:
        return ", ".join(form.titles.get(one, one) for one in form.links[name].split()) or "—"
    raw = raw_of(form, name)
    fact = form.facts[name]
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
