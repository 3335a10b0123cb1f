"""A specimen as one form: the sample, its collecting event, its organisms and where it is put.

Each part is a form of its type as the generic pages have it; the names of its controls begin with the part
(`event.dwcCountry`, `organism.0.sex`). All parts are saved as one atomic request.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Client, Page, Resource
from dina.web.generic.drafts import Kept
from dina.web.generic.fields import Field
from dina.web.generic.form import Form, begin, complete
from dina.web.placing import change_headers
from dina.web.rendering import say
from dina.web.texts import Counted

SAMPLE, EVENT, ORGANISM, ASSOCIATION = "material-sample", "collecting-event", "organism", "association"
POINTER = re.compile(r"/atomic:operations/(\d+)(/data/.*)?")
MOST_PARTS = 50


@dataclass
class Part:
    """A form with what its controls are called; `base` is how it was before it was changed."""

    prefix: str
    form: Form
    base: Form | None = None
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    faults: list[str] = field(default_factory=list[str])
    """Errors that are about no control."""
    opened: str = ""
    """The version that the form was opened with, where it is not the present one."""

    @property
    def version(self) -> str:
        """The version that whoever types has seen."""
        resource = self.form.resource
        return self.opened or str(resource.attributes.get("resourceVersion", "") if resource else "")

    def fields(self) -> list[Field]:
        made, by_name = self.form.fields(self.errors)
        names = {inner.name for top in made for inner in top.every()}
        self.faults = [text for name, said in by_name.items() if name not in names for text in said]
        for one in (inner for top in made for inner in top.every()):
            one.name = self.prefix + one.name
        return made

    def changed(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Attributes and relationships to be sent; what cannot be read becomes errors of the part."""
        attributes, relationships, faults = self.form.changes(self.base)
        self.errors += faults
        return attributes, relationships


def below(form: Mapping[str, Any], prefix: str) -> Kept:
    """The controls whose names begin so, without the beginning."""
    found = Kept()
    pairs = form.multi_items() if hasattr(form, "multi_items") else form.items()  # type: ignore[attr-defined]
    for name, value in pairs:
        if not name.startswith(prefix) or not isinstance(value, str | list):
            continue
        inner = name[len(prefix) :]
        found[inner] = [*found.getlist(inner), value] if inner in found else value
    return found


def typed_parts(kind: str, stored: Sequence[Part], form: Mapping[str, Any], blank: list[Form]) -> list[Part]:
    """The parts of a kind that were typed, in order: those that there are known by their ids, further ones blank."""
    numbers = sorted({int(n[1]) for name in form if (n := re.match(rf"{kind}\.(\d{{1,2}})\.", name))})
    known = {part.form.resource.id: part for part in stored if part.form.resource is not None}
    made: list[Part] = []
    for number in numbers[:MOST_PARTS]:
        part = known.get(str(form.get(f"_id.{kind}.{number}", "")))
        if part is None:
            if not blank:
                break
            part = Part("", blank.pop(0))
        part.prefix = f"{kind}.{len(made)}."
        part.form.type_in(below(form, f"{kind}.{number}."))
        made.append(part)
    return made


def before(form: Form) -> Form:
    return Form(form.view, form.registry, form.language, form.custom, form.resource, form.raw, form.links)


@dataclass
class Specimen:
    """All parts of the form."""

    sample: Part
    event: Part
    organisms: list[Part]
    associations: list[Part] = field(default_factory=list[Part])
    gone: list[str] = field(default_factory=list[str])
    """Associations that are to be taken away."""
    place: str = ""
    well: str = ""
    shared: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def parts(self) -> list[Part]:
        return [self.sample, self.event, *self.organisms, *self.associations]

    @property
    def unplaced(self) -> list[str]:
        """What is wrong beside what stands at the controls; known once the fields are made."""
        return [*self.faults, *(text for part in self.parts for text in part.faults)]

    def type_in(
        self, form: Mapping[str, Any], blank: Sequence[Form], associations: Sequence[Form] = ()
    ) -> None:
        """Fill all parts from what was typed; further organisms and associations take blank forms."""
        self.sample.form.type_in(below(form, ""))
        self.event.form.type_in(below(form, "event."))
        self.organisms = typed_parts("organism", self.organisms, form, list(blank))
        typed = typed_parts("association", self.associations, form, list(associations))
        taken = form.getlist("_gone") if hasattr(form, "getlist") else []  # type: ignore[attr-defined]
        known = {one.form.resource.id for one in self.associations if one.form.resource is not None}
        for part in typed:
            # Whose association it is has no control.
            part.form.links["sample"] = part.base.links["sample"] if part.base is not None else ""
        self.gone, self.associations = [one for one in taken if one in known], typed
        self.place, self.well = str(form.get("place", "")).strip(), str(form.get("well", "")).strip()

    def change_rows(self, form: Mapping[str, Any]) -> bool:
        """Add or take away a row of some part, when a button for that was pressed."""
        pressed = {name: str(form.get(name, "")) for name in ("_add", "_remove")}
        if not any(pressed.values()):
            return False
        for part in sorted(self.parts, key=lambda one: -len(one.prefix)):
            own = {n: v[len(part.prefix) :] for n, v in pressed.items() if v and v.startswith(part.prefix)}
            if own:
                part.form.change_rows(own)
                break
        return True

    def give_errors(self, errors: Sequence[Mapping[str, Any]], sent: Sequence[Part | None]) -> None:
        """Errors of the request to the parts that its operations came from."""
        for error in errors:
            match = POINTER.match(str(error.get("source", {}).get("pointer", "")))
            at = int(match[1]) if match else -1
            part = sent[at] if 0 <= at < len(sent) else None
            if part is None:
                self.faults.append(str(error.get("detail", "")))
                continue
            pointer = (match[2] or "") if match else ""
            part.errors.append({**error, "source": {"pointer": pointer}})


