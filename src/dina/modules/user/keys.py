"""API keys: what programs sign in with, in the name of somebody. The key itself is told once, when it is made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service
from dina.modules.user.store import accounts_of, moment

Record = Mapping[str, Any]
MOST = 50
"""How many keys one account has at once."""


def record_of(row: Mapping[str, Any], key: str | None = None) -> Record:
    values = {
        "name": row["name"], "readOnly": row["read_only"], "prefix": f"dina_{row['prefix']}", "key": key,
        "expiresOn": moment(row["expires_on"]), "lastUsedOn": moment(row["last_used_on"]),
        "createdBy": row["username"], "createdOn": moment(row["created_on"]),
    }  # fmt: skip
    return {"id": row["id"], "attributes": values, "relationships": {}}


class KeyStore:
    """The keys of the accounts: everybody their own, those who administer the system all of them."""

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        owner = None if request.caller.admin else request.caller.subject
        return [record_of(row) for row in await accounts_of(service).keys(owner)]

    async def get(self, service: Service, id_: str) -> Record | None:
        return next((record_of(row) for row in await accounts_of(service).keys(id_=id_)), None)

    async def create(self, service: Service, record: Record, request: Request) -> Record:
        values, accounts = record["attributes"], accounts_of(service)
        # A key that leaked would otherwise outlive its end and its being revoked.
        if request.caller.by_key:
            raise refused("api-key.byKey")
        owner = await accounts.by_id(request.caller.subject)
        if owner is None:
            raise refused("api-key.account")
        if len(await accounts.keys(owner.id)) >= MOST:
            raise refused("api-key.many", most=str(MOST))
        until = values.get("expiresOn")
        until = dt.datetime.fromisoformat(until.replace("Z", "+00:00")) if isinstance(until, str) else until
        if until is not None and until <= dt.datetime.now(dt.UTC):
            raise refused("api-key.past", "/data/attributes/expiresOn")
        id_, key = await accounts.create_key(
            owner.id, values["name"], read_only=bool(values.get("readOnly")), until=until
        )
        return record_of((await accounts.keys(id_=id_))[0], key)

    async def update(self, service: Service, record: Record, request: Request) -> Record:
        raise Problem(Error("METHOD_NOT_ALLOWED"))

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        await accounts_of(service).revoke_key(id_)


def refused(rule: str, pointer: str = "", **values: str) -> Problem:
    return Problem(Error("BUSINESS_RULE", key=rule, pointer=pointer, values=values, meta={"rule": rule}))
