"""Resources as they are kept while entries are made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

Resource = dict[str, Any]
Lookup = Callable[[str, str], "Stripped | None"]
UUIDS = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class Part(NamedTuple):
    """What one resource brings into an entry at one place: terms, words by weight, keys to sort by."""

    terms: tuple[int, ...]
    texts: tuple[tuple[str, list[str]], ...]
    sorts: dict[str, Any]


@dataclass(slots=True)
class Stripped:
    """A resource without what is empty and what only the API needs; `parts` is what it brings, by place."""

    type: str
    id: str
    attributes: dict[str, Any]
    relationships: dict[str, dict[str, Any]]
    links: dict[str, list[tuple[str, str]]]
    json: bytes
    mentions: tuple[str, ...]
    parts: dict[Any, Part] = field(default_factory=dict[Any, Part])

    @classmethod
    def of(
        cls, type_: str, id_: str, attributes: dict[str, Any], told: dict[str, dict[str, Any]]
    ) -> Stripped:
        links: dict[str, list[tuple[str, str]]] = {}
        for name, one in told.items():
            data = one["data"]
            if data.__class__ is list:
                links[name] = [(x["type"], x["id"]) for x in data]
            else:
                links[name] = [(data["type"], data["id"])]
        json = orjson.dumps({"type": type_, "id": id_, "attributes": attributes, "relationships": told})
        return cls(type_, id_, attributes, told, links, json, tuple(set(UUIDS.findall(json.decode()))))

    @property
    def group(self) -> str:
        return self.attributes.get("group") or ""


def filled(value: Any) -> Any:
    """A value, None where it is empty."""
    return None if value == {} or value == [] else value


def stripped(resource: Resource) -> Stripped:
    # What is true is filled; only the rest is looked at.
    attributes = {
        k: v
        for k, v in resource.get("attributes", {}).items()
        if v or (v is not None and filled(v) is not None)
    }
    told = {
        k: {"data": data} for k, v in resource.get("relationships", {}).items() if (data := v.get("data"))
    }
    return Stripped.of(resource["type"], resource["id"], attributes, told)
