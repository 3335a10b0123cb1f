"""How a value of each kind is shown to people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from dina.client import Resource
from dina.web import texts
from dina.web.registry import TypeView


@dataclass(frozen=True)
class Shown:
    """A text, or rows of label and text for objects; `italic` and `html` for scientific names.

    Objects of few members are a table, too: `head` and `cells`.
    """

    text: str = ""
    link: str = ""
    italic: bool = False
    html: Markup | None = None
    rows: list[list[tuple[str, str]]] = field(default_factory=list[list[tuple[str, str]]])
    head: list[str] = field(default_factory=list[str])
    cells: list[list[str]] = field(default_factory=list[list[str]])

    def line(self, language: str) -> str:
        """All of it in one line, for places without room."""
        if not self.rows:
            return self.text
        colon = texts.translate(language, ":")
        return " · ".join("; ".join(f"{label}{colon} {text}" for label, text in row) for row in self.rows)


def multilingual(value: Any, language: str) -> str:
    """The text in the wanted language, else in any."""
    entries: list[dict[str, str]] = (value or {}).get("titles") or (value or {}).get("descriptions") or []
    by_language = {e.get("lang", ""): e.get("title") or e.get("desc") or "" for e in entries}
    return by_language.get(language) or next(iter(by_language.values()), "")


def plain(value: Any, language: str) -> str:
    """Any value in one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return texts.translate(language, "Yes") if value else texts.translate(language, "No")
    if isinstance(value, list):
        return ", ".join(plain(item, language) for item in value)
    if isinstance(value, dict):
        colon = texts.translate(language, ":")
        said = ((key, plain(item, language)) for key, item in value.items())
        return "; ".join(f"{key}{colon} {text}" for key, text in said if text)
    return str(value)


EMPTY: tuple[Any, ...] = (None, [], {}, "")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
"""A moment as it was recorded, in members that are texts for the sake of less exact ones."""
COORDINATES = ("dwc:decimalLatitude", "dwc:decimalLongitude")
"""Written with a point in every language, as maps and receivers take them."""
WIDE = 6
"""The most columns of a table inside a record; objects with more members are shown one below the other."""


def shown(fact: dict[str, Any], value: Any, language: str, names: Mapping[str, str] | None = None) -> Shown:
    """A value by its kind; `names` are those of records that values point at."""
    if value in EMPTY:
        return Shown()
    match fact["kind"]:
        case "multilingual-title" | "multilingual-description":
            return Shown(multilingual(value, language))
        case "by-language":
            return Shown(str(value.get(language) or next(iter(value.values()))))
        case "date-time":
            return Shown(texts.moment(language, str(value)))
        case "integer" | "decimal" if isinstance(value, int | float):
            unit = f"\u00a0{fact['unit']}" if fact.get("unit") else ""
            plainly = fact["kind"] == "integer" or fact.get("term") in COORDINATES
            return Shown((str(value) if plainly else texts.number(language, value)) + unit)
        case "objects" | "object":
            return objects(fact, value if isinstance(value, list) else [value], language, names or {})
        case "point":
            longitude, latitude = (value.get("coordinates") or ["", ""])[:2]
            return Shown(f"{latitude}, {longitude}")
        case "key-map" | "nested-key-map" | "json":
            return structure(value, language)
        case "uuid" | "uuids" if fact.get("target"):
            ids: list[str] = value if isinstance(value, list) else [value]
            return Shown(", ".join((names or {}).get(one) or one for one in ids))
        case _:
            unit = f"\u00a0{fact['unit']}" if fact.get("unit") else ""
            return Shown(named(fact, value, language) + unit)


