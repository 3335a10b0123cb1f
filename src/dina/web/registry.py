"""The merged registry of all modules: what the pages know of every type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.client import Client
from dina.client.references import Place, mergeable, places

ADMINISTRATIVE = ("group", "createdBy", "createdOn", "lastUpdatedOn", "resourceVersion", "version")
FORM_KINDS = frozenset(
    {
        "text",
        "integer",
        "decimal",
        "boolean",
        "date",
        "date-time",
        "partial-date",
        "uuid",
        "texts",
        "choice",
        "choices",
    }
)


@dataclass(frozen=True)
class TypeView:
    """One type: its module's prefix and its description as the API's registry gives it."""

    type: str
    prefix: str
    module: str
    facts: dict[str, Any]

    @property
    def path(self) -> str:
        return f"{self.prefix}/{self.type}"

    @property
    def attributes(self) -> dict[str, Any]:
        return self.facts["attributes"]

    @property
    def relationships(self) -> dict[str, Any]:
        return self.facts["relationships"]

    def columns(self) -> list[str]:
        """The default columns of a list: what is declared as listed, the title first."""
        title = self.facts["title"]
        listed = [name for name, fact in self.attributes.items() if fact.get("listed") and name != title]
        return ([title] if title in self.attributes else []) + listed

    def listed_relationships(self) -> list[str]:
        return [name for name, fact in self.relationships.items() if fact["listed"] and not fact["external"]]

    def searched(self) -> list[str]:
        return [
            name
            for name, fact in self.attributes.items()
            if fact.get("searchable") and "ILIKE" in fact.get("operators", ())
        ]

    def may(self, method: str) -> bool:
        return method in self.facts["methods"]


@dataclass
class Registry:
    """All types by name, loaded once from the API; `modules` are (name, prefix) pairs."""

    modules: Sequence[tuple[str, str]]
    types: dict[str, TypeView] = field(default_factory=dict[str, TypeView])
    merging: dict[str, bool] = field(default_factory=dict[str, bool])

    async def load(self, client: Client) -> Registry:
        if not self.types:
            found: dict[str, TypeView] = {}
            for module, prefix in self.modules:
                document = await client.request("GET", f"{prefix}/registry")
                for name, facts in document["meta"]["types"].items():
                    found[name] = TypeView(name, prefix, module, facts)
            # All or nothing: half of it would stay for good.
            self.types = found
        return self

    def places(self, type_: str) -> dict[str, list[Place]]:
        """By type, where records of a type are referred to."""
        return places({name: view.facts for name, view in self.types.items()}, type_)

    def mergeable(self, type_: str) -> bool:
        """Whether several records of a type can become one."""
        if type_ not in self.merging:
            facts = {name: view.facts for name, view in self.types.items()}
            self.merging[type_] = mergeable(facts, type_)
        return self.merging[type_]
