"""Pages that change a record: the form, saving, conflicts, deleting, restoring."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Page, Refused, Resource
from dina.web import texts
from dina.web.custom import ITEM
from dina.web.generic import conflict, drafts
from dina.web.generic.form import SILENCED, Form, begin, complete
from dina.web.permission import check
from dina.web.registry import TypeView
from dina.web.rendering import address, client_of, registry_of, render, say, view_of, who_of
from dina.web.uses import Uses, in_words, uses_of
from dina.web.values import title_of

NOT_COPIED = frozenset(
    {"dwc:catalogNumber", "dwc:materialEntityID", "dwc:eventID", "dwc:occurrenceID", "dwc:organismID"}
)
FIELDS = 3000
"""The most controls a form may send; more is no form of ours."""


@dataclass(frozen=True)
class Notice:
    """What pages of single types say above the form (`request.state.notice`): a sentence, and another way to go on."""

    text: str
    label: str = ""
    post: str = ""
    given: Mapping[str, str] = field(default_factory=dict[str, str])


async def new(request: Request) -> Response:
    """The form for a new record: empty, a copy (`copy`), or with only some values of another (`only`)."""
    view = await view_of(request)
    check(request, "create", view.type)
    form = await begin(request, view)
    if request.method == "POST":
        return await submitted(request, form)
    query = request.query_params
    if query.get("copy"):
        page = await read(request, view, query["copy"])
        copy_into(form, view, page.one, query.getlist("only"))
    for name in view.relationships:
        if query.get(name):
            form.links[name] = query[name]
    return await show(request, form, kept=query.getlist("only"))


async def edit(request: Request) -> Response:
    """The form of a record."""
    view = await view_of(request)
    page = await read(request, view, request.path_params["id"])
    told = page.one.attributes
    check(request, "update", view.type, group=told.get("group"), author=told.get("createdBy", ""))
    form = await begin(request, view, page.one, page)
    return await show(request, form) if request.method == "GET" else await submitted(request, form)


async def read(request: Request, view: TypeView, id_: str) -> Page:
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    return await client_of(request).get(
        f"{view.path}/{quote(id_, safe='')}", {"include": ",".join(internal)} if internal else {}
    )


def copy_into(form: Form, view: TypeView, source: Resource, only: list[str]) -> None:
    """Values of another record: the ones named, or all but those that make it the one it is."""
    copy = Form(view, form.registry, form.language, form.custom)
    copy.take(source.attributes, {n: [one["id"] for one in source.linked(n)] for n in view.relationships})
    for name, raw in copy.raw.items():
        own = (
            name == view.facts["title"]
            or form.facts[name].get("term") in NOT_COPIED
            or name in ("barcode", SILENCED)
        )
        if name in only or (not only and not own):
            form.raw[name] = raw
    for name, ids in copy.links.items():
        fact = view.relationships[name]
        if name in only or (not only and (fact["external"] or not fact["many"])):
            form.links[name] = ids


async def show(
    request: Request, form: Form, status: int = 200, *, errors: list[dict[str, Any]] | None = None,
    kept: list[str] | None = None, typed: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    """The form as a page; a draft that is kept is offered, or taken when asked for."""
    draft = await drafts.find(request, form.view.type, form.resource.id if form.resource else None)
    taken = False
    if draft is not None and typed is None and request.query_params.get("draft") == "1":
        form.type_in(drafts.as_form(draft))
        taken = True
    await complete(request, form)
    fields, by_name = form.fields(errors or ())
    language, view = request.state.language, form.view
    title = title_of(view, form.resource, language) if form.resource else ""
    groups = [name for name in who_of(request).groups if who_of(request).may("create", view.type, name)]
    labels = {one.name: one.label for made in fields for one in made.every()}
    problems = [
        {"text": f"{labels[name]}{texts.translate(language, ':')} {text}" if name in labels else text, "field": name if name in labels else ""}
        for name, found in by_name.items()
        for text in found
    ]  # fmt: skip
    crumbs = [(view.facts["plural"][language], address(language, view.type))]
    crumbs += [(title, address(language, view.type, form.resource.id))] if form.resource else []
    return render(
        request, "generic/form.html", status, view=view, form=form, fields=fields, resource=form.resource, problems=problems,
        title=title, groups=groups, kept=kept or [], draft=None if taken or typed is not None else draft, taken=taken,
        key=(typed or {}).get("_key") or str(uuid.uuid4()), crumbs=crumbs,
        notice=getattr(request.state, "notice", None), soft=getattr(request.state, "soft", ""), typed=typed or (drafts.as_form(draft) if draft is not None and taken else {}),
    )  # fmt: skip


async def submitted(request: Request, form: Form) -> Response:
    """What was sent: rows added or taken away show the form again, everything else saves."""
    given = await request.form(max_fields=FIELDS)
    base = Form(form.view, form.registry, form.language, form.custom, form.resource, form.raw, form.links)
    form.type_in(given)
    locks = [str(one) for one in given.getlist("_lock")]
    if form.change_rows(given):
        return await show(request, form, kept=locks, typed=given)
    form.compact()
    return await save(request, form, base if form.resource else None, given, locks)


async def save(
    request: Request, form: Form, base: Form | None, given: FormData, locks: list[str]
) -> Response:
    """Create or change through the API; its errors come back beside their fields."""
    faults: list[dict[str, Any]] = []
    try:
        if base is None or form.resource is None:
            attributes, relationships, faults = form.changes(None)
            if not faults:
                made = await create(request, form.view, attributes, relationships, str(given.get("_key", "")))
                return await saved(request, form, made, given, locks)
        else:
            found = await conflict.against(request, form, base, given)
            if isinstance(found, Response):
                return found
            attributes, relationships, faults = found
            if not faults:
                version = form.resource.attributes.get("resourceVersion")
                attributes |= {"resourceVersion": version} if version is not None else {}
                made = await client_of(request).update(
                    form.view.path, quote(form.resource.id, safe=""), attributes, relationships
                )
                return await saved(request, form, made, given, locks)
    except Refused as fault:
        faults = [dict(one) for one in fault.errors]
    return await show(request, form, 422, errors=faults, kept=locks, typed=given)


async def create(
    request: Request, view: TypeView, attributes: dict[str, Any], relationships: dict[str, Any], key: str
) -> Resource:
    """A new record; the same form sent twice makes one."""
    body = {"data": {"type": view.type, "attributes": attributes, "relationships": relationships}}
    headers = {"idempotency-key": key[:100]} if key else {}
    return Page.read(await client_of(request).request("POST", view.path, body=body, headers=headers)).one


async def saved(request: Request, form: Form, made: Resource, given: FormData, locks: list[str]) -> Response:
    """Where one goes after saving: to the record, or to the next form, with what was locked."""
    language, view = request.state.language, form.view
    await drafts.forget(request, view.type, form.resource.id if form.resource else None)
    if view.type == ITEM:
        request.app.state.custom.forget()
    title = title_of(view, made, language)
    say(request, "“{title}” is saved.", title=title[:80])
    match given.get("_then"):
        case "next":
            query = urlencode([("copy", made.id), *(("only", name) for name in locks)]) if locks else ""
            return RedirectResponse(address(language, view.type, "new") + (f"?{query}" if query else ""), 303)
        case "empty":
            return RedirectResponse(address(language, view.type, "new"), 303)
        case _:
            return RedirectResponse(address(language, view.type, made.id), 303)


async def delete(request: Request) -> Response:
    """Delete; the next page offers to take it back. Where others refer to the record it is asked for once more.

    A module refuses to delete what its own records are linked with; of those in other modules only this page tells.
    """
    view = await view_of(request)
    id_ = request.path_params["id"]
    language = request.state.language
    page = await client_of(request).get(f"{view.path}/{quote(id_, safe='')}")
    if not (await request.form()).get("sure"):
        uses = await uses_of(request, view.type, page.one.id, outside=True)
        if uses:
            return await ask_again(request, view, page.one, uses)
    await client_of(request).delete(view.path, quote(id_, safe=""))
    title = title_of(view, page.one, language)[:80]
    say(request, "“{title}” is deleted.", title=title, undo=address(language, view.type, id_, "restore"))
    return RedirectResponse(address(language, view.type), 303)


async def ask_again(request: Request, view: TypeView, resource: Resource, uses: Uses) -> Response:
    """Who refers to the record, and what can be done about it."""
    language, registry = request.state.language, await registry_of(request)
    title = title_of(view, resource, language)
    crumbs = [(view.facts["plural"][language], address(language, view.type))]
    return render(
        request, "generic/delete.html", view=view, resource=resource, title=title, total=sum(uses.values()),
        uses=in_words(registry, language, uses), crumbs=[*crumbs, (title, address(language, view.type, resource.id))],
    )  # fmt: skip


async def restore(request: Request) -> Response:
    """Bring a deleted record back."""
    view = await view_of(request)
    id_ = request.path_params["id"]
    await client_of(request).request("POST", f"{view.path}/{quote(id_, safe='')}/restore")
    say(request, "Restored")
    return RedirectResponse(address(request.state.language, view.type, id_), 303)
