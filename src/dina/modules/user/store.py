"""Accounts and groups behind resource types: the identity layer is the store."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Request
from dina.base.identity.accounts import Account, Accounts
from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.service import Service

Record = Mapping[str, Any]
ROLES = ("super-user", "user", "guest", "read-only")
ADMIN_ROLES = ("dina-admin", "read-only-admin")
GROUP = re.compile(r"[^/\s]{1,50}")


def accounts_of(service: Service) -> Accounts:
    return Accounts(service.pools.write)


def moment(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if value else None


def record_of(account: Account) -> Record:
    roles: dict[str, list[str]] = {}
    for group, role in account.roles:
        roles.setdefault(group, []).append(role)
    return {
        "id": account.id,
        "attributes": {
            "internalId": account.id,
            "username": account.username,
            "firstName": account.first_name,
            "lastName": account.last_name,
            "agentId": account.agent_id,
            "emailAddress": account.email,
            "rolesPerGroup": roles,
            "adminRoles": list(account.admin_roles),
            "enabled": account.enabled,
            "lastSignIn": moment(account.last_sign_in),
        },
        "relationships": {},
    }


def given_roles(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """`{group: [role, …]}` as pairs. Raises Problem for roles nobody knows."""
    given = attributes.get("rolesPerGroup") or {}
    pairs = (
        [(g.lower(), str(r)) for g, roles in given.items() for r in roles]
        if isinstance(given, dict) and all(isinstance(one, list) for one in given.values())
        else None
    )
    if pairs is None or any(role not in ROLES or not GROUP.fullmatch(group) for group, role in pairs):
        raise Problem(
            Error(
                "VOCABULARY_VALUE",
                key="user.roles",
                pointer="/data/attributes/rolesPerGroup",
                meta={"rule": "user.roles"},
            )
        )
    admin = attributes.get("adminRoles") or []
    if any(role not in ADMIN_ROLES for role in admin):
        raise Problem(Error("VOCABULARY_VALUE", key="user.roles", pointer="/data/attributes/adminRoles"))
    return pairs


def keep_oneself(values: Mapping[str, Any], *, enabled: bool) -> None:
    """Those who administer the system stay able to: there is always one. Raises Problem."""
    if not enabled:
        raise oneself("/data/attributes/enabled")
    if "dina-admin" not in (values.get("adminRoles") or []):
        raise oneself("/data/attributes/adminRoles")


def oneself(pointer: str) -> Problem:
    return Problem(Error("BUSINESS_RULE", key="user.oneself", pointer=pointer, meta={"rule": "user.oneself"}))


class UserStore:
    """Accounts. A new one has no password until an administrator sets one."""

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        return [record_of(account) for account in await accounts_of(service).all()]

    async def get(self, service: Service, id_: str) -> Record | None:
        account = await accounts_of(service).by_id(id_)
        return record_of(account) if account is not None else None

    async def create(self, service: Service, record: Record, request: Request) -> Record:
        if await accounts_of(service).by_username(record["attributes"]["username"]) is not None:
            raise Problem(
                Error("NOT_UNIQUE", values={"name": "username"}, pointer="/data/attributes/username")
            )
        return await self.update(service, record, request)

    async def update(self, service: Service, record: Record, request: Request) -> Record:
        values, accounts = record["attributes"], accounts_of(service)
        enabled = values.get("enabled") is not False
        roles = given_roles(values)
        if record["id"] == request.caller.subject:
            keep_oneself(values, enabled=enabled)
        account = await accounts.save(
            values["username"],
            roles=roles,
            admin_roles=values.get("adminRoles") or [],
            first_name=values.get("firstName"),
            last_name=values.get("lastName"),
            email=values.get("emailAddress"),
            agent_id=values.get("agentId"),
            enabled=enabled,
        )
        if not enabled:
            await accounts.sign_out(account.id)
        return record_of(account)

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        if id_ == request.caller.subject:
            raise oneself("/data/id")
        await accounts_of(service).remove(id_)


def group_record(row: Mapping[str, Any]) -> Record:
    values = {
        "internalId": row["id"], "name": row["name"], "path": f"/{row['name']}", "labels": row["labels"],
        "roles": list(ROLES),
    }  # fmt: skip
    return {"id": row["id"], "attributes": values, "relationships": {}}


class GroupStore:
    """Groups with their labels."""

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        return [group_record(row) for row in await accounts_of(service).groups()]

    async def get(self, service: Service, id_: str) -> Record | None:
        rows = await accounts_of(service).groups()
        return next((group_record(row) for row in rows if id_ in (row["id"], row["name"])), None)

    async def create(self, service: Service, record: Record, request: Request) -> Record:
        values = record["attributes"]
        return group_record(await accounts_of(service).save_group(values["name"], values.get("labels") or {}))

    async def update(self, service: Service, record: Record, request: Request) -> Record:
        return await self.create(service, record, request)

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        raise Problem(Error("METHOD_NOT_ALLOWED"))


class MembershipStore:
    """Who runs each group; the id is the group's name."""

    async def find(self, service: Service, plan: Plan, request: Request) -> Sequence[Record]:
        return await self.every(service)

    async def every(self, service: Service) -> Sequence[Record]:
        people = await accounts_of(service).all()
        return [
            {
                "id": row["name"],
                "attributes": {
                    "name": row["name"],
                    "managedBy": [
                        {"username": a.username, "agentId": a.agent_id}
                        for a in people
                        if (row["name"], "super-user") in a.roles
                    ],
                },
                "relationships": {},
            }
            for row in await accounts_of(service).groups()
        ]

    async def get(self, service: Service, id_: str) -> Record | None:
        found = [r for r in await self.every(service) if r["id"] == id_.lower()]
        return found[0] if found else None

    async def create(self, service: Service, record: Record, request: Request) -> Record:
        raise Problem(Error("METHOD_NOT_ALLOWED"))

    async def update(self, service: Service, record: Record, request: Request) -> Record:
        raise Problem(Error("METHOD_NOT_ALLOWED"))

    async def delete(self, service: Service, id_: str, request: Request) -> None:
        raise Problem(Error("METHOD_NOT_ALLOWED"))
