"""Form templates: which fields of a specimen stand open, and what they begin with; and the sections of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Client, Resource
from dina.web import texts
from dina.web.generic import raw as raws
from dina.web.generic.fields import Field
from dina.web.rendering import client_of
from dina.web.specimens.composite import Part, Specimen, with_row
from dina.web.specimens.template_names import DETERMINATION, PLACE
from dina.web.specimens.template_wire import KIND, Settings, read
from dina.web.texts import N_

OPEN = {
    "sample": ("group", "collection", "materialSampleName", "barcode", "materialSampleType", "materialSampleState", "preparationType", "materialSampleRemarks", "tags"),
    "event": (
        "dwcFieldNumber", "verbatimEventDateTime", "dwcRecordedBy", "dwcRecordNumber", "collectors", "dwcCountry", "dwcStateProvince",
        "dwcVerbatimLocality", "dwcVerbatimCoordinates", "dwcVerbatimElevation", "habitat",
    ),
    "organism": ("determination", "sex", "lifeStage"),
    "association": ("associationType", "associatedSample", "remarks"),
}  # fmt: skip
RARE = frozenset(
    {"scientificNameDetails", "scientificNameSource", "managedAttributes", "transcriberRemarks", "verbatimRemarks", "typeStatusEvidence"}
)  # fmt: skip
"""Members of identifications that this form shows only when they are filled; the page of the organism has them."""
LEFT_OUT = {
    "sample": ("organism", "collectingEvent", "storageUnitUsage"),
    "event": ("group",),
    "organism": ("group",),
    "association": ("group", "sample"),
}


NUMBERED = re.compile(r"^(organism|association)\.\d+\.")
REQUIRED = N_("The form template asks for this.")
PATH = "/collection/v1/form-template"


@dataclass
class Section:
    """A part of the form: fields that stand open, more that open on demand, hidden ones that hold data."""

    name: str
    label: str
    open: list[Field] = field(default_factory=list[Field])
    more: list[Field] = field(default_factory=list[Field])
    held: list[Field] = field(default_factory=list[Field])

    @property
    def every(self) -> list[Field]:
        return [*self.open, *self.held, *self.more]


async def every(client: Client) -> list[Resource]:
    """The templates for specimens that the caller may see."""
    try:
        page = await client.get(PATH, {"sort": "name", "page[limit]": 100})
    except ApiError:
        return []
    return [one for one in page.data if is_ours(one)]


def is_ours(template: Resource) -> bool:
    """Whether a template is for the form of specimens."""
    return (template.attributes.get("viewConfiguration") or {}).get("type") == KIND


async def choose(request: Request, id_: str) -> None:
    """Take a template for this request; one that is gone or not for the caller is none."""
    request.state.template_id, request.state.template, request.state.template_group = "", {}, ""
    if not is_id(id_):
        return
    try:
        found = (await client_of(request).get(f"{PATH}/{id_}")).one
    except ApiError:
        return
    if is_ours(found):
        request.state.template_id, request.state.template = id_, read(found.attributes)
        request.state.template_group = str(found.attributes.get("group", ""))


def is_id(id_: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F-]{36}", id_) is not None


def chosen(request: Request) -> Settings:
    """What the template of the request says of the fields; nothing when it shows none."""
    found: Settings = getattr(request.state, "template", {})
    return found if any(one.shown for one in found.values()) else {}


def locked(request: Request) -> list[str]:
    """The fields that the template wants kept for the next specimen from the start."""
    return [name for name, one in chosen(request).items() if one.locked and one.shown]


def shows_place(request: Request) -> bool:
    settings = chosen(request)
    return not settings or (PLACE in settings and settings[PLACE].shown)


async def apply(request: Request, specimen: Specimen) -> None:
    """The defaults of the template, where nothing stands yet; its group, where none is preferred."""
    if not specimen.sample.form.raw["group"]:
        specimen.sample.form.raw["group"] = getattr(request.state, "template_group", "")
    for name, one in chosen(request).items():
        # An event that is there already is not written over.
        if not one.shown or (name.startswith("event.") and specimen.sample.form.links.get("collectingEvent")):
            continue
        if name == PLACE:
            specimen.place = specimen.place or await code_of(client_of(request), one.default)
            continue
        for path, value in {"": one.default, **one.inner}.items():
            give(specimen, f"{name}.{path}" if path else name, value)


async def code_of(client: Client, place: Any) -> str:
    """What is typed for a place that a template names by its id."""
    id_ = str(place.get("id", "")) if isinstance(place, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if not is_id(id_):
        return ""
    try:
        found = (await client.get(f"/collection/v1/storage-unit/{id_}")).one.attributes
    except ApiError:
        return ""
    return str(found.get("barcode") or found.get("name") or id_)


def part_at(specimen: Specimen, name: str) -> tuple[Part, str] | None:
    """The part that a control stands in, and its name there."""
    for part in sorted(specimen.parts, key=lambda one: -len(one.prefix)):
        if name.startswith(part.prefix):
            return part, name.removeprefix(part.prefix)
    return None


def give(specimen: Specimen, name: str, value: Any) -> None:
    """A value of the API into an empty control; one of another shape is left out."""
    found = part_at(specimen, name)
    if found is None or value in (None, "", [], {}):
        return
    form, inner = found[0].form, found[1]
    if inner in form.links:
        if not form.links[inner]:
            links = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
            form.links[inner] = "\n".join(
                str(one["id"]) for one in links if isinstance(one, dict) and "id" in one
            )  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        return
    held: Any = form.raw
    facts: Mapping[str, Any] = form.facts
    while inner not in facts:
        first, _, inner = inner.partition(".")
        fact = facts.get(first)
        if fact is None or not inner or fact["kind"] not in ("object", "objects"):
            return
        held, facts = held[first], raws.members_of(fact)
        if fact["kind"] == "objects":
            at, _, inner = inner.partition(".")
            if at != "0" or not inner:
                return
            if not held:
                held.append(raws.blank(fact))
            held = held[0]
    try:
        if raws.empty(held[inner]):
            held[inner] = raws.of_value(facts[inner], value)
    except (TypeError, AttributeError, ValueError, KeyError, IndexError):
        return


def missing(request: Request, specimen: Specimen) -> bool:
    """Whether something is empty that the template asks for; it is said at the controls."""
    said = texts.translate(request.state.language, REQUIRED)
    found = False
    for name, one in chosen(request).items():
        if not one.required or not one.shown:
            continue
        if name == PLACE:
            if not specimen.place:
                label = texts.translate(request.state.language, "Storage")
                specimen.faults.append(f"{label}{texts.translate(request.state.language, ':')} {said}")
                found = True
            continue
        at = part_at(specimen, name)
        if at is None or (name.startswith("event.") and specimen.sample.form.links.get("collectingEvent")):
            continue
        part, inner = at
        if inner.startswith("determination."):
            with_row(part.form, "determination")
            value: Any = part.form.raw["determination"][0].get(inner.rpartition(".")[2])
        elif inner in part.form.raw or inner in part.form.links:
            value = part.form.raw.get(inner) or part.form.links.get(inner)
        else:
            continue
        if value is None or raws.empty(value):
            member = inner if inner in part.form.raw else inner.replace(".", "/")
            part.errors.append({"detail": said, "source": {"pointer": f"/data/attributes/{member}"}})
            found = True
    return found


def sections(specimen: Specimen, request: Request) -> list[Section]:
    """The form in sections; with a template its fields stand open, without one the usual ones, and all that is filled."""
    settings = chosen(request)
    new = specimen.sample.form.resource is None

    def split(kind: str, name: str, label: str, fields: list[Field], prefix: str) -> Section:
        made = Section(name, label)
        for one in fields:
            inner = one.name[len(prefix) :]
            if inner in LEFT_OUT[kind]:
                specimen.faults += one.errors
                continue
            if settings:
                opened = adjust(one, settings, request.state.language, new=new)
                opened = opened or (one.required and kind != "association")
            else:
                opened = inner in OPEN[kind] or (one.filled and inner != "allowDuplicateName")
            if inner == "determination":
                one.rows = [shortened(row, settings) for row in one.rows]
            if opened or any(e.errors for e in one.every()):
                made.open.append(one)
            elif settings and one.filled and one.raw != "false" and inner != "allowDuplicateName":
                made.held.append(one)
            else:
                made.more.append(one)
        order = list(settings) if settings else [prefix + inner for inner in OPEN[kind]]
        made.open.sort(key=lambda one: placed(one, order, known=bool(settings)))
        return made

    def said(text: str) -> str:
        return texts.translate(request.state.language, text)

    found = [split("sample", "sample", said(N_("Specimen")), specimen.sample.fields(), "")]
    many = len(specimen.organisms) > 1
    for at, part in enumerate(specimen.organisms):
        label = said(N_("Organism and identifications")) + (f" {at + 1}" if many else "")
        found.append(split("organism", f"organism-{at}", label, part.fields(), part.prefix))
    for at, part in enumerate(specimen.associations):
        label = said(N_("Associated specimen")) + (f" {at + 1}" if len(specimen.associations) > 1 else "")
        found.append(split("association", f"association-{at}", label, part.fields(), part.prefix))
        # An association that is not given needs nothing.
        for one in found[-1].every:
            one.required = one.required and (part.form.resource is not None)
    found.append(split("event", "event", said(N_("Collecting event")), specimen.event.fields(), "event."))
    return found


def general(name: str) -> str:
    """The name that a template has for a control: that of the first organism, the first association."""
    return re.sub(r"^(organism\.0\.determination)\.\d+\.", r"\1.0.", NUMBERED.sub(r"\1.0.", name))


def adjust(one: Field, settings: Settings, language: str, *, new: bool) -> bool:
    """Help and marks of a field as the template has them; whether the template shows it."""
    shown = False
    for inner in one.every():
        setting = settings.get(general(inner.name))
        if setting is None or not setting.shown:
            continue
        shown = True
        inner.help = (
            setting.help.get(language) or next((t for t in setting.help.values() if t), "") or inner.help
        )
        inner.required = inner.required or (setting.required and new)
    return shown


def placed(one: Field, order: list[str], *, known: bool) -> int:
    """Where a field stands; the group comes first, with a template too."""
    names = {general(inner.name) for inner in one.every()}
    if known and one.name == "group" and "group" not in order:
        return -1
    return min((at for at, name in enumerate(order) if name in names or name == one.name), default=len(order))


def shortened(row: list[Field], settings: Settings) -> list[Field]:
    """The controls of an identification, the name first; with a template those that it shows, in its order."""
    order = {
        n: at for at, (n, one) in enumerate(settings.items()) if one.shown and n.startswith(DETERMINATION)
    }
    if order:
        kept = [one for one in row if general(one.name) in order or one.filled or one.errors]
        return sorted(kept, key=lambda one: order.get(general(one.name), len(order)))
    kept = [one for one in row if one.name.rpartition(".")[2] not in RARE or one.filled or one.errors]
    return sorted(kept, key=lambda one: not one.name.endswith(".scientificName"))
