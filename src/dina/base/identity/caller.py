"""Who asks: the caller of a request, read from the claims of a token (api.md §22.2, §23.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from dina.base.errors import Error, Problem

REALM_ROLE = "dina-realm-user"


class Role(Enum):
    """A role with its name in claims and its rank: the lower the rank, the more it may."""

    DINA_ADMIN = ("dina-admin", 0)
    SUPER_USER = ("super-user", 1)
    USER = ("user", 2)
    GUEST = ("guest", 3)
    READ_ONLY_ADMIN = ("read-only-admin", 4)
    READ_ONLY = ("read-only", 5)

    def __init__(self, wire: str, rank: int) -> None:
        self.wire = wire
        self.rank = rank


def _folded(name: str) -> str:
    return re.sub(r"[^a-z]", "_", name.lower())


ROLES = {_folded(role.wire): role for role in Role}
GROUP_ROLES = frozenset({Role.SUPER_USER, Role.USER, Role.GUEST, Role.READ_ONLY})


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user, a service account, or nobody (`ANONYMOUS`)."""

    subject: str
    username: str
    agent: str | None = None
    groups: Mapping[str, frozenset[Role]] = field(default_factory=lambda: MappingProxyType({}))
    admin: bool = False
    read_only_admin: bool = False
    service_account: bool = False
    anonymous: bool = False

    def __hash__(self) -> int:
        return hash((self.subject, self.admin, self.read_only_admin, frozenset(self.groups)))

    def best_rank(self, group: str | None) -> int | None:
        """The rank of the best role in a group; None without any."""
        roles = self.groups.get((group or "").lower())
        return min(role.rank for role in roles) if roles else None

    def at_least(self, role: Role, group: str | None) -> bool:
        rank = self.best_rank(group)
        return self.admin or (rank is not None and rank <= role.rank)

    def at_least_in_any(self, role: Role) -> bool:
        return self.admin or any(self.at_least(role, group) for group in self.groups)

    def groups_at_least(self, role: Role) -> frozenset[str]:
        return frozenset(group for group in self.groups if self.at_least(role, group))


ANONYMOUS = Caller(subject="", username="anonymous", anonymous=True)


def caller_from_claims(claims: Mapping[str, Any]) -> Caller:
    """The caller that validated claims name. Raises Problem REALM_ROLE_MISSING."""
    realm = claims.get("realm_access") or {}
    roles = {str(name) for name in realm.get("roles", [])}
    if REALM_ROLE not in roles:
        raise Problem(Error("REALM_ROLE_MISSING"))
    folded = {_folded(name) for name in roles}
    groups: dict[str, set[Role]] = {}
    for path in claims.get("groups") or []:
        parts = [part for part in str(path).split("/") if part]
        if not 1 <= len(parts) <= 2:
            continue
        name = parts[0].lower()
        if len(parts) == 1:
            groups.setdefault(name, set())
            continue
        role = ROLES.get(_folded(parts[1]))
        if role in GROUP_ROLES:
            groups.setdefault(name, set()).add(role)
    return Caller(
        subject=str(claims.get("sub", "")),
        username=str(claims.get("preferred_username") or claims.get("sub", "")),
        agent=claims.get("agent-identifier"),
        groups=MappingProxyType({name: frozenset(found) for name, found in groups.items()}),
        admin="dina_admin" in folded,
        read_only_admin="read_only_admin" in folded,
        service_account=str(claims.get("is-service-account", "")).lower() == "true",
    )
