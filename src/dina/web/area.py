"""An area of the pages: what a part of the interface brings with it.

An area lives in a package of its own (`web/generic`, `web/exchange`, …) with its routes, and its templates in
`templates/<area>/`. It is put together in `web/areas.py`; nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import Route

from dina.web.texts import N_

PREFIX = "/{language}"


@dataclass(frozen=True)
class Link:
    """A line of the navigation.

    A link leads to the list of `type`, or to `path` (below the language); `label` is a text of the catalogue,
    for lists it may be left out. It is there when the caller may do `action` with `type`; without a type it is
    always there.
    """

    type: str = ""
    path: str = ""
    label: str = ""
    action: str = "read"

    @property
    def address(self) -> str:
        return self.path or slug(self.type)


@dataclass(frozen=True)
class Section:
    """An entry of the rail with its pages, one level deep."""

    name: str
    label: str
    icon: str
    links: Sequence[Link]


@dataclass(frozen=True)
class Area:
    """A part of the interface: its routes, and its lines of the navigation by section.

    `links` come before those that the section has already. `commands` are lines of the command box. `selection`
    are buttons below lists: a form with `id` of the chosen records, or `all=1`, and the address of the list in
    `list`, is posted to their path.
    """

    name: str
    routes: Sequence[Route]
    links: Sequence[tuple[str, Link]] = ()
    create: Sequence[Link] = ()
    commands: Sequence[Link] = ()
    selection: Sequence[Link] = ()


SLUGS = {
    "material-sample": "specimens", "import-dataset": "imports", "data-export": "exports", "dataset": "publish",
    "api-key": "api-keys",
}  # fmt: skip
TYPES = {value: key for key, value in SLUGS.items()}


def slug(type_: str) -> str:
    """The part of an address that stands for a type."""
    return SLUGS.get(type_, type_)


SECTIONS: tuple[Section, ...] = (
    Section("home", N_("Home"), "home", (Link(path="", label=N_("Home")),)),
    Section(
        "specimens", N_("Specimens"), "specimen",
        (Link("material-sample", label=N_("All specimens")), Link("organism"), Link("measurement"), Link("association"), Link("record-set"), Link("saved-query")),
    ),
    Section(
        "field", N_("Field"), "field",
        (Link("collecting-event"), Link("site"), Link("expedition"), Link("project"), Link("assemblage"), Link("survey"), Link("observation"), Link("collection-method"), Link("protocol")),
    ),
    Section("storage", N_("Storage"), "storage", (Link("storage-unit"), Link("storage-unit-usage"), Link("storage-unit-type"))),
    Section("names", N_("Names"), "names", (Link("sensitive-taxon"),)),
    Section(
        "geology", N_("Geology"), "geology",
        (Link("mineral-identification"), Link("meteorite"), Link("geological-context"), Link("geological-interval")),
    ),
    Section(
        "living", N_("Living collections"), "living",
        (Link("accession"), Link("planting"), Link("condition-check"), Link("propagation"), Link("viability-test")),
    ),
    Section(
        "laboratory", N_("Laboratory"), "laboratory",
        (Link("process"), Link("preparation-type"), Link("preparation-method")),
    ),
    Section(
        "people", N_("People"), "people",
        (Link("person"), Link("organization"), Link("identifier"), Link("identifier-type")),
    ),
    Section("exchange", N_("Data in/out"), "exchange", ()),
    Section("publish", N_("Publish"), "publish", ()),
    Section(
        "settings", N_("Settings"), "settings",
        (
            Link("form-template"), Link("split-configuration"), Link("controlled-vocabulary"), Link("controlled-vocabulary-item"),
            Link("collection"), Link("institution"), Link("group"), Link("user", action="read"),
        ),
    ),
)  # fmt: skip
CREATE = (Link("material-sample", "specimens/new"), Link("collecting-event", "collecting-event/new"))