async def blank(request: Request, number: int = 1, type_: str = ORGANISM) -> list[Form]:
    """Empty forms of a part."""
    registry = await request.app.state.registry.load(request.state.client)
    found: list[Form] = []
    for _ in range(number):
        form = await begin(request, registry.types[type_])
        form.raw |= {"group": ""} if "group" in form.raw else {}
        found.append(form)
    return found


def with_row(form: Form, name: str) -> Form:
    """A form with one empty row where it has none, so that there is something to type into."""
    if isinstance(form.raw.get(name), list) and not form.raw[name]:
        form.change_rows({"_add": name})
    return form


async def empty(request: Request) -> Specimen:
    """The form of a new specimen."""
    registry = await request.app.state.registry.load(request.state.client)
    sample, event = await begin(request, registry.types[SAMPLE]), await begin(request, registry.types[EVENT])
    event.raw["group"] = ""
    organism = with_row((await blank(request))[0], "determination")
    associated = (await blank(request, 1, ASSOCIATION))[0]
    return Specimen(
        Part("", sample), Part("event.", event), [Part("organism.0.", organism)], [Part("association.0.", associated)]
    )  # fmt: skip


async def stored(request: Request, id_: str) -> Specimen:
    """The form of a specimen that there is, with its event and organisms."""
    registry = await request.app.state.registry.load(request.state.client)
    client: Client = request.state.client
    view = registry.types[SAMPLE]
    internal = [name for name, fact in view.relationships.items() if not fact["external"]]
    page = await client.get(f"{view.path}/{id_}", {"include": ",".join(internal)})

    async def part(prefix: str, type_: str, one: Resource) -> Part:
        form = await begin(request, registry.types[type_], one, page if type_ == SAMPLE else None)
        return Part(prefix, form, before(form))

    sample = await part("", SAMPLE, page.one)
    events = page.related(page.one, "collectingEvent")
    found = await empty(request)
    found.sample = sample
    if events:
        found.event = await part("event.", EVENT, events[0])
        found.shared = await users_of(client, events[0].id)
    organisms = page.related(page.one, "organism")
    found.organisms = [
        await part(f"organism.{at}.", ORGANISM, o) for at, o in enumerate(organisms)
    ] or found.organisms
    associations = await associations_of(client, registry.types[ASSOCIATION].path, id_)
    found.associations = [
        await part(f"association.{at}.", ASSOCIATION, one) for at, one in enumerate(associations)
    ] or found.associations
    return found


async def associations_of(client: Client, path: str, id_: str) -> list[Resource]:
    """What the specimen is said to be associated with; what others say of it stands on their pages."""
    asked = {
        "fiql": f"sample.id=={id_}",
        "include": "sample,associatedSample",
        "page[limit]": MOST_PARTS,
        "sort": "createdOn",
    }
    try:
        return (await client.get(path, asked)).data
    except ApiError:
        return []


async def users_of(client: Client, event: str) -> int:
    """How many specimens come from an event."""
    params = {"fiql": f"collectingEvent.id=={event}"}
    try:
        answer = await client.request("GET", "/collection/v1/material-sample/count", params=params)
    except ApiError:
        return 0
    return int(answer["data"]["attributes"]["value"])


async def finish(request: Request, specimen: Specimen) -> None:
    """What fields show beside values."""
    for part in specimen.parts:
        await complete(request, part.form)


async def send(
    client: Client, operations: Sequence[Mapping[str, Any]], label: str = "", key: str = "", *, change_set: str = "", dry: bool = False
) -> list[dict[str, Any]]:  # fmt: skip
    """Operations as one request that is done as a whole or not at all; with `dry` only judged. Raises ApiError."""
    headers = {"idempotency-key": key[:100]} if key else {}
    headers |= change_headers(change_set, label) if change_set else {}
    return await client.atomic(
        "/collection/v1", operations, headers, params={"dryRun": "true"} if dry else None
    )


async def as_one_change(
    request: Request, operations: Sequence[Mapping[str, Any]], label: str, said: str | Counted, *, key: str = "", **values: object
) -> None:  # fmt: skip
    """Send operations as one change set and say so on the next page, with its Undo. Raises ApiError."""
    change_set = str(uuid.uuid4())
    await send(request.state.client, operations, label, key, change_set=change_set)
    say(request, said, undo=f"/{request.state.language}/changes/collection/{change_set}/undo", **values)


def page_of(results: Sequence[Mapping[str, Any]], type_: str) -> Resource:
    """The resource of a type that was made or changed."""
    found = [one["data"] for one in results if one.get("data", {}).get("type") == type_]
    return Page.read({"data": found[0]}).one
