"""Where the values of a bulk change stand: a field's path, as the module's registry describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.modules.exchange.changing.ways import WAYS, Operation

OWN = frozenset({"collectingEvent", "organism", "storageUnitUsage"})
"""Relationships to what belongs to a record and is made with it where it is not there yet."""
MAPS = {"key-map": 1, "nested-key-map": 2}
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """A value's place: a member of an attribute, or a relationship, of the records or of linked ones."""

    path: str
    type: str
    name: str
    kind: str
    steps: tuple[str, ...] = ()
    lists: tuple[bool, ...] = ()
    through: str | None = None
    links: str = ""
    hidden: frozenset[str] = frozenset()
    """Members of a list's elements that nobody writes: they are left out of what is sent."""
    blank: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the first element of a list begins with."""

    @property
    def linking(self) -> bool:
        return bool(self.links)

    @property
    def included(self) -> str:
        """What is to be read along with the records."""
        return ".".join(one for one in (self.through, self.name if self.linking else None) if one)

    @property
    def may_be_made(self) -> bool:
        return self.through in OWN


def target_of(types: Mapping[str, Facts], type_: str, path: str) -> Target:
    """The place of a field. Raises Failed where it is none that can be written."""
    known: Facts = types.get(type_, {"attributes": {}, "relationships": {}})
    first, *rest = path.split(".")
    link = known["relationships"].get(first)
    through: str | None = None
    if link and not link["external"] and rest:
        through, type_ = first, link["targets"][0]
        known = types.get(type_, {"attributes": {}, "relationships": {}})
        first, *rest = rest
    link = known["relationships"].get(first)
    if link is not None and not rest:
        kind = "links" if link["many"] else "link"
        return Target(path, type_, first, kind, through=through, links=link["targets"][0])
    fact = known["attributes"].get(first)
    if fact is None or fact.get("readOnly") or fact.get("once") or first == "resourceVersion":
        raise unknown(path)
    lists = [fact["kind"] == "objects"]
    hidden = frozenset(name for name, one in fact.get("members", {}).items() if one.get("readOnly"))
    blank = {"isPrimary": True} if "isPrimary" in fact.get("members", {}) else dict[str, Any]()
    steps = list(rest)
    while rest:
        depth = MAPS.get(fact["kind"])
        if depth is not None:
            if len(rest) != depth:
                raise unknown(path)
            lists += [False] * depth
            fact = {"kind": "text"}
            break
        fact = (fact.get("members") or {}).get(rest[0])
        if fact is None or fact.get("readOnly"):
            raise unknown(path)
        lists.append(fact.get("kind", "text") == "objects")
        rest = rest[1:]
    kind = str(fact.get("kind", "text"))
    # What stands at the very end is changed as a whole, be it a list.
    lists[-1] = False
    return Target(path, type_, first, kind, tuple(steps), tuple(lists), through, hidden=hidden, blank=blank)


def unknown(path: str) -> Failed:
    return Failed(Error("BUSINESS_RULE", key="change.field", values={"field": path}))


def check(operation: Operation, target: Target) -> None:
    """Raises Failed where the operation is not one for that kind of value, or has not what it needs."""
    way, given = operation["op"], operation.get("value")
    if target.kind not in WAYS[way]:
        raise Failed(
            Error(
                "BUSINESS_RULE",
                key="change.way",
                values={"op": way, "field": target.path, "kind": target.kind},
            )
        )
    listed = isinstance(given, list)
    sound = {
        "set": given is not None, "fill": given is not None, "add": isinstance(given, dict) if target.kind == "objects" else listed,
        "remove": listed, "prepend": isinstance(given, str), "append": isinstance(given, str),
        "replace": bool(operation.get("find")) and (given is None or isinstance(given, str)), "become": bool(operation.get("texts")),
        "plus": isinstance(given, int | float) and not isinstance(given, bool), "copy": bool(operation.get("from")),
        "shift": isinstance(given, int) and not isinstance(given, bool) and abs(given) < 400_000,
    }  # fmt: skip
    many = target.kind in ("texts", "choices", "uuids", "links")
    if not sound.get(way, True) or (way in ("set", "fill") and listed != many):
        raise Failed(Error("BUSINESS_RULE", key="change.value", values={"op": way, "field": target.path}))
