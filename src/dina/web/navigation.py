"""The rail and the + New menu: the sections with what the caller may open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dina.web import texts
from dina.web.area import CREATE, SECTIONS, Area, Link, Section, slug
from dina.web.registry import Registry
from dina.web.who import Who


@dataclass(frozen=True)
class Line:
    """A link as it is shown."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class Entry:
    """A section as it is shown: its first page, and all of them."""

    name: str
    label: str
    icon: str
    lines: list[Line] = field(default_factory=list[Line])
    current: bool = False

    @property
    def href(self) -> str:
        return self.lines[0].href


class Navigation:
    """The sections with the lines that areas add; what belongs to no section stands under Settings."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.sections = tuple(with_links(section, areas) for section in SECTIONS)
        self.create = (*CREATE, *(link for area in areas for link in area.create))
        self.selection = tuple(link for area in areas for link in area.selection)
        self.commands = tuple(link for area in areas for link in area.commands)

    def selection_for(self, who: Who, type_: str) -> list[Link]:
        """What areas offer for selected records of a type (or its part of the address)."""
        return [
            one for one in self.selection if slug(one.type) == slug(type_) and who.may(one.action, one.type)
        ]

    def rail(self, registry: Registry, who: Who, language: str, path: str) -> list[Entry]:
        """What the caller may open; the section and the one line of it that `path` (without its language) is nearest to are current."""
        here = whereabouts(path)
        best = self.section_of(here)
        found: list[Entry] = []
        for section in self.sections:
            links = [link for link in section.links if shown(link, registry, who)]
            if links:
                nearest = max(
                    (link.address for link in links if inside(here, link.address)), key=len, default=None
                )
                lines = [self.line(link, registry, language, link.address == nearest) for link in links]
                label = texts.translate(language, section.label)
                found.append(Entry(section.name, label, section.icon, lines, section.name == best))
        return found

    def section_of(self, here: str) -> str:
        """The section with the longest address that `here` begins with."""
        found = [
            (len(link.address), section.name)
            for section in self.sections
            for link in section.links
            if inside(here, link.address)
        ]
        return max(found)[1] if found else ("settings" if here else "home")

    def line(self, link: Link, registry: Registry, language: str, current: bool) -> Line:
        label = (
            texts.translate(language, link.label)
            if link.label
            else registry.types[link.type].facts["plural"][language]
        )
        href = f"/{language}/{link.address}".rstrip("/")
        return Line(label, href, current)

    def new(self, registry: Registry, who: Who, language: str) -> list[Line]:
        """What the caller may make, most wanted first."""
        return self.lines(self.create, registry, who, language, "create")

    @staticmethod
    def lines(
        links: Sequence[Link], registry: Registry, who: Who, language: str, action: str = ""
    ) -> list[Line]:
        """Links as lines, those that the caller may follow."""
        return [
            Line(
                texts.translate(language, link.label) if link.label else registry.types[link.type].facts["label"][language],
                f"/{language}/{link.address}",
            )
            for link in links
            if shown(link, registry, who, action)
        ]  # fmt: skip


def whereabouts(path: str) -> str:
    """An address without its language as links have it: types by their part of the address."""
    first, _, rest = path.strip("/").partition("/")
    return "/".join(part for part in (slug(first), rest) if part)


def inside(here: str, address: str) -> bool:
    return here == address or (bool(address) and here.startswith(address + "/"))


def shown(link: Link, registry: Registry, who: Who, action: str = "") -> bool:
    if not link.type:
        return True
    return link.type in registry.types and who.may(action or link.action, link.type)


def with_links(section: Section, areas: Iterable[Area]) -> Section:
    more = [link for area in areas for name, link in area.links if name == section.name]
    return Section(section.name, section.label, section.icon, (*more, *section.links))
