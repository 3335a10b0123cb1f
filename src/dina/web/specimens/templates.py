"""Form templates: which fields of a specimen stand open, and what they begin with; and the sections of the form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Client, Resource
from dina.web import texts
from dina.web.generic.fields import Field
from dina.web.rendering import client_of
from dina.web.specimens.composite import Specimen
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


@dataclass
class Section:
    """A part of the form: fields that stand open, and more that open on demand."""

    name: str
    label: str
    open: list[Field] = field(default_factory=list[Field])
    more: list[Field] = field(default_factory=list[Field])

    @property
    def every(self) -> list[Field]:
        return [*self.open, *self.more]


async def every(client: Client) -> list[Resource]:
    """The templates for specimens that the caller may see."""
    try:
        page = await client.get("/collection/v1/form-template", {"sort": "name", "page[limit]": 100})
    except ApiError:
        return []
    kind = "material-sample-form-template"
    return [one for one in page.data if (one.attributes.get("viewConfiguration") or {}).get("type") == kind]


def items(template: Resource | None) -> dict[str, dict[str, Any]]:
    """The items of a template by name."""
    found = (template.attributes.get("components") or []) if template else []
    return {
        str(item.get("name")): item
        for component in found for section in component.get("sections") or [] for item in section.get("items") or []
        if item.get("visible")
    }  # fmt: skip


async def apply(request: Request, specimen: Specimen) -> None:
    """Take the template of the address: its defaults where nothing stands yet."""
    id_ = request.query_params.get("template", "")
    chosen = next((one for one in await every(client_of(request)) if one.id == id_), None)
    request.state.template = items(chosen)
    for name, item in request.state.template.items():
        value = item.get("defaultValue")
        for part in specimen.parts:
            if value not in (None, "") and part.form.raw.get(name) == "" and name != "group":
                part.form.raw[name] = str(value)
                break


def sections(specimen: Specimen, request: Request) -> list[Section]:
    """The form in sections; with a template its fields stand open, without one the usual ones, and all that is filled."""
    template: dict[str, Any] = getattr(request.state, "template", {})

    def split(kind: str, name: str, label: str, fields: list[Field], prefix: str) -> Section:
        made = Section(name, label)
        order = list(OPEN[kind])
        known = [name for name in template if any(one.name == prefix + name for one in fields)]
        opened = (
            [
                *known,
                *(
                    n
                    for n in order
                    if n in ("group", "materialSampleName", "determination") and n not in known
                ),
            ]
            if template
            else order
        )
        for one in fields:
            inner = one.name[len(prefix) :]
            if inner in LEFT_OUT[kind]:
                specimen.faults += one.errors
                continue
            if inner == "determination":
                one.rows = [shortened(row) for row in one.rows]
            shown = (
                inner in opened
                or bool(one.errors)
                or any(e.errors for e in one.every())
                or (one.filled and inner != "allowDuplicateName")
            )
            (made.open if shown else made.more).append(one)
        made.open.sort(
            key=lambda one: (
                opened.index(one.name[len(prefix) :]) if one.name[len(prefix) :] in opened else len(opened)
            )
        )
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


def shortened(row: list[Field]) -> list[Field]:
    """The controls of an identification, the name first."""
    kept = [one for one in row if one.name.rpartition(".")[2] not in RARE or one.filled or one.errors]
    return sorted(kept, key=lambda one: not one.name.endswith(".scientificName"))
