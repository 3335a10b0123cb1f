"""A form template as it is being edited: the fields of the specimen form with what the template says of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import Resource
from dina.web import texts
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field
from dina.web.generic.raw import Unreadable
from dina.web.placing import place_of
from dina.web.rendering import client_of
from dina.web.specimens import templates
from dina.web.specimens.composite import Specimen
from dina.web.specimens.template_names import DETERMINATION, PLACE, part_of
from dina.web.specimens.template_wire import Setting, Settings
from dina.web.texts import N_

NO_PLACE = N_("No place has the code or name “{code}”.")
CANNOT = N_("This cannot be read.")
HELD = frozenset({"group"})
"""Fields that every form shows and that no template decides on."""
COMPOUND = frozenset({"rows", "map", "object", "point", "languages"})


@dataclass
class Line:
    """A field of the form and what the template says of it; `simple` when it can have a default and be locked."""

    field: Field
    setting: Setting
    simple: bool


@dataclass
class Design:
    """A template as it is being edited; `specimen` holds the defaults in its controls."""

    specimen: Specimen
    settings: Settings
    resource: Resource | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the template is made from: as it is kept, or the one that is copied."""
    name: str = ""
    group: str = ""
    private: bool = False
    problems: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    place_errors: list[str] = field(default_factory=list[str])


def lines_of(design: Design, language: str) -> dict[str, list[Line]]:
    """The fields by part of the form, those of the template first, in its order."""
    specimen = design.specimen
    fields = [
        one
        for part in specimen.parts[:1]
        for one in part.fields()
        if one.name not in templates.LEFT_OUT["sample"]
    ]
    for kind, part in (
        ("organism", specimen.organisms[0]),
        ("association", specimen.associations[0]),
        ("event", specimen.event),
    ):
        for one in part.fields():
            inner = one.name.removeprefix(part.prefix)
            if inner == "determination":
                fields += [member for row in one.rows[:1] for member in row]
            elif inner not in templates.LEFT_OUT[kind]:
                fields.append(one)
    label = texts.translate(language, "To the place (code, name or scan)")
    fields.append(Field(PLACE, label, "text", specimen.place, errors=design.place_errors))
    order = {name: at for at, name in enumerate(design.settings)}
    found: dict[str, list[Line]] = {}
    for one in fields:
        if one.name in HELD:
            continue
        one.required = False
        setting = design.settings.get(one.name, Setting())
        line = Line(one, setting, one.control not in COMPOUND and one.control != "json")
        found.setdefault(part_of(one.name), []).append(line)
    for lines in found.values():
        lines.sort(key=lambda line: order.get(line.field.name, len(order)))
    return found


LABELS = {
    "": N_("Specimen"), "organism.0.": N_("Organism"), DETERMINATION: N_("Identification"),
    "association.0.": N_("Associated specimen"), "event.": N_("Collecting event"), PLACE: N_("Storage"),
}  # fmt: skip


async def take_defaults(request: Request, design: Design, before: Design) -> None:
    """The typed defaults as values; those that nobody has touched stay as they are kept."""
    language = request.state.language
    for lines in lines_of(design, language).values():
        for line in lines:
            name = line.field.name
            setting = design.settings.get(name)
            if setting is None or not line.simple:
                continue
            if name == PLACE:
                await take_place(request, design, before, setting)
                continue
            at, old = templates.part_at(design.specimen, name), templates.part_at(before.specimen, name)
            if at is None or old is None:
                continue
            part, inner = at
            try:
                if inner in part.form.links:
                    ids = part.form.links[inner].split()
                    if ids != old[0].form.links[inner].split():
                        fact = part.form.view.relationships[inner]
                        linked = [{"type": fact["targets"][0], "id": one} for one in ids]
                        setting.default = (linked if fact["many"] else linked[0]) if linked else None
                    continue
                fact, now = held(part.form.facts, part.form.raw, inner)
                if now != held(old[0].form.facts, old[0].form.raw, inner)[1]:
                    setting.default = raws.to_value(fact, now)
            except Unreadable:
                said = texts.translate(language, CANNOT)
                part.errors.append(
                    {"detail": said, "source": {"pointer": f"/data/attributes/{inner.replace('.', '/')}"}}
                )


def held(facts: Mapping[str, Any], raw: Mapping[str, Any], inner: str) -> tuple[Mapping[str, Any], Any]:
    """The fact of a control and what is typed in it; members of identifications stand in their first row."""
    if inner in facts:
        return facts[inner], raw[inner]
    list_, _, member = inner.partition(".0.")
    rows = raw[list_]
    fact = raws.members_of(facts[list_])[member]
    return fact, rows[0][member] if rows else raws.of_value(fact, None)


async def take_place(request: Request, design: Design, before: Design, setting: Setting) -> None:
    """The place that was typed, as a link."""
    typed_ = design.specimen.place
    if typed_ == before.specimen.place:
        return
    setting.default = None
    if typed_:
        place = await place_of(client_of(request), typed_)
        if place is None:
            said = texts.translate(request.state.language, NO_PLACE, code=typed_[:80])
            design.place_errors.append(said)
        else:
            setting.default = {"id": place.id, "type": place.type}
