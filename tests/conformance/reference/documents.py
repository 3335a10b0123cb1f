"""Resources as JSON:API, full and compact."""

from __future__ import annotations

from typing import Any

from tests.conformance.reference.exchange import Ask, Refusal
from tests.conformance.reference.filters import linkage
from tests.conformance.reference.world import KINDS, Kind, Row, World, stamp

PERMISSIONS = ("create", "read", "update", "delete")


def attributes_of(row: Row) -> dict[str, Any]:
    kind = KINDS[row.type]
    found = {name: row.attributes.get(name) for name in kind.attributes}
    found |= {
        "group": row.group,
        "createdBy": row.by,
        "createdOn": stamp(row.made),
        "lastUpdatedOn": stamp(row.changed) if row.changed else None,
        "resourceVersion": row.version,
    }
    if row.deleted:
        found |= {"deletedOn": stamp(row.deleted), "deletedBy": row.deleted_by}
    return found


class Shape:
    """How the resources of one answer are to look: includes, fields, optional fields, compact or full."""

    def __init__(self, world: World, kind: Kind, ask: Ask) -> None:
        self.world, self.kind, self.ask = world, kind, ask
        self.fields = self.lists("fields")
        self.optional = self.lists("optfields")
        text = ask.parameter("include") or ""
        self.paths = [path.strip().split(".") for path in text.split(",") if path.strip()]
        self.asked = ask.parameter("include") is not None
        for path in self.paths:
            self.checked(kind, path)
        for type_, names in self.fields.items():
            known = KINDS.get(type_)
            if known is None or not names <= {*self.known(known)}:
                raise Refusal(400, "UNKNOWN_ATTRIBUTE", parameter=f"fields[{type_}]")

    def lists(self, name: str) -> dict[str, set[str]]:
        found = {n[len(name) + 1 : -1]: v for n, v in self.ask.query if n.startswith(f"{name}[")}
        return {type_: {f for f in value.split(",") if f} for type_, value in found.items()}

    def known(self, kind: Kind) -> set[str]:
        server = ("group", "createdBy", "createdOn", "lastUpdatedOn", "resourceVersion")
        return {*kind.attributes, *kind.relationships, *kind.optional, *server}

    def checked(self, kind: Kind, path: list[str]) -> None:
        for step in path:
            if step not in kind.relationships:
                raise Refusal(400, "UNKNOWN_RELATIONSHIP", ".".join(path), parameter="include")
            target, _, external = kind.relationships[step]
            if not external:
                kind = KINDS[target]

    def one(self, row: Row, steps: list[list[str]]) -> dict[str, Any]:
        """A resource; `steps` are the include paths that go on from it."""
        kind, compact = KINDS[row.type], self.ask.compact
        asked = {path[0] for path in steps if path}
        chosen = self.fields.get(row.type)
        attributes = attributes_of(row)
        for name in kind.optional:
            if name in self.optional.get(row.type, ()):
                attributes[name] = [row.id]
        if chosen is not None:
            kept = chosen | self.optional.get(row.type, set())
            attributes = {n: v for n, v in attributes.items() if n in kept}
        base = f"{self.ask.prefix}/{row.type}/{row.id}"
        relationships: dict[str, Any] = {}
        for name in kind.relationships:
            if compact:
                if name in asked and (row.links.get(name) is not None or kind.relationships[name][1]):
                    relationships[name] = {"data": row.links.get(name, [])}
            elif chosen is None or name in chosen:
                relationships[name] = self.relationship(row, name, base, name in asked)
        resource: dict[str, Any] = {"type": row.type, "id": row.id, "attributes": attributes}
        if relationships:
            resource["relationships"] = relationships
        if not compact:
            resource["links"] = {"self": base}
        return resource

    def relationship(self, row: Row, name: str, base: str, asked: bool) -> dict[str, Any]:
        _, many, external = KINDS[row.type].relationships[name]
        found: dict[str, Any] = {"links": {"self": f"{base}/relationships/{name}"}}
        if not external:
            related = f"{base}/{name}"
            count = len(linkage(row, name))
            found["links"]["related"] = {"href": related, "meta": {"count": count}} if many else related
        if not many or external or asked:
            found["data"] = row.links.get(name, [] if many else None)
        if external:
            found["meta"] = {"external": True}
        return found

    def document(self, rows: list[Row], *, single: bool) -> dict[str, Any]:
        primary = [self.one(row, self.paths) for row in rows]
        if self.ask.headers.get("include-dina-permission"):
            for row, resource in zip(rows, primary, strict=True):
                resource["meta"] = self.permissions(row)
        document: dict[str, Any] = {"data": primary[0] if single else primary}
        if self.asked:
            seen = {(row.type, row.id) for row in rows}
            document["included"] = included = []
            for row in rows:
                self.collect(row, self.paths, seen, included)
            external = {p[0] for p in self.paths} & {n for n, r in self.kind.relationships.items() if r[2]}
            if external:
                document["meta"] = {"external": [{"type": "person", "href": "/agent/v1/person"}]}
        return document

    def collect(self, row: Row, steps: list[list[str]], seen: set[Any], included: list[Any]) -> None:
        for name in dict.fromkeys(path[0] for path in steps if path):
            target, _, external = KINDS[row.type].relationships[name]
            rest = [path[1:] for path in steps if path and path[0] == name and path[1:]]
            for link in [] if external else linkage(row, name):
                other = self.world.rows[target, link["id"]]
                key = (other.type, other.id)
                if other.deleted is None and key not in seen:
                    seen.add(key)
                    included.append(self.one(other, rest))
                self.collect(other, rest, seen, included)

    def permissions(self, row: Row) -> dict[str, Any]:
        provider, caller = KINDS[row.type].provider, self.ask.caller
        found = [p for p in PERMISSIONS if caller.may(p, provider, row.group)]
        return {"permissionsProvider": provider, "permissions": found}
