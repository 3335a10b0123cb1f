"""What was read for a bulk change and what of it changes, is refused or stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.modules.exchange.changing import ways

EXAMPLES = 100
EVENT = "collecting-event"


class Seen:
    """Counts, and the first hundred of what changes and of what is refused."""

    def __init__(self, **kept: Any) -> None:
        self.read: int = kept.get("read", 0)
        self.changed: int = kept.get("changed", 0)
        self.refused_count: int = kept.get("refused_count", 0)
        self.refused: list[dict[str, str]] = kept.get("refused", [])
        self.examples: list[dict[str, Any]] = kept.get("examples", [])
        self.fields: dict[str, dict[str, int]] = kept.get("fields", {})
        self.with_event: int = kept.get("with_event", 0)
        self.others: int = kept.get("others", 0)
        self.linked: dict[str, set[str]] = {name: set(ids) for name, ids in kept.get("linked", {}).items()}

    def kept(self) -> dict[str, Any]:
        """All of it as JSON; how the linked records are called need not outlive the process."""
        return {name: value for name, value in vars(self).items() if name != "linked"}

    def take(self, line: Mapping[str, Any]) -> None:
        """A record that changes."""
        self.changed += 1
        if len(self.examples) < EXAMPLES:
            shown = [{name: one[name] for name in ("field", "before", "after")} for one in line["cells"]]
            self.examples.append({"id": line["id"], "name": line["name"], "cells": shown})
        for field in dict.fromkeys(one["field"] for one in line["cells"]):
            counted = self.fields.setdefault(field, {"changed": 0, "emptied": 0})
            counted["changed"] += 1
            counted["emptied"] += any(
                ways.nothing(one["after"]) and not ways.nothing(one["before"])
                for one in line["cells"]
                if one["field"] == field
            )
        kinds = {(one["type"], one["on"]) for one in line["cells"]}
        for type_, id_ in kinds:
            self.linked.setdefault(type_, set()).add(id_)
        self.with_event += any(type_ == EVENT for type_, _ in kinds)

    def refuse(self, refused: Sequence[Mapping[str, str]], lines: Mapping[str, Mapping[str, Any]]) -> None:
        """Records that cannot be changed, with the reason."""
        self.refused_count += len(refused)
        for one in refused[: max(0, EXAMPLES - len(self.refused))]:
            self.refused.append({"name": str(lines.get(one["id"], {}).get("name", "")), **one})

    def document(self) -> dict[str, Any]:
        return {
            "read": self.read, "changed": self.changed, "same": self.read - self.changed - self.refused_count,
            "refused": self.refused, "refusedCount": self.refused_count, "examples": self.examples,
            "fields": self.fields, "events": len(self.linked.get(EVENT, ())), "alsoChanged": self.others,
        }  # fmt: skip
