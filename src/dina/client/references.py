"""Where records are referred to, read from the registries of the modules.

A reference is a relationship, in the same module or from another one, or an attribute whose value, or a member of it,
holds the ids of records of a type (`target`): `collectors`, `determination.determiner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
ONE_EACH = frozenset({"material-sample", "organism", "storage-unit-usage", "user"})
"""Records of which each stands for one thing or account of its own: two of them are never the same twice."""

UNITED = frozenset({"texts", "choices", "uuids", "objects", "key-map", "nested-key-map", "multilingual-title", "multilingual-description"})  # fmt: skip
"""Kinds of values that are put together where several records become one."""


@dataclass(frozen=True)
class Place:
    """A relationship, or a value inside an attribute, of a type that points at records of another."""

    type: str
    path: str
    linking: bool
    many: bool = False
    external: bool = False
    filterable: bool = True

    @property
    def name(self) -> str:
        return self.path.partition(".")[0]

    def points_at(self, ids: Iterable[str]) -> str:
        """The condition, in FIQL, of pointing at one of the records."""
        path = f"{self.path}.id" if self.linking else self.path
        return ",".join(f"{path}=={one}" for one in ids)


def places(types: Mapping[str, Facts], target: str) -> dict[str, list[Place]]:
    """By type, where records of `target` are pointed at."""
    found: dict[str, list[Place]] = {}
    for type_, facts in types.items():
        here = [
            Place(type_, name, True, bool(link["many"]), bool(link["external"]))
            for name, link in facts["relationships"].items()
            if target in link["targets"]
        ]
        for name, fact in facts["attributes"].items():
            here += [
                Place(type_, path, False, filterable=bool(fact.get("operators")))
                for path in paths(name, fact, target)
                if not fact.get("readOnly")
            ]
        if here and "update" in facts["methods"]:
            found[type_] = here
    return found


def paths(name: str, fact: Facts, target: str) -> list[str]:
    """The paths inside an attribute at which ids of the type stand."""
    own = [name] if fact.get("target") == target and fact.get("kind") in ("uuid", "uuids") else []
    members: Mapping[str, Facts] = fact.get("members") or {}
    return own + [f"{name}.{path}" for inner, one in members.items() for path in paths(inner, one, target)]


def condition(found: Sequence[Place], ids: Sequence[str]) -> str | None:
    """The condition of pointing at one of the records from any of these places; none where it cannot be asked for."""
    if not all(one.filterable for one in found):
        return None
    return ",".join(one.points_at(ids) for one in found)


def inside(value: Any, steps: Sequence[str]) -> list[Any]:
    """What stands at the end of a path inside a value, over all elements of lists."""
    if isinstance(value, list):
        return [found for one in value for found in inside(one, steps)]  # pyright: ignore[reportUnknownVariableType]
    if not steps:
        return [value]
    return inside(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else []  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def mergeable(types: Mapping[str, Facts], type_: str) -> bool:
    """Whether several records of a type can become one: they can be deleted, and who refers to them can be found.

    Items of vocabularies cannot: records hold their keys as texts, which the registry does not tell.
    """
    facts = types.get(type_)
    if facts is None or type_ in ONE_EACH or not {"update", "delete"} <= set(facts["methods"]):
        return False
    owned = any(link["required"] for link in facts["relationships"].values())
    return not owned and bool(places(types, type_))
