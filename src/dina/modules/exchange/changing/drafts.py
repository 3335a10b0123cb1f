"""Records on their way from what they are to what a bulk change makes of them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.modules.exchange.changing import ways
from dina.modules.exchange.changing.targets import Target

Key = tuple[str, str]
SAMPLE = "material-sample"
NEEDED: Mapping[str, Mapping[str, Any]] = {
    "storage-unit-usage": {"usageType": SAMPLE},
    "organism": {"isTarget": True},
}
"""What a linked record cannot be made without."""


@dataclass
class Draft:
    """One record: how it was read, and what of it is to be written."""

    type: str
    id: str
    attributes: dict[str, Any]
    links: dict[str, list[str]]
    new: bool = False
    written: dict[str, Any] = field(default_factory=dict[str, Any])
    linked: dict[str, Any] = field(default_factory=dict[str, Any])

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Draft:
        links: dict[str, list[str]] = {}
        for name, one in data.get("relationships", {}).items():
            found = one.get("data")
            many: list[Any] = found if isinstance(found, list) else [found] if found else []
            links[name] = [str(link["id"]) for link in many]
        return cls(data["type"], data["id"], dict(data.get("attributes", {})), links)

    @property
    def key(self) -> Key:
        return self.type, self.id

    def value(self, target: Target, *, every: bool = True) -> Any:
        """What stands at a place now; ids for a relationship."""
        if target.linking:
            ids = self.links.get(target.name, [])
            return list(ids) if target.kind == "links" else (ids[0] if ids else None)
        return ways.at(self.attributes.get(target.name), target.steps, every=every)

    def put(self, target: Target, change: Any, *, every: bool) -> bool:
        """Change what stands at a place; whether that changed anything."""
        if target.linking:
            before = self.value(target)
            new = change(before)
            if new == before or (ways.nothing(new) and ways.nothing(before)):
                return False
            ids: list[str] = new if isinstance(new, list) else [new] if new else []
            self.links[target.name] = ids
            data = [{"type": target.links, "id": one} for one in ids]
            self.linked[target.name] = {
                "data": data if target.kind == "links" else (data[0] if data else None)
            }
            return True
        before = self.attributes.get(target.name)
        new = ways.along(before, target.steps, target.lists, change, every=every, blank=target.blank)
        if new is before or new == before or (ways.nothing(new) and ways.nothing(before)):
            return False
        if isinstance(new, list) and target.hidden:
            new = [{n: v for n, v in one.items() if n not in target.hidden} for one in new]  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if ways.nothing(new):
            new = {} if isinstance(before, dict) else None
        self.attributes[target.name] = self.written[target.name] = new
        return True

    def operation(self) -> dict[str, Any] | None:
        """The atomic operation that writes what has changed; nothing where nothing has."""
        if not self.new and not self.written and not self.linked:
            return None
        attributes = dict(self.written)
        version = self.attributes.get("resourceVersion")
        if not self.new and version is not None:
            attributes["resourceVersion"] = version
        data = {
            "type": self.type,
            "id": self.id,
            "attributes": attributes,
            "relationships": dict(self.linked),
        }
        return {"op": "add" if self.new else "update", "data": data}


def made(target: Target, types: Mapping[str, Any], group: Any) -> Draft:
    """A new linked record, with what its type needs."""
    written: dict[str, Any] = dict(NEEDED.get(target.type, {}))
    fact = types[target.type]["attributes"].get("group")
    if fact and not fact.get("readOnly"):
        written["group"] = group
    return Draft(target.type, str(uuid.uuid4()), dict(written), {}, new=True, written=written)
