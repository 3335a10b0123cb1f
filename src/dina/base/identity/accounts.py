"""Local accounts: who may sign in with a password, in which groups, with which roles."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.rows import dict_row

from dina.base.database.pools import Pool
from dina.base.identity.caller import REALM_ROLE

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = HASHER.hash(secrets.token_hex(8))
USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
FREE_ATTEMPTS = 5
MAX_LOCK_SECONDS = 900
SELECT = """
  SELECT a.id::text, a.username, a.first_name, a.last_name, a.email, a.agent_id::text, a.enabled, a.service_account,
    a.admin_roles, coalesce((SELECT json_agg(json_build_array(g.group_name, g.role))
      FROM (SELECT group_name, role FROM identity.account_group g WHERE g.account_id = a.id ORDER BY 1, 2) g),
      '[]')::text AS roles,
    (SELECT max(s.created_on) FROM identity.session s WHERE s.account_id = a.id) AS last_sign_in
  FROM identity.account a"""


@dataclass(frozen=True, slots=True)
class Account:
    """One account; `roles` are (group, role) pairs, `last_sign_in` is of the sessions that are kept."""

    id: str
    username: str
    first_name: str | None
    last_name: str | None
    email: str | None
    agent_id: str | None
    enabled: bool
    service_account: bool
    admin_roles: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    last_sign_in: dt.datetime | None = None

    def claims(self) -> dict[str, Any]:
        """The claims that tokens carry (api.md §22.2)."""
        found: dict[str, Any] = {
            "sub": self.id,
            "preferred_username": self.username,
            "groups": [f"/{group}/{role}" for group, role in self.roles],
            "realm_access": {"roles": [REALM_ROLE, *self.admin_roles]},
            "is-service-account": str(self.service_account).lower(),
            "email_verified": False,
        }
        names = {"given_name": self.first_name, "family_name": self.last_name, "email": self.email}
        found |= {name: value for name, value in names.items() if value}
        if self.first_name or self.last_name:
            found["name"] = " ".join(part for part in (self.first_name, self.last_name) if part)
        if self.agent_id:
            found["agent-identifier"] = self.agent_id
        return found


def _account(row: dict[str, Any]) -> Account:
    roles = tuple((group, role) for group, role in orjson.loads(row.pop("roles")))
    members: dict[str, Any] = {**row, "admin_roles": tuple(row["admin_roles"]), "roles": roles}
    return Account(**members)


def digest(secret: str) -> bytes:
    """What is stored of a random secret: its hash (it has enough entropy to need no salt)."""
    return hashlib.sha256(secret.encode()).digest()


class Accounts:
    """The accounts in the database."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def fetch(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
        async with self.pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(sql, values)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def by_id(self, id_: str) -> Account | None:
        rows = await self.fetch(f"{SELECT} WHERE a.id::text = %s", [id_])
        return _account(rows[0]) if rows else None

    async def by_username(self, username: str) -> Account | None:
        rows = await self.fetch(f"{SELECT} WHERE a.username = lower(%s)", [username])
        return _account(rows[0]) if rows else None

    async def all(self) -> list[Account]:
        return [_account(row) for row in await self.fetch(f"{SELECT} ORDER BY a.username")]

    async def save(
        self,
        username: str,
        *,
        password: str | None = None,
        roles: Sequence[tuple[str, str]] | None = None,
        admin_roles: Sequence[str] | None = None,
        **members: Any,
    ) -> Account:
        """Create or change an account; what is None stays. Raises ValueError for an impossible name."""
        username = username.lower()
        if not USERNAME.fullmatch(username):
            raise ValueError(f"not a user name: {username!r}")
        rows = await self.fetch(
            "INSERT INTO identity.account (username) VALUES (%s) ON CONFLICT (username) DO UPDATE "
            "SET username = excluded.username RETURNING id",
            [username],
        )
        id_ = rows[0]["id"]
        if password is not None:
            hashed = await asyncio.to_thread(HASHER.hash, password)
            await self.fetch("UPDATE identity.account SET password = %s WHERE id = %s", [hashed, id_])
        if admin_roles is not None:
            await self.fetch(
                "UPDATE identity.account SET admin_roles = %s WHERE id = %s", [list(admin_roles), id_]
            )
        for name in ("first_name", "last_name", "email", "agent_id", "enabled", "service_account"):
            if name in members:
                await self.fetch(
                    f"UPDATE identity.account SET {name} = %s WHERE id = %s", [members[name], id_]
                )
        if roles is not None:
            await self.set_roles(str(id_), roles)
        found = await self.by_id(str(id_))
        assert found is not None
        return found

    async def set_roles(self, id_: str, roles: Sequence[tuple[str, str]]) -> None:
        async with self.pool.connection() as connection, connection.transaction():
            await connection.execute("DELETE FROM identity.account_group WHERE account_id = %s", [id_])
            for group, role in roles:
                await connection.execute(
                    "INSERT INTO identity.user_group (name) VALUES (lower(%s)) ON CONFLICT DO NOTHING",
                    [group],
                )
                await connection.execute(
                    "INSERT INTO identity.account_group VALUES (%s, lower(%s), %s) ON CONFLICT DO NOTHING",
                    [id_, group, role],
                )

    async def set_password(self, id_: str, password: str) -> None:
        """A new password; whoever had the old one is signed out, and failures until now do not count."""
        hashed = await asyncio.to_thread(HASHER.hash, password)
        await self.fetch(
            "UPDATE identity.account SET password = %s, failed_attempts = 0, locked_until = NULL WHERE id::text = %s",
            [hashed, id_],
        )
        await self.sign_out(id_)

    async def sign_out(self, id_: str) -> None:
        """End the sessions of an account; access tokens that are out last for their few minutes."""
        await self.fetch("UPDATE identity.session SET ended = true WHERE account_id::text = %s", [id_])
        await self.fetch("DELETE FROM identity.refresh_token WHERE account_id::text = %s", [id_])

    async def remove(self, id_: str) -> None:
        await self.fetch("DELETE FROM identity.account WHERE id::text = %s", [id_])

    async def check_password(self, username: str, password: str) -> Account | None:
        """The account if the password is right; the same time is spent for names nobody has.

        After five failures in a row an account waits 2, 4, 8 … seconds, at most 15 minutes.
        """
        rows = await self.fetch(
            "SELECT id::text, password, enabled, failed_attempts, locked_until > now() AS locked "
            "FROM identity.account WHERE username = lower(%s)",
            [username],
        )
        row = rows[0] if rows else None
        stored = row["password"] if row and row["password"] else NOBODY
        right = await asyncio.to_thread(_verify, stored, password)
        if row is None or not row["enabled"] or row["locked"]:
            return None
        if not right:
            seconds = min(MAX_LOCK_SECONDS, 2 ** max(0, row["failed_attempts"] + 2 - FREE_ATTEMPTS))
            lock = seconds if row["failed_attempts"] + 1 >= FREE_ATTEMPTS else 0
            await self.fetch(
                "UPDATE identity.account SET failed_attempts = failed_attempts + 1, "
                "locked_until = now() + make_interval(secs => %s) WHERE id::text = %s",
                [lock, row["id"]],
            )
            return None
        if row["failed_attempts"]:
            await self.fetch(
                "UPDATE identity.account SET failed_attempts = 0, locked_until = NULL WHERE id::text = %s",
                [row["id"]],
            )
        return await self.by_id(row["id"])

    async def groups(self) -> list[dict[str, Any]]:
        return await self.fetch("SELECT id::text, name, labels FROM identity.user_group ORDER BY name")

    async def save_group(self, name: str, labels: dict[str, str]) -> dict[str, Any]:
        rows = await self.fetch(
            "INSERT INTO identity.user_group (name, labels) VALUES (lower(%s), %s::jsonb) ON CONFLICT (name) "
            "DO UPDATE SET labels = excluded.labels RETURNING id::text, name, labels",
            [name, orjson.dumps(labels).decode()],
        )
        return rows[0]

    async def create_key(
        self, account_id: str, name: str, *, read_only: bool = False, until: dt.datetime | None = None
    ) -> tuple[str, str]:
        """A new API key: its id, and the key itself, which is shown this once only."""
        prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        rows = await self.fetch(
            "INSERT INTO identity.api_key (prefix, secret, account_id, name, read_only, expires_on) "
            "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id::text",
            [prefix, digest(secret), account_id, name, read_only, until],
        )
        return rows[0]["id"], f"dina_{prefix}_{secret}"

    async def keys(self, account_id: str | None = None, id_: str | None = None) -> list[dict[str, Any]]:
        """The keys of an account, of all of them, or the one of an id; never the secrets."""
        return await self.fetch(
            "SELECT k.id::text, k.prefix, k.name, k.read_only, k.created_on, k.expires_on, k.last_used_on, a.username "
            "FROM identity.api_key k JOIN identity.account a ON a.id = account_id "
            "WHERE (%(account)s::text IS NULL OR account_id::text = %(account)s) "
            "AND (%(id)s::text IS NULL OR k.id::text = %(id)s) ORDER BY k.created_on",
            {"account": account_id, "id": id_},
        )

    async def revoke_key(self, id_: str) -> bool:
        rows = await self.fetch("DELETE FROM identity.api_key WHERE id::text = %s RETURNING id", [id_])
        return bool(rows)

    async def by_key(self, key: str) -> tuple[Account, bool] | None:
        """The account an API key stands for, and whether it may only read."""
        parts = key.split("_", 2)
        if len(parts) != 3:
            return None
        rows = await self.fetch(
            "UPDATE identity.api_key SET last_used_on = now() WHERE prefix = %s "
            "AND (expires_on IS NULL OR expires_on > now()) RETURNING secret, account_id::text, read_only",
            [parts[1]],
        )
        if not rows or not secrets.compare_digest(bytes(rows[0]["secret"]), digest(parts[2])):
            return None
        account = await self.by_id(rows[0]["account_id"])
        return (account, rows[0]["read_only"]) if account is not None and account.enabled else None


def _verify(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
