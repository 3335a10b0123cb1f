"""Who asks: the caller of a request, read from the claims of a token (api.md §22.2, §23.1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.json import is_array, is_object

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
    """An authenticated user, a service account, or nobody (`ANONYMOUS`).

    `groups` has lower-case names; a group without roles is mere membership. `read_only`: a key that was
    given for reading, whatever its owner may do; `by_key`: a program with any key.
    """

    subject: str
    username: str
    agent: str | None = None
    groups: Mapping[str, frozenset[Role]] = field(default_factory=lambda: MappingProxyType({}))
    admin: bool = False
    read_only_admin: bool = False
    service_account: bool = False
    anonymous: bool = False
    read_only: bool = False
    by_key: bool = False

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

    @property
    def sees_everything(self) -> bool:
        """Administrators, also those who only read."""
        return self.admin or self.read_only_admin

    def groups_at_least(self, role: Role) -> frozenset[str]:
        return frozenset(group for group in self.groups if self.at_least(role, group))


ANONYMOUS = Caller(subject="", username="anonymous", anonymous=True)


def caller_from_claims(claims: Mapping[str, Any]) -> Caller:
    """The caller that validated claims name; a claim of another form than expected counts as absent.

    Raises Problem REALM_ROLE_MISSING.
    """
    realm = claims.get("realm_access")
    roles = set(_texts(realm.get("roles")) if is_object(realm) else ())  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    if REALM_ROLE not in roles:
        raise Problem(Error("REALM_ROLE_MISSING"))
    folded = {_folded(name) for name in roles}
    subject = str(claims.get("sub") or "")
    agent = claims.get("agent-identifier")
    return Caller(
        subject=subject,
        username=str(claims.get("preferred_username") or subject),
        agent=agent if isinstance(agent, str) and agent else None,
        groups=MappingProxyType(group_roles(_texts(claims.get("groups")))),
        admin="dina_admin" in folded,
        read_only_admin="read_only_admin" in folded,
        service_account=str(claims.get("is-service-account", "")).lower() == "true",
    )


def group_roles(paths: Iterable[str]) -> dict[str, frozenset[Role]]:
    """Roles by group from paths: `/cnc/user` is a role, `/cnc` membership; everything else is passed over."""
    groups: dict[str, frozenset[Role]] = {}
    for path in paths:
        match path.strip("/").split("/"):
            case [name] if name:
                groups.setdefault(name.lower(), frozenset())
            case [name, word] if name and (role := ROLES.get(_folded(word))) in GROUP_ROLES:
                groups[name.lower()] = groups.get(name.lower(), frozenset()) | {role}
            case _:
                pass
    return groups


def narrowed(caller: Caller, *, read_only: bool = False, groups: Collection[str] | None = None) -> Caller:
    """The same person with less: only reading, only some groups. What goes beyond groups is lost with them."""
    if groups is not None:
        kept = {name: roles for name, roles in caller.groups.items() if name in groups}
        caller = replace(caller, groups=MappingProxyType(kept), admin=False, read_only_admin=False)
    if read_only:
        admin = caller.admin or caller.read_only_admin
        caller = replace(caller, read_only=True, admin=False, read_only_admin=admin)
    return caller


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if is_array(value) else []  # pyright: ignore[reportUnknownVariableType]
