"""The editor of form templates: the specimen form with what a template says of each field beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.base.text import LANGUAGES
from dina.client import Refused, Resource
from dina.web import texts
from dina.web.generic import editing
from dina.web.rendering import address, check_language, client_of, registry_of, render, say, who_of
from dina.web.specimens import templates
from dina.web.specimens.composite import ASSOCIATION, SAMPLE, blank, empty, finish
from dina.web.specimens.template_lines import LABELS, Design, lines_of, take_defaults
from dina.web.specimens.template_names import DETERMINATION, PLACE, part_of
from dina.web.specimens.template_wire import Setting, Settings, read, written
from dina.web.texts import N_

TYPE = "form-template"
USUAL = (
    *templates.OPEN["sample"], *(f"organism.0.{one}" for one in templates.OPEN["organism"]),
    *(DETERMINATION + one for one in ("scientificName", "verbatimScientificName", "determiner", "determinedOn", "qualifier", "typeStatus", "isPrimary")),
    *(f"event.{one}" for one in templates.OPEN["event"]), PLACE,
)  # fmt: skip
"""What a new template shows: what stands open without one."""


async def new(request: Request) -> Response:
    """A new template: with the usual fields, or a copy of another (`copy`)."""
    check_language(request)
    copied = request.query_params.get("copy", "")
    source = await fetched(request, copied) if copied else None
    design = await begin(request, None, source.attributes if source else {})
    if source is None:
        design.settings = {name: Setting(shown=True) for name in USUAL}
    else:
        said = texts.translate(request.state.language, N_("{name} (copy)"), name=source.attributes["name"])
        design.name = said[:100]
    return await show(request, design) if request.method == "GET" else await submitted(request, design)


async def edit(request: Request) -> Response:
    """The generic form of templates for other pages; those for specimens have this editor."""
    check_language(request)
    id_ = str(request.path_params["id"])
    if request.method == "GET" and templates.is_ours(await fetched(request, id_)):
        return RedirectResponse(address(request.state.language, TYPE, id_, "design"), 303)
    request.path_params.update(type=TYPE, id=id_)
    return await editing.edit(request)


async def design(request: Request) -> Response:
    check_language(request)
    resource = await fetched(request, str(request.path_params["id"]))
    found = await begin(request, resource, resource.attributes)
    return await show(request, found) if request.method == "GET" else await submitted(request, found)


async def fetched(request: Request, id_: str) -> Resource:
    if not templates.is_id(id_):
        raise HTTPException(404)
    return (await client_of(request).get(f"{templates.PATH}/{id_}")).one


async def begin(request: Request, resource: Resource | None, attributes: Mapping[str, Any]) -> Design:
    """The template with its defaults in the controls of an empty specimen."""
    specimen = await empty(request)
    settings = read(attributes)
    request.state.template = {name: replace(one, shown=True) for name, one in settings.items()}
    await templates.apply(request, specimen)
    groups = who_of(request).groups
    group = request.state.session.prefs.get("group", "") or (next(iter(groups)) if len(groups) == 1 else "")
    return Design(
        specimen, settings, resource, dict(attributes), str(attributes.get("name", "")),
        str(attributes.get("group") or group), bool(attributes.get("restrictToCreatedBy")),
    )  # fmt: skip


async def show(request: Request, design: Design, status: int = 200) -> Response:
    await finish(request, design.specimen)
    language, registry, who = request.state.language, await registry_of(request), who_of(request)
    lines = lines_of(design, language)
    # Controls of links and custom fields have their names only once they are fetched, so labels are taken here.
    problems = list(design.problems)
    for line in (line for found in lines.values() for line in found):
        for one in line.field.every():
            problems += [
                {"text": f"{one.label}{texts.translate(language, ':')} {said}", "field": one.name}
                for said in one.errors
            ]
    view = registry.types[TYPE]
    return render(
        request, "specimens/design.html", status, view=view, design=design, problems=problems, languages=LANGUAGES,
        parts=[(name, label, lines[name]) for name, label in LABELS.items() if name in lines],
        groups=[name for name in who.groups if who.may("create", TYPE, name)], title=design.name if design.resource else "",
        crumbs=[(view.facts["plural"][language], address(language, TYPE))],
    )  # fmt: skip


async def submitted(request: Request, design: Design) -> Response:
    """What was sent: a button that orders or ticks shows the form again, everything else saves."""
    given = await request.form(max_fields=editing.FIELDS)
    before = await begin(request, design.resource, design.attributes)
    design.specimen.type_in(given, await blank(request), await blank(request, 1, ASSOCIATION))
    design.name, design.group = str(given.get("_name", "")).strip(), str(given.get("_group", ""))
    design.private = given.get("_private") == "1"
    design.settings = typed(design, given)
    if (
        given.get("_up")
        or given.get("_down")
        or given.get("_all") is not None
        or given.get("_none") is not None
    ):
        arrange(design, given)
        return await show(request, design)
    await take_defaults(request, design, before)
    if design.place_errors or any(part.errors for part in design.specimen.parts):
        return await show(request, design, 422)
    attributes = written(design.attributes, design.settings)
    attributes |= {"name": design.name, "restrictToCreatedBy": design.private}
    client, language = client_of(request), request.state.language
    try:
        if design.resource is None:
            made = await client.create(templates.PATH, attributes | {"group": design.group})
        else:
            made = await client.update(templates.PATH, design.resource.id, attributes)
    except Refused as fault:
        design.problems = [{"text": one, "field": ""} for one in fault.sentences]
        return await show(request, design, 422)
    say(request, "“{title}” is saved.", title=design.name[:80])
    if given.get("_then") == "try":
        return RedirectResponse(f"{address(language, SAMPLE, 'new')}?template={made.id}", 303)
    return RedirectResponse(address(language, TYPE, made.id, "design"), 303)


def typed(design: Design, given: FormData) -> Settings:
    """The settings as they were typed, in the order of the form; defaults are still those from before."""
    known = {line.field.name for lines in lines_of(design, "en").values() for line in lines}
    ticked = {name: {str(one) for one in given.getlist(name)} for name in ("_shown", "_locked", "_required")}
    found: Settings = {}
    for name in (str(one) for one in given.getlist("_field")):
        if name not in known:
            continue
        old = design.settings.get(name, Setting())
        help_ = {
            code: str(given.get(f"_help.{code}.{name}", old.help.get(code, ""))).strip() for code in LANGUAGES
        }
        found[name] = Setting(
            # What is asked for is shown.
            name in ticked["_shown"] or name in ticked["_required"], old.default, old.inner,
            name in ticked["_locked"], name in ticked["_required"], {**old.help, **help_},
        )  # fmt: skip
    return found


def arrange(design: Design, given: FormData) -> None:
    """Move a field one up or down in its part; tick all or none of a part."""
    up, down = str(given.get("_up", "")), str(given.get("_down", ""))
    all_, none = given.get("_all"), given.get("_none")
    if all_ is not None or none is not None:
        for name, one in design.settings.items():
            if part_of(name) == (all_ if all_ is not None else none):
                one.shown = all_ is not None
                one.required = one.required and one.shown
        return
    names = list(design.settings)
    name = up or down
    mine = [one for one in names if part_of(one) == part_of(name)]
    if name not in mine:
        return
    to = mine.index(name) + (-1 if up else 1)
    if 0 <= to < len(mine):
        a, b = names.index(name), names.index(mine[to])
        names[a], names[b] = names[b], names[a]
    design.settings = {one: design.settings[one] for one in names}
