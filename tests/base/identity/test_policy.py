"""Provider × role × action, read like the table of api.md §23.2."""

from __future__ import annotations

import pytest

from dina.base.identity.caller import ANONYMOUS, Caller, Role, narrowed
from dina.base.identity.policy import (
    ACTIONS,
    PROVIDERS,
    Everything,
    Groups,
    Nothing,
    Own,
    Sharing,
    may,
    may_purge,
    may_restore,
    permissions,
    readable,
)


def member(role: Role, group: str = "cnc", name: str = "ana") -> Caller:
    return Caller(name, name, groups={group: frozenset({role})})


CALLERS = {
    "admin": Caller("0", "root", admin=True),
    "super-user": member(Role.SUPER_USER),
    "user": member(Role.USER),
    "guest": member(Role.GUEST),
    "read-only": member(Role.READ_ONLY),
    "member": Caller("1", "mia", groups={"cnc": frozenset()}),
    "elsewhere": member(Role.SUPER_USER, "dao", "eli"),
    "auditor": Caller("2", "aud", read_only_admin=True),
    "nobody": ANONYMOUS,
}

# Letters are the actions allowed on a record of group cnc, bucket cnc, made by somebody else.
TABLE = """
provider                                 admin  super-user  user  guest  read-only  member  elsewhere  auditor  nobody
GroupAuthorizationService                crud   crud        crud  cru    r          r       r          r        -
GroupWithReadAuthorizationService        crud   crud        crud  cru    r          -       -          r        -
SuperUserInGroupCUDAuthorizationService  crud   crud        r     r      r          r       r          r        -
DinaAdminAuthorizationService            crud   -           -     -      -          -       -          r        -
DinaAdminCUDAuthorizationService         crud   r           r     r      r          r       r          r        -
ObjectOwnerAuthorizationService          crud   cr          cr    cr     cr         cr      cr         cr       -
ReadOnlyAuthorizationService             r      r           r     r      r          r       r          r        -
AllowAllAuthorizationService             crud   crud        crud  crud   crud       crud    crud       crud     -
MetadataAuthorizationService             crud   crud        cru   cru    r          r       r          r        -
OrganizationAuthorizationService         crud   crud        cr    cr     r          r       crud       r        -
PersonalAuthorizationService             crud   c           c     c      c          c       c          c        -
FileAuthorizationService                 cr     cr          cr    cr     r          -       -          r        -
FileInfoAuthorizationService             r      r           -     -      -          -       -          r        -
UserAuthorizationService                 crud   r           -     -      -          -       r          r        -
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [(row[0], name, word) for row in ROWS for name, word in zip(HEAD[1:], row[1:], strict=True)]
FACTS = {"group": "cnc", "bucket": "cnc", "createdBy": "zoe", "id": "9"}


@pytest.mark.parametrize(("provider", "caller", "expected"), CELLS)
def test_what_each_role_may_do(provider: str, caller: str, expected: str) -> None:
    allowed = [action for action in ACTIONS if action[0] in expected]
    assert permissions(provider, CALLERS[caller], FACTS) == allowed


def test_the_table_names_every_provider_and_caller() -> None:
    assert {row[0] for row in ROWS} == PROVIDERS.keys()
    assert HEAD[1:] == list(CALLERS)


def test_group_names_compare_without_case() -> None:
    assert may("GroupAuthorizationService", "delete", CALLERS["user"], {"group": "CNC"})


@pytest.mark.parametrize("group", [None, ""])
def test_a_record_without_group_belongs_to_administrators(group: str | None) -> None:
    facts = {"group": group}
    assert permissions("GroupAuthorizationService", CALLERS["super-user"], facts) == ["read"]
    assert permissions("GroupAuthorizationService", CALLERS["admin"], facts) == list(ACTIONS)


def test_owners_change_what_they_made() -> None:
    own = {"createdBy": "ana"}
    assert permissions("ObjectOwnerAuthorizationService", CALLERS["guest"], own) == list(ACTIONS)
    assert permissions("PersonalAuthorizationService", CALLERS["read-only"], own) == list(ACTIONS)
    assert not may("ObjectOwnerAuthorizationService", "update", ANONYMOUS, {"createdBy": "anonymous"})


def test_accounts_are_seen_by_their_owners() -> None:
    assert may("UserAuthorizationService", "read", CALLERS["member"], {"id": "1"})
    assert not may("UserAuthorizationService", "read", ANONYMOUS, {"id": ""})


def test_accounts_are_seen_by_those_who_run_a_group_they_are_in() -> None:
    def sees(caller: str, roles: dict[str, list[str]]) -> bool:
        return may("UserAuthorizationService", "read", CALLERS[caller], {"id": "9", "rolesPerGroup": roles})

    assert sees("super-user", {"cnc": ["guest"]})
    assert not sees("super-user", {"other": ["guest"]})
    assert not sees("super-user", {})
    assert sees("auditor", {})


def test_released_files_are_for_every_signed_in_user() -> None:
    released = FACTS | {"publiclyReleasable": True}
    assert may("FileAuthorizationService", "read", CALLERS["elsewhere"], released)
    assert not may("FileAuthorizationService", "read", ANONYMOUS, released)
    assert not may(
        "FileAuthorizationService", "read", CALLERS["elsewhere"], FACTS | {"publiclyReleasable": "no"}
    )


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", CALLERS)
def test_a_reading_key_never_writes_and_never_reads_more(provider: str, name: str) -> None:
    caller = CALLERS[name]
    own = FACTS | {"createdBy": caller.username, "id": caller.subject}
    for facts in (FACTS, own):
        less = permissions(provider, narrowed(caller, read_only=True), facts)
        assert set(less) <= set(permissions(provider, caller, facts)) & {"read"}
    assert not may_restore(provider, narrowed(caller, read_only=True), own)
    assert not may_purge(narrowed(caller, read_only=True))


@pytest.mark.parametrize(
    ("provider", "caller", "rows"),
    [
        ("GroupAuthorizationService", "member", Everything()),
        ("GroupAuthorizationService", "nobody", Nothing()),
        ("GroupWithReadAuthorizationService", "read-only", Groups(frozenset({"cnc"}))),
        ("GroupWithReadAuthorizationService", "member", Groups(frozenset())),
        ("GroupWithReadAuthorizationService", "nobody", Groups(frozenset())),
        ("GroupWithReadAuthorizationService", "admin", Everything()),
        ("GroupWithReadAuthorizationService", "auditor", Everything()),
        ("FileInfoAuthorizationService", "user", Groups(frozenset())),
        ("FileInfoAuthorizationService", "super-user", Groups(frozenset({"cnc"}))),
        ("DinaAdminAuthorizationService", "user", Nothing()),
        ("DinaAdminAuthorizationService", "auditor", Everything()),
        ("PersonalAuthorizationService", "user", Own()),
        ("PersonalAuthorizationService", "admin", Everything()),
        ("UserAuthorizationService", "user", Everything()),
        ("UserAuthorizationService", "nobody", Nothing()),
    ],
)
def test_which_rows_a_list_shows(provider: str, caller: str, rows: object) -> None:
    assert readable(provider, CALLERS[caller]) == rows


@pytest.mark.parametrize(
    ("provider", "who"),
    [
        ("GroupAuthorizationService", {"admin", "super-user"}),
        ("MetadataAuthorizationService", {"admin", "super-user"}),
        ("DinaAdminCUDAuthorizationService", {"admin"}),
        ("OrganizationAuthorizationService", {"admin", "super-user", "elsewhere"}),
    ],
)
def test_who_brings_deleted_records_back(provider: str, who: set[str]) -> None:
    assert {name for name, caller in CALLERS.items() if may_restore(provider, caller, FACTS)} == who


def test_only_administrators_remove_for_good() -> None:
    assert {name for name, caller in CALLERS.items() if may_purge(caller)} == {"admin"}


@pytest.mark.parametrize(
    ("caller", "shared", "private"),
    [
        ("admin", "crud", "crud"),
        ("super-user", "crud", "c"),
        ("user", "cr", "c"),
        ("elsewhere", "cr", "c"),
        ("auditor", "cr", "cr"),
        ("nobody", "", ""),
    ],
)
def test_what_is_private_is_its_creators_alone(caller: str, shared: str, private: str) -> None:
    sharing, provider = Sharing("onlyMine", Role.SUPER_USER), "ObjectOwnerAuthorizationService"
    for closed, expected in ((False, shared), (True, private)):
        allowed = [action for action in ACTIONS if action[0] in expected]
        assert permissions(provider, CALLERS[caller], FACTS | {"onlyMine": closed}, sharing) == allowed
    own = FACTS | {"createdBy": "ana", "onlyMine": True}
    assert permissions(provider, CALLERS["guest"], own, sharing) == list(ACTIONS)
