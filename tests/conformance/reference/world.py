"""Types, rows and revisions, in memory."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A resource type. Relationships: name -> (target type, to-many, external)."""

    type: str
    provider: str
    attributes: dict[str, str]
    relationships: dict[str, tuple[str, bool, bool]]
    optional: tuple[str, ...] = ()


SPECIMEN = Kind(
    "specimen",
    "GroupAuthorizationService",
    {
        "name": "text",
        "count": "number",
        "foundOn": "date",
        "remarks": "text",
        "managedAttributes": "map",
        "details": "object",
    },
    {
        "shelf": ("shelf", False, False),
        "neighbours": ("specimen", True, False),
        "preparedBy": ("person", True, True),
    },
    ("lineage",),
)
SHELF = Kind("shelf", "GroupWithReadAuthorizationService", {"name": "text", "room": "text"}, {})
KINDS = {k.type: k for k in (SPECIMEN, SHELF)}
SERVER_SET = ("createdBy", "createdOn", "lastUpdatedOn", "resourceVersion", "deletedOn", "deletedBy")
OTHERS = {"createdOn": "datetime", "lastUpdatedOn": "datetime", "createdBy": "text", "group": "text"}


@dataclass(frozen=True)
class Row:
    """A stored resource; a change makes a new one."""

    type: str
    id: str
    attributes: dict[str, Any]
    links: dict[str, Any]
    group: str
    by: str
    made: datetime
    number: int
    changed: datetime | None = None
    version: int = 0
    deleted: datetime | None = None
    deleted_by: str = ""

    def value(self, name: str) -> Any:
        match name:
            case "id" | "uuid":
                return self.id
            case "group":
                return self.group
            case "createdBy":
                return self.by
            case "createdOn":
                return self.made
            case "lastUpdatedOn":
                return self.changed
            case _:
                return self.attributes.get(name)


@dataclass
class World:
    """Everything stored. `copy` and `restore` make a transaction."""

    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def copy(self) -> tuple[Any, ...]:
        return dict(self.rows), list(self.snapshots), list(self.messages)

    def restore(self, saved: tuple[Any, ...]) -> None:
        self.rows, self.snapshots, self.messages = saved

    def alive(self, type_: str) -> list[Row]:
        return [r for r in self.rows.values() if r.type == type_ and r.deleted is None]

    def keep(self, row: Row, change: str, by: str) -> Row:
        """Store a row with its revision and message."""
        key = (row.type, row.id)
        old = self.rows.get(key)
        before = {} if old is None else {**old.attributes, **old.links}
        after = {**row.attributes, **row.links}
        self.rows[key] = row
        instance = f"{row.type}/{row.id}"
        versions = [s for s in self.snapshots if s["instanceId"] == instance]
        self.snapshots.append(
            {
                "instanceId": instance,
                "state": after,
                "changedProperties": sorted(n for n in after if before.get(n) != after[n]),
                "snapshotType": {"ADD": "INITIAL", "UPDATE": "UPDATE", "DELETE": "TERMINAL"}[change],
                "version": len(versions) + 1,
                "author": by,
                "commitDateTime": stamp(now()),
            }
        )
        self.messages.append(
            {
                "type": "DocumentOperationNotification",
                "dryRun": False,
                "documentId": row.id,
                "documentType": row.type,
                "operationType": change,
            }
        )
        return row

    def update(self, row: Row, attributes: dict[str, Any], links: dict[str, Any], by: str) -> Row:
        whole, linked = {**row.attributes, **attributes}, {**row.links, **links}
        if whole == row.attributes and linked == row.links:
            return row
        version = row.version + 1
        new = replace(row, attributes=whole, links=linked, changed=now(), version=version)
        return self.keep(new, "UPDATE", by)


def now() -> datetime:
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def new_id() -> str:
    return str(uuid.uuid4())
