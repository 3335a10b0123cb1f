"""Columns of lists: attributes, custom fields, linked records and what those hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dina.client import Page, Resource
from dina.web import texts
from dina.web.custom import MEMBER, CustomField
from dina.web.registry import Registry, TypeView
from dina.web.rendering import address
from dina.web.values import Shown, formatted_name, shown, title_of

GROUP = "group"


@dataclass(frozen=True)
class Column:
    """A column: its path, heading, and where its values come from (`attribute`, `custom`, `link`, `linked`).

    `exported` is its path in a table where that is another one: of a linked record not the id but the name.
    """

    path: str
    label: str
    kind: str
    fact: Mapping[str, Any]
    section: str = ""
    sortable: bool = False
    exported: str = ""

    @property
    def number(self) -> bool:
        return self.fact.get("kind") in ("integer", "decimal")


def columns_of(
    registry: Registry, view: TypeView, custom: Sequence[CustomField], language: str
) -> dict[str, Column]:
    """Every column that the list of a type may have."""
    found: dict[str, Column] = {}
    for name, fact in view.attributes.items():
        if fact.get("onRequest") or fact.get("whenIncluded") or name == MEMBER:
            continue
        found[name] = Column(
            name, fact["label"][language], "attribute", fact, sortable=bool(fact.get("sortable"))
        )
    section = texts.translate(language, "Custom fields")
    for one in custom:
        path = f"{MEMBER}.{one.key}"
        found[path] = Column(path, one.fact["label"][language], "custom", one.fact, section)
    for name, link in view.relationships.items():
        target = registry.types.get(link["targets"][0])
        if target is None or link["external"]:
            continue
        found[name] = Column(
            name, link["label"][language], "link", link, exported=f"{name}.{name_path(target)}"
        )
        for inner, fact in target.attributes.items():
            if fact.get("listed") or fact.get("searchable"):
                path = f"{name}.{inner}"
                found[path] = Column(path, fact["label"][language], "linked", fact, link["label"][language])
    return found


def name_path(target: TypeView) -> str:
    """Where the name of a record stands, for tables."""
    if target.type == "organism":
        return "determination[isPrimary].scientificName"
    return target.facts["title"] if target.facts["title"] in target.attributes else "id"


def of_group(name: str) -> str:
    """The key under which the label of a group stands among names."""
    return f"{GROUP}:{name}"


def default_columns(view: TypeView, everything: Mapping[str, Column]) -> list[Column]:
    names = [*view.columns(), *view.listed_relationships()]
    return [everything[name] for name in names if name in everything] or list(everything.values())[:3]


def includes(columns: Sequence[Column]) -> list[str]:
    """The relationships whose records the columns show."""
    return list(dict.fromkeys(one.path.split(".")[0] for one in columns if one.kind in ("link", "linked")))


def cell(
    registry: Registry, view: TypeView, column: Column, page: Page, resource: Resource, language: str,
    names: Mapping[str, str] | None = None,
) -> list[Shown]:  # fmt: skip
    """What a cell shows: a value, or linked records, each with its address; `names` are those of what values point at."""
    match column.kind:
        case "attribute" if column.path == GROUP:
            name = str(resource.attributes.get(GROUP) or "")
            return [Shown((names or {}).get(of_group(name), name))]
        case "attribute":
            return [shown(dict(column.fact), resource.attributes.get(column.path), language, names)]
        case "custom":
            values = resource.attributes.get(MEMBER) or {}
            return [shown(dict(column.fact), values.get(column.path.partition(".")[2]), language)]
        case "linked":
            name, _, inner = column.path.partition(".")
            return [
                shown(dict(column.fact), one.attributes.get(inner), language, names)
                for one in page.related(resource, name)
            ]
        case _:
            target = registry.types[view.relationships[column.path]["targets"][0]]
            return [
                Shown(
                    title_of(target, one, language),
                    link=address(language, target.type, one.id),
                    italic=target.type == "organism",
                    html=formatted_name(one) if target.type == "organism" else None,
                )
                for one in page.related(resource, column.path)
            ]  # fmt: skip
