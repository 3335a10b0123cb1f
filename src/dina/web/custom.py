"""Custom fields: attributes that an institution has added to a type, kept as vocabulary items."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from dina.client import ApiError, Client
from dina.web.registry import Registry
from dina.web.values import multilingual

ITEM = "controlled-vocabulary-item"
MEMBER = "managedAttributes"
SECONDS = 15
KINDS = {"INTEGER": "integer", "DECIMAL": "decimal", "DATE": "date", "BOOL": "boolean"}


@dataclass(frozen=True)
class CustomField:
    """One field with its titles, unit and accepted values, in the shape of an attribute of the registry."""

    key: str
    fact: dict[str, Any] = field(default_factory=dict[str, Any])
    retired: bool = False


class CustomFields:
    """The custom fields by component (`MATERIAL_SAMPLE`), read again after some seconds."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[float, list[CustomField]]] = {}

    def forget(self) -> None:
        """Read them again next time: one was changed."""
        self.known.clear()

    async def of(self, type_: str, client: Client, registry: Registry) -> list[CustomField]:
        """The fields of a type; none where the type has no place for them."""
        view, items = registry.types.get(type_), registry.types.get(ITEM)
        if view is None or items is None or MEMBER not in view.attributes:
            return []
        component = type_.upper().replace("-", "_")
        kept = self.known.get(component)
        if kept and time.monotonic() - kept[0] < SECONDS:
            return kept[1]
        params = {
            "filter[dinaComponent]": component, "filter[controlledVocabulary.key]": "managed_attribute",
            "page[limit]": 500, "sort": "name",
        }  # fmt: skip
        try:
            page = await client.get(items.path, params)
        except ApiError:
            return []
        found = [
            CustomField(one.attributes["key"], fact_of(one.attributes), bool(one.attributes.get("retired")))
            for one in page.data
        ]
        self.known[component] = (time.monotonic(), found)
        return found


def fact_of(item: dict[str, Any]) -> dict[str, Any]:
    """A vocabulary item as an attribute: label, kind, unit, choices."""
    name = str(item["name"])
    label = {code: multilingual(item.get("multilingualTitle"), code) or name for code in ("en", "fr")}
    help_ = {code: multilingual(item.get("multilingualDescription"), code) for code in ("en", "fr")}
    accepted = item.get("acceptedValues") or []
    kind = "choice" if accepted else KINDS.get(str(item.get("vocabularyElementType")), "text")
    return {
        "label": label, "help": help_ if any(help_.values()) else None, "kind": kind, "choices": accepted,
        "unit": item.get("unit"), "custom": True, "operators": ["EQ", "NEQ", "ILIKE"],
    }  # fmt: skip
