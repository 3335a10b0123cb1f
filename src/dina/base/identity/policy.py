"""Who may do what: the providers of api.md §23.2 as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dina.base.identity.caller import Caller, Role

Facts = Mapping[str, Any]
Requirement = Callable[[Caller, Facts], bool]
ACTIONS = ("create", "read", "update", "delete")


@dataclass(frozen=True, slots=True)
class Everything:
    """All rows are readable."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No row is readable."""


@dataclass(frozen=True, slots=True)
class Own:
    """Rows the caller created are readable."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows of these groups are readable."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shared:
    """Rows that are not private are readable, and those the caller created."""


Readable = Everything | Nothing | Groups | Own | Shared


@dataclass(frozen=True, slots=True)
class Sharing:
    """How the rows of a type are shared, beside what its provider says of all of them.

    `private` names a boolean attribute: where it is true the row is there for its creator alone, and for
    administrators. `keeper`: the role in a row's group that changes shared rows of other people too.
    """

    private: str
    keeper: Role | None = None

    def closed(self, caller: Caller, facts: Facts) -> bool:
        """Whether the row is somebody else's alone."""
        return facts.get(self.private) is True and not owner(caller, facts)

    def keeps(self, caller: Caller, facts: Facts) -> bool:
        return self.keeper is not None and caller.at_least(self.keeper, facts.get("group"))


@dataclass(frozen=True, slots=True)
class Provider:
    """What each action requires, and which attributes decide. `read_role` limits reading to groups."""

    create: Requirement
    read: Requirement
    update: Requirement
    delete: Requirement
    evaluated: tuple[str, ...] = ()
    read_role: Role | None = None
    own_only: bool = False


def anyone(caller: Caller, facts: Facts) -> bool:
    return not caller.anonymous


def nobody(caller: Caller, facts: Facts) -> bool:
    return False


def admin(caller: Caller, facts: Facts) -> bool:
    return caller.admin


def owner(caller: Caller, facts: Facts) -> bool:
    return caller.admin or (not caller.anonymous and facts.get("createdBy") == caller.username)


def in_group(role: Role) -> Requirement:
    return lambda caller, facts: caller.at_least(role, facts.get("group"))


def in_any_group(role: Role) -> Requirement:
    return lambda caller, facts: caller.at_least_in_any(role)


def reads(role: Role) -> Requirement:
    return lambda caller, facts: caller.read_only_admin or caller.at_least(role, facts.get("group"))


def administers(caller: Caller, facts: Facts) -> bool:
    return caller.admin or caller.read_only_admin


def oneself(caller: Caller, facts: Facts) -> bool:
    """The account itself, those who run the system, and those who run a group that it has a role in."""
    itself = not caller.anonymous and facts.get("id") == caller.subject
    if itself or caller.admin or caller.read_only_admin:
        return True
    if "rolesPerGroup" in facts:
        return any(caller.at_least(Role.SUPER_USER, group) for group in facts["rolesPerGroup"] or ())
    return caller.at_least_in_any(Role.SUPER_USER)


def in_bucket(role: Role) -> Requirement:
    """A bucket of files belongs to the group of the same name."""
    return lambda caller, facts: caller.at_least(role, facts.get("bucket"))


def reads_bucket(role: Role) -> Requirement:
    return lambda caller, facts: caller.read_only_admin or caller.at_least(role, facts.get("bucket"))


def downloads(caller: Caller, facts: Facts) -> bool:
    released = facts.get("publiclyReleasable") is True and not caller.anonymous
    return released or reads_bucket(Role.READ_ONLY)(caller, facts)


GUEST, USER, SUPER = in_group(Role.GUEST), in_group(Role.USER), in_group(Role.SUPER_USER)
GROUP = ("group",)

PROVIDERS: dict[str, Provider] = {
    "GroupAuthorizationService": Provider(GUEST, anyone, GUEST, USER, GROUP),
    "GroupWithReadAuthorizationService": Provider(
        GUEST, reads(Role.READ_ONLY), GUEST, USER, GROUP, Role.READ_ONLY
    ),
    "SuperUserInGroupCUDAuthorizationService": Provider(SUPER, anyone, SUPER, SUPER, GROUP),
    "DinaAdminAuthorizationService": Provider(admin, administers, admin, admin),
    "DinaAdminCUDAuthorizationService": Provider(admin, anyone, admin, admin),
    "ObjectOwnerAuthorizationService": Provider(anyone, anyone, owner, owner, ("createdBy",)),
    "ReadOnlyAuthorizationService": Provider(nobody, anyone, nobody, nobody),
    "AllowAllAuthorizationService": Provider(anyone, anyone, anyone, anyone),
    "MetadataAuthorizationService": Provider(GUEST, anyone, GUEST, SUPER, GROUP),
    "OrganizationAuthorizationService": Provider(
        in_any_group(Role.GUEST), anyone, in_any_group(Role.SUPER_USER), in_any_group(Role.SUPER_USER)
    ),
    "PersonalAuthorizationService": Provider(anyone, owner, owner, owner, ("createdBy",), own_only=True),
    "FileAuthorizationService": Provider(
        in_bucket(Role.GUEST), downloads, nobody, nobody, ("bucket",), Role.READ_ONLY
    ),
    "FileInfoAuthorizationService": Provider(
        nobody, reads_bucket(Role.SUPER_USER), nobody, nobody, ("bucket",), Role.SUPER_USER
    ),
    "UserAuthorizationService": Provider(admin, oneself, admin, admin),
}


def may(provider: str, action: str, caller: Caller, facts: Facts, sharing: Sharing | None = None) -> bool:
    """Whether the caller may do `action` on a resource of which `facts` (`group`, `createdBy`, …) are true."""
    if caller.read_only and action != "read":
        return False
    requirement: Requirement = getattr(PROVIDERS[provider], action)
    if sharing is None or action == "create":
        return requirement(caller, facts)
    if sharing.closed(caller, facts):
        return action == "read" and caller.read_only_admin
    return requirement(caller, facts) or (action != "read" and sharing.keeps(caller, facts))


def permissions(provider: str, caller: Caller, facts: Facts, sharing: Sharing | None = None) -> list[str]:
    return [action for action in ACTIONS if may(provider, action, caller, facts, sharing)]


def readable(provider: str, caller: Caller, sharing: Sharing | None = None) -> Readable:
    """Which rows of a list the caller may see; of those of `Groups` only what is not somebody else's alone."""
    rows = readable_by(provider, caller)
    shared = sharing is not None and isinstance(rows, Everything) and not caller.sees_everything
    return Shared() if shared else rows


def readable_by(provider: str, caller: Caller) -> Readable:
    """Which rows the provider alone lets the caller see."""
    found = PROVIDERS[provider]
    if found.own_only:
        return Everything() if caller.admin else Own()
    if found.read is oneself:
        return Nothing() if caller.anonymous else Everything()
    if found.read_role is None:
        return Everything() if found.read(caller, {}) else Nothing()
    if caller.admin or caller.read_only_admin:
        return Everything()
    return Groups(caller.groups_at_least(found.read_role))


def may_restore(provider: str, caller: Caller, facts: Facts, sharing: Sharing | None = None) -> bool:
    """Restoring takes a super-user of the group, or an administrator; of what has a keeper, who may delete it."""
    if caller.read_only:
        return False
    if sharing is not None:
        return may(provider, "delete", caller, facts, sharing)
    if "group" in PROVIDERS[provider].evaluated:
        return caller.at_least(Role.SUPER_USER, facts.get("group"))
    return caller.admin or may(provider, "delete", caller, facts)


def may_purge(caller: Caller) -> bool:
    return caller.admin
