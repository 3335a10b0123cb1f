"""Which field holds which term: read from what the types say of themselves in the registry of their module."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Registry = Mapping[str, Mapping[str, Any]]
"""The types of a module as `GET /registry` gives them, by name."""


@dataclass(frozen=True, slots=True)
class Along:
    """A relationship that is followed from the record, and the type it leads to."""

    path: str
    type: str

    def field(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def declared_terms(registry: Registry, along: Sequence[Along]) -> dict[str, list[str]]:
    """Every declared term with the paths that hold it, nearest first."""
    found: dict[str, list[str]] = {}
    for step in along:
        for term, name in terms_of(registry.get(step.type, {})):
            path = step.field(name)
            if path not in found.setdefault(term, []):
                found[term].append(path)
    return found


def terms_of(type_: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The terms of a type's attributes and of the members of embedded objects, with where they are.

    Members of lists of objects are not here: which element counts, only a composing function can tell.
    """
    for name, fact in type_.get("attributes", {}).items():
        if fact.get("onRequest") or fact.get("calculated"):
            continue
        members: Mapping[str, Any] = fact.get("members", {})
        if members:
            if fact["kind"] == "object":
                for member, about in members.items():
                    if about.get("term"):
                        yield about["term"], f"{name}.{member}"
        elif fact.get("term") and fact["kind"] not in ("key-map", "nested-key-map", "json", "point"):
            yield fact["term"], name
