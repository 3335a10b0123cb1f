"""Create, update, delete: checking what is sent, all violations at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.conformance.reference.exchange import Ask, Refusal
from tests.conformance.reference.world import KINDS, SERVER_SET, Kind, Row, World, new_id, now, stamp

UNSAFE = re.compile(r"</?[a-zA-Z!]")


class Writer:
    """Writes of one request. `broken` asks whether a fault is switched on."""

    def __init__(self, world: World, ask: Ask, broken: Callable[[str], bool]) -> None:
        self.world, self.ask, self.broken = world, ask, broken
        self.user = ask.caller.name

    def data(self, kind: Kind | None, *, many: bool = False) -> Any:
        document = self.ask.document()
        data = document.get("data") if isinstance(document, dict) else None
        items = data if many else [data]
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Refusal(400, "MALFORMED_DOCUMENT", "`data` is missing or of the wrong kind", pointer="")
        for item in items:
            for member in ("attributes", "relationships"):
                if not isinstance(item.get(member, {}), dict):
                    raise Refusal(
                        400, "MALFORMED_DOCUMENT", f"{member} is no object", pointer=f"/data/{member}"
                    )
            if kind is not None and item.get("type") != kind.type:
                raise Refusal(409, "TYPE_MISMATCH", pointer="/data")
        return data

    def attributes(self, kind: Kind, item: dict[str, Any], at: str, *, new: bool) -> dict[str, Any]:
        given, wrong, found = item.get("attributes", {}), [], {}
        for name, value in given.items():
            pointer = f"{at}/attributes/{name}"
            if name in SERVER_SET or name == "group" or name in kind.optional:
                continue
            if name not in kind.attributes:
                wrong.append(Refusal(400, "UNKNOWN_ATTRIBUTE", name, pointer=pointer))
            elif isinstance(value, str) and UNSAFE.search(value) and not self.broken("R117"):
                wrong.append(Refusal(400, "UNSAFE_TEXT", pointer=pointer))
            elif value is not None and not fits(kind.attributes[name], value):
                wrong.append(Refusal(422, "CONSTRAINT_VIOLATION", f"{name} does not fit", pointer=pointer))
            else:
                found[name] = value
        parent = f"{at}/attributes" if "attributes" in item else at
        for name in ("name", "group"):
            missing = not given.get(name) if new else name == "name" and name in given and not given[name]
            if missing:
                wrong.append(Refusal(422, "CONSTRAINT_VIOLATION", f"{name} is required", pointer=parent))
        if wrong:
            raise Refusal.of(wrong)
        return found

    def links(self, kind: Kind, item: dict[str, Any], at: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in item.get("relationships", {}).items():
            pointer = f"{at}/relationships/{name}"
            if name not in kind.relationships:
                raise Refusal(400, "UNKNOWN_RELATIONSHIP", name, pointer=pointer)
            found[name] = self.linkage(kind, name, value.get("data"), pointer)
        return found

    def linkage(self, kind: Kind, name: str, data: Any, pointer: str) -> Any:
        target, many, external = kind.relationships[name]
        items = (data or []) if many else [data] if data else []
        for item in items:
            row = self.world.rows.get((target, item["id"]))
            if not external and (row is None or row.deleted) and not self.broken("R107"):
                raise Refusal(404, "RELATED_NOT_FOUND", item["id"], pointer=pointer)
        clean = [{"type": i["type"], "id": i["id"]} for i in items]
        return clean if many else clean[0] if clean else None

    def allow(self, action: str, kind: Kind, group: str) -> None:
        if not self.ask.caller.may(action, kind.provider, group):
            raise Refusal(403, "FORBIDDEN")

    def create(self, kind: Kind, item: dict[str, Any], at: str = "/data") -> Row:
        chosen = item.get("id")
        if chosen is not None and not self.broken("R105"):
            uuid.UUID(chosen)
            if (kind.type, chosen) in self.world.rows:
                raise Refusal(409, "ID_IN_USE", pointer=f"{at}/id")
        values = self.attributes(kind, item, at, new=True)
        group = item["attributes"]["group"].lower()
        self.allow("create", kind, group)
        id_ = new_id() if chosen is None or self.broken("R105") else chosen
        number = next(self.world.numbers)
        if self.broken("R127"):
            self.world.rows[kind.type, id_] = Row(kind.type, id_, values, {}, group, self.user, now(), number)
        links = self.links(kind, item, at)
        row = Row(kind.type, id_, values, links, group, self.user, now(), number)
        return self.world.keep(row, "ADD", self.user)

    def update(self, row: Row, item: dict[str, Any], at: str = "/data") -> Row:
        kind = KINDS[row.type]
        self.allow("update", kind, row.group)
        if item.get("id", row.id) != row.id and not self.broken("R112"):
            raise Refusal(409, "ID_MISMATCH", pointer=f"{at}/id")
        sent = item.get("attributes", {}).get("resourceVersion", row.version)
        if sent != row.version and not self.broken("R119"):
            raise Refusal(409, "STALE_VERSION", pointer=f"{at}/attributes/resourceVersion")
        values = self.attributes(kind, item, at, new=False)
        if self.broken("R159"):
            row = replace(row, group=item.get("attributes", {}).get("group", row.group))
            self.world.rows[row.type, row.id] = row
        if self.broken("R109"):
            values = dict.fromkeys(kind.attributes) | values
        if self.broken("R110"):
            values = {n: v for n, v in values.items() if v is not None}
        return self.world.update(row, values, self.links(kind, item, at), self.user)

    def delete(self, row: Row, *, purge: bool = False) -> None:
        self.allow("delete", KINDS[row.type], row.group)
        if purge:
            if not self.ask.caller.admin:
                raise Refusal(403, "FORBIDDEN")
            del self.world.rows[row.type, row.id]
        elif row.deleted:
            raise gone(row)
        else:
            self.world.keep(replace(row, deleted=now(), deleted_by=self.user), "DELETE", self.user)


def fits(kind: str, value: Any) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int)
        case "date":
            try:
                return isinstance(value, str) and bool(datetime.strptime(value, "%Y-%m-%d"))
            except ValueError:
                return False
        case _:
            return isinstance(value, dict)


def gone(row: Row) -> Refusal:
    about = f"audit-snapshot?filter[instanceId]={row.type}/{row.id}"
    return Refusal(
        410,
        "GONE",
        f"deleted {stamp(row.deleted or now())}",
        links={"about": about},
        meta={"deletedResource": f"{row.type}/{row.id}?deleted=true"},
    )
