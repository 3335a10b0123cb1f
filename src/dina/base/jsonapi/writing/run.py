"""Changes of one action and one type: what all of them share while they are judged and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.jsonapi.reading import gone
from dina.base.jsonapi.service import Service
from dina.base.jsonapi.writing import rows
from dina.base.jsonapi.writing.changes import Change
from dina.base.jsonapi.writing.drafts import Stored
from dina.base.jsonapi.writing.transaction import Connection
from dina.base.resource import ResourceType
from dina.base.text import kind


@dataclass
class Run:
    """Successive changes of the same action and type, and the faults found in them so far."""

    service: Service
    request: Request
    connection: Connection
    changes: list[Change]
    assumed: Mapping[str, set[str]] | None = None
    """Ids taken to be there, by type; with it nothing is written."""
    errors: list[Error] = field(default_factory=list[Error])

    @property
    def resource(self) -> ResourceType:
        return self.changes[0].resource

    def fail(self, change: Change, error: Error) -> None:
        self.errors.append(change.located(error))

    def stop_if_failed(self) -> None:
        if self.errors:
            raise Problem(self.errors)

    def forbid(self, change: Change, action: str, facts: dict[str, Any]) -> None:
        values = {"group": facts.get("group") or "", "type": kind(self.resource.type)}
        # A single delete has no body for a pointer to point into.
        place = "" if change.index is not None or action in ("create", "update") else None
        self.fail(change, Error("FORBIDDEN", key=f"forbidden.{action}", values=values, pointer=place))

    async def stored(self, *, deleted: bool = False, only: frozenset[str] | None = None) -> dict[str, Stored]:
        """Rows of the changes; those absent, deleted or stale are reported."""
        found = await rows.load(self.connection, self.resource, [c.id for c in self.changes], only=only)
        for change in self.changes:
            row = found.get(change.id)
            place = change.id_member if change.index is not None else None
            if row is None:
                self.fail(change, Error("NOT_FOUND", pointer=place))
            elif row.deleted and not deleted:
                fault = gone(self.request, self.resource, change.id).errors[0]
                self.fail(change, replace(fault, pointer=place))
            else:
                self.check_version(change, row)
        return found

    def check_version(self, change: Change, row: Stored) -> None:
        current = {"currentVersion": row.version}
        if change.version is not None and change.version != row.version:
            error = Error(
                "STALE_VERSION",
                values={"current": row.version},
                pointer="/attributes/resourceVersion",
                meta=current,
            )
            self.fail(change, error)
        if change.if_match is not None and change.if_match.strip() != "*":
            given = [part.strip().removeprefix("W/").strip('"') for part in change.if_match.split(",")]
            if str(row.version) not in given:
                self.fail(
                    change, Error("PRECONDITION_FAILED", values=current, header="If-Match", meta=current)
                )
        if self.service.version_required and change.version is None and change.if_match is None:
            self.fail(change, Error("PRECONDITION_REQUIRED", meta=current))