def objects(
    fact: dict[str, Any], items: list[dict[str, Any]], language: str, names: Mapping[str, str]
) -> Shown:
    """Embedded objects: a table when they are narrow, else one list of facts for each."""
    members = fact.get("members", {})
    written = [name for name, member in members.items() if not member.get("readOnly")]
    used = [name for name in written if any(one.get(name) not in EMPTY for one in items)]
    used += [name for one in items for name in one if name not in members and one[name] not in EMPTY]
    used = list(dict.fromkeys(used))

    def said(name: str, value: Any) -> str:
        inner = members.get(name, {})
        if value in EMPTY:
            return ""
        if inner.get("kind") in ("object", "objects"):
            return objects(inner, value if isinstance(value, list) else [value], language, names).line(
                language
            )
        if name.endswith("On") and MOMENT.fullmatch(str(value)):
            return texts.moment(language, str(value))
        return shown({"kind": "text", **inner}, value, language, names).line(language)

    labels = [label_of(members, name, language) for name in used]
    cells = [[said(name, one.get(name)) for name in used] for one in items]
    rows = [[(label, text) for label, text in zip(labels, row, strict=True) if text] for row in cells]
    if len(used) <= WIDE and len(items) > 1:
        return Shown(summary(items, language), rows=rows, head=labels, cells=cells)
    return Shown(summary(items, language), rows=rows)


def structure(value: Any, language: str) -> Shown:
    """A value of no declared form: a map as a list of facts, a list of maps as a table, else a line."""
    if isinstance(value, dict):
        return Shown(
            plain(value, language),
            rows=[[(str(k), said) for k, v in value.items() if (said := plain(v, language))]],
        )
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return objects({"members": {}}, value, language, {})
    return Shown(plain(value, language))


def named(fact: dict[str, Any], value: Any, language: str) -> str:
    """A value by the name its vocabulary gives it, else as it is."""
    labels: dict[str, dict[str, str]] = fact.get("labels") or {}
    found = labels.get(value) if isinstance(value, str) else None
    return found.get(language, value) if found else plain(value, language)


ITALICS = re.compile(r"(</?i>)")
TAGS = {"<i>": Markup("<i>"), "</i>": Markup("</i>")}


def formatted_name(resource: Resource) -> Markup:
    """The name of an organism's primary determination with genus and epithets in italics, nothing else."""
    found: list[dict[str, Any]] = resource.attributes.get("determination") or []
    chosen = next((one for one in found if one.get("isPrimary")), found[0] if found else {})
    text = str((chosen.get("parsedName") or {}).get("formattedName") or "")
    return Markup("").join(TAGS.get(part) or escape(unescape(part)) for part in ITALICS.split(text))


def label_of(members: dict[str, Any], name: str, language: str) -> str:
    return members.get(name, {}).get("label", {}).get(language) or name


def summary(items: list[dict[str, Any]], language: str) -> str:
    """What an embedded object is in a word: the name of the primary identification, a localised name."""
    chosen = next((one for one in items if one.get("isPrimary")), items[0])
    for key in ("scientificName", "verbatimScientificName"):
        if chosen.get(key):
            return str(chosen[key])
    by_language = {one.get("languageCode"): one.get("name") for one in items if one.get("name")}
    if by_language:
        return str(by_language.get(language) or next(iter(by_language.values())))
    return "; ".join(plain(v, language) for v in chosen.values() if v not in (None, [], {}))[:120]


def title_of(view: TypeView, resource: Resource, language: str) -> str:
    """The name of a record for people; its id when it has none."""
    attributes = resource.attributes
    if view.type == "organism":
        found = attributes.get("determination") or []
        return summary(found, language) if found else resource.id
    if view.type == "collecting-event":
        parts = [
            attributes.get("startEventDateTime"), attributes.get("dwcVerbatimLocality") or attributes.get("dwcCountry"),
            attributes.get("dwcRecordedBy"), attributes.get("dwcRecordNumber") or attributes.get("dwcFieldNumber"),
        ]  # fmt: skip
        return " · ".join(str(part) for part in parts if part) or resource.id
    fact = view.attributes.get(view.facts["title"])
    text = shown(fact, attributes.get(view.facts["title"]), language).text if fact else ""
    return text or resource.id
