"""How a value of each kind is shown to people."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from dina.client import Resource
from dina.web import texts
from dina.web.registry import TypeView


@dataclass(frozen=True)
class Shown:
    """A text, or rows of label and text for objects; `italic` and `html` for scientific names."""

    text: str = ""
    link: str = ""
    italic: bool = False
    html: Markup | None = None
    rows: list[list[tuple[str, str]]] = field(default_factory=list[list[tuple[str, str]]])


def multilingual(value: Any, language: str) -> str:
    """The text in the wanted language, else in any."""
    entries: list[dict[str, str]] = (value or {}).get("titles") or (value or {}).get("descriptions") or []
    by_language = {e.get("lang", ""): e.get("title") or e.get("desc") or "" for e in entries}
    return by_language.get(language) or next(iter(by_language.values()), "")


def plain(value: Any, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return texts.translate(language, "Yes") if value else texts.translate(language, "No")
    if isinstance(value, list):
        return ", ".join(plain(item, language) for item in value)
    if isinstance(value, dict):
        said = ((key, plain(item, language)) for key, item in value.items())
        return "; ".join(f"{key}: {text}" for key, text in said if text)
    return str(value)


def shown(fact: dict[str, Any], value: Any, language: str) -> Shown:
    """A value by its kind."""
    match fact["kind"]:
        case "multilingual-title" | "multilingual-description":
            return Shown(multilingual(value, language))
        case "date-time":
            return Shown(texts.moment(language, value) if value else "")
        case "objects" | "object" if value:
            items: list[dict[str, Any]] = value if isinstance(value, list) else [value]
            members = fact.get("members", {})
            rows = [
                [
                    (label_of(members, name, language), plain(item, language))
                    for name, item in one.items()
                    if item not in (None, [], "") and not members.get(name, {}).get("readOnly")
                ]
                for one in items
            ]
            return Shown(summary(items, language), rows=rows)
        case _:
            return Shown(named(fact, value, language))


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
