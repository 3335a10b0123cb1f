"""Drafts of forms: written every few seconds while somebody types, so they have no history and no place in searches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from psycopg.rows import dict_row

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service

Record = Mapping[str, Any]
MOST = 100
"""How many drafts one person keeps; the oldest goes when another comes."""
MAX_BYTES = 500_000


def moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def record_of(row: Mapping[str, Any]) -> Record:
    values = {
        "recordType": row["record_type"], "recordId": str(row["record_id"]) if row["record_id"] else None,
        "values": row["form"], "createdBy": row["username"], "createdOn": moment(row["created_on"]),
        "lastUpdatedOn": moment(row["changed_on"]),
    }  # fmt: skip
    return {"id": str(row["id"]), "attributes": values, "relationships": {}}


class DraftStore:
    """The drafts in the table `dina_user.kept_draft`: one of a record, or of a new one of a type, for each person."""

    async def fetch(self, service: Service, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        async with service.pools.write.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(sql, values)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        rows = await self.fetch(
            service,
            "SELECT * FROM dina_user.kept_draft WHERE username = %s ORDER BY changed_on DESC",
            [request.caller.username],
        )
        return [record_of(row) for row in rows]

    async def get(self, service: Service, id_: str) -> Record | None:
        rows = await self.fetch(service, "SELECT * FROM dina_user.kept_draft WHERE id::text = %s", [id_])
        return record_of(rows[0]) if rows else None

    async def create(self, service: Service, record: Record, request: Request) -> Record:
        """A second draft of the same record takes the place of the first."""
        values, name = record["attributes"], request.caller.username
        await self.fetch(
            service,
            "DELETE FROM dina_user.kept_draft WHERE id IN (SELECT id FROM dina_user.kept_draft "
            "WHERE username = %s ORDER BY changed_on DESC OFFSET %s)",
            [name, MOST - 1],
        )
        rows = await self.fetch(
            service,
            "INSERT INTO dina_user.kept_draft (id, username, record_type, record_id, form) "
            "VALUES (coalesce(%s::uuid, gen_random_uuid()), %s, %s, %s, %s::jsonb) "
            "ON CONFLICT (username, record_type, record_id) "
            "DO UPDATE SET form = excluded.form, changed_on = now() RETURNING *",
            [record["id"], name, values["recordType"], values.get("recordId"), written(values["values"])],
        )
        return record_of(rows[0])

    async def update(self, service: Service, record: Record, request: Request) -> Record:
        rows = await self.fetch(
            service,
            "UPDATE dina_user.kept_draft SET form = %s::jsonb, changed_on = now() WHERE id = %s RETURNING *",
            [written(record["attributes"]["values"]), record["id"]],
        )
        if not rows:
            raise Problem(Error("NOT_FOUND"))
        return record_of(rows[0])

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        await self.fetch(service, "DELETE FROM dina_user.kept_draft WHERE id = %s", [id_])


def written(values: Any) -> str:
    """The values as JSON text. Raises Problem when they are too many."""
    found = orjson.dumps(values)
    if len(found) > MAX_BYTES:
        raise Problem(
            Error(
                "BUSINESS_RULE",
                key="draft.large",
                pointer="/data/attributes/values",
                meta={"rule": "draft.large"},
            )
        )
    return found.decode()
