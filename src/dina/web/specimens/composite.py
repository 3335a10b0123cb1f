"""A specimen as one form: the sample, its collecting event, its organisms and where it is put.

Each part is a form of its type as the generic pages have it; the names of its controls begin with the part
(`event.dwcCountry`, `organism.0.sex`). All parts are saved as one atomic request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from dina.client import ApiError, Client, Page, Resource
from dina.web.generic.drafts import Kept
from dina.web.generic.fields import Field
from dina.web.generic.form import Form, begin, complete

SAMPLE, EVENT, ORGANISM = "material-sample", "collecting-event", "organism"
ATOMIC = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'
POINTER = re.compile(r"/atomic:operations/(\d+)(/data/.*)?")
MOST_ORGANISMS = 50


@dataclass
class Part:
    """A form with what its controls are called; `base` is how it was before it was changed."""

    prefix: str
    form: Form
    base: Form | None = None
    errors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def fields(self) -> list[Field]:
        made, _ = self.form.fields(self.errors)
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


def before(form: Form) -> Form:
    return Form(form.view, form.registry, form.language, form.custom, form.resource, form.raw, form.links)


@dataclass
class Specimen:
    """All parts of the form."""

    sample: Part
    event: Part
    organisms: list[Part]
    place: str = ""
    well: str = ""
    shared: int = 0
    faults: list[str] = field(default_factory=list[str])

    @property
    def parts(self) -> list[Part]:
        return [self.sample, self.event, *self.organisms]

    def type_in(self, form: Mapping[str, Any], blank: Sequence[Form]) -> None:
        """Fill all parts from what was typed; further organisms take blank forms."""
        self.sample.form.type_in(below(form, ""))
        self.event.form.type_in(below(form, "event."))
        numbers = sorted({int(n[1]) for name in form if (n := re.match(r"organism\.(\d{1,2})\.", name))})
        self.organisms = self.organisms[: len(numbers)]
        for number in numbers[: min(MOST_ORGANISMS, len(self.organisms) + len(blank))]:
            at = numbers.index(number)
            if at == len(self.organisms):
                self.organisms.append(Part(f"organism.{at}.", blank[at - len(self.organisms)]))
            self.organisms[at].form.type_in(below(form, f"organism.{number}."))
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


async def blank(request: Request, number: int = 1) -> list[Form]:
    """Empty forms of organisms, with one identification each."""
    registry = await request.app.state.registry.load(request.state.client)
    found: list[Form] = []
    for _ in range(number):
        form = await begin(request, registry.types[ORGANISM])
        form.raw["group"] = ""
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
    return Specimen(Part("", sample), Part("event.", event), [Part("organism.0.", organism)])


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
    return found


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
    client: Client, operations: Sequence[Mapping[str, Any]], label: str = "", key: str = ""
) -> list[dict[str, Any]]:
    """Operations as one request that is done as a whole or not at all. Raises ApiError."""
    headers = {"idempotency-key": key[:100]} if key else {}
    headers |= (
        {
            "x-change-set": label.partition("|")[0],
            "x-change-set-label": label.partition("|")[2].encode("ascii", "replace").decode(),
        }
        if label
        else {}
    )
    answer = await client.request(
        "POST",
        "/collection/v1/operations",
        body={"atomic:operations": list(operations)},
        content_type=ATOMIC,
        headers=headers,
    )
    return answer.get("atomic:results", [])


def page_of(results: Sequence[Mapping[str, Any]], type_: str) -> Resource:
    """The resource of a type that was made or changed."""
    found = [one["data"] for one in results if one.get("data", {}).get("type") == type_]
    return Page.read({"data": found[0]}).one
