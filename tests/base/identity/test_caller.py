"""Reading who asks from claims (api.md §22.2)."""

from __future__ import annotations

from typing import Any

import pytest

from dina.base.errors import Problem
from dina.base.identity.caller import ANONYMOUS, Caller, Role, caller_from_claims, narrowed


def claims(*groups: object, roles: tuple[str, ...] = ("dina-realm-user",), **more: Any) -> dict[str, Any]:
    return {
        "sub": "5f0", "preferred_username": "ana", "groups": list(groups), "realm_access": {"roles": list(roles)},
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/cnc/user", {"cnc": {Role.USER}}),
        ("cnc/user", {"cnc": {Role.USER}}),
        ("/CNC/SUPER_USER", {"cnc": {Role.SUPER_USER}}),
        ("/cnc/super-user", {"cnc": {Role.SUPER_USER}}),
        ("/cnc/Super User", {"cnc": {Role.SUPER_USER}}),
        ("/cnc/read-only", {"cnc": {Role.READ_ONLY}}),
        ("/cnc/guest", {"cnc": {Role.GUEST}}),
        ("/cnc", {"cnc": set()}),
        ("/cnc/user/more", {}),
        ("/cnc/curator", {}),
        ("/cnc/dina-admin", {}),
        ("/cnc/read-only-admin", {}),
        ("/", {}),
        ("", {}),
        ("//user", {"user": set()}),
        ("/cnc//user", {}),
        (7, {}),
        (None, {}),
    ],
)
def test_the_forms_of_a_group_claim(path: object, expected: dict[str, set[Role]]) -> None:
    assert caller_from_claims(claims(path)).groups == expected


def test_several_roles_in_a_group_are_joined_and_the_best_counts() -> None:
    caller = caller_from_claims(claims("/cnc", "/cnc/read-only", "/CNC/user", "/dao/guest"))
    assert caller.groups == {"cnc": {Role.READ_ONLY, Role.USER}, "dao": {Role.GUEST}}
    assert caller.best_rank("Cnc") == Role.USER.rank
    assert caller.best_rank("other") is None
    assert caller.at_least(Role.GUEST, "cnc")
    assert not caller.at_least(Role.SUPER_USER, "cnc")
    assert caller.groups_at_least(Role.USER) == {"cnc"}
    assert caller.at_least_in_any(Role.USER)
    assert not caller.at_least_in_any(Role.SUPER_USER)


def test_membership_without_role_gives_no_right() -> None:
    caller = caller_from_claims(claims("/cnc"))
    assert caller.best_rank("cnc") is None
    assert not caller.at_least(Role.READ_ONLY, "cnc")
    assert caller.groups_at_least(Role.READ_ONLY) == frozenset()


def test_an_administrator_passes_in_every_group_and_without_any() -> None:
    caller = caller_from_claims(claims(roles=("dina-realm-user", "DINA_ADMIN")))
    assert caller.admin
    assert caller.at_least(Role.SUPER_USER, "cnc")
    assert caller.at_least_in_any(Role.SUPER_USER)


@pytest.mark.parametrize("realm", [None, {}, [], "dina-realm-user", {"roles": None}, {"roles": ["user"]}])
def test_without_the_realm_role_nobody_enters(realm: object) -> None:
    with pytest.raises(Problem) as refused:
        caller_from_claims({"sub": "1", "realm_access": realm})
    assert (refused.value.status, refused.value.errors[0].code) == (403, "REALM_ROLE_MISSING")


@pytest.mark.parametrize("groups", [None, "cnc/user", {"cnc": "user"}, 3])
def test_a_groups_claim_of_another_form_gives_no_group(groups: object) -> None:
    assert caller_from_claims(claims() | {"groups": groups}).groups == {}


def test_names_agents_and_machines() -> None:
    plain = caller_from_claims(claims())
    assert (plain.subject, plain.username, plain.agent, plain.service_account) == ("5f0", "ana", None, False)
    full = caller_from_claims(claims(**{"agent-identifier": "a1", "is-service-account": "true"}))
    assert (full.agent, full.service_account) == ("a1", True)
    assert caller_from_claims(claims(**{"agent-identifier": ["a1"]})).agent is None
    assert caller_from_claims(claims(preferred_username=None)).username == "5f0"


def test_a_narrowed_caller_has_less_never_more() -> None:
    caller = caller_from_claims(claims("/cnc/super-user", "/dao", roles=("dina-realm-user", "dina-admin")))
    reading = narrowed(caller, read_only=True)
    assert (reading.admin, reading.read_only_admin, reading.read_only) == (False, True, True)
    assert reading.best_rank("dao") is None
    one = narrowed(caller, groups=["cnc", "bicoe"])
    assert (dict(one.groups), one.admin, one.read_only_admin) == ({"cnc": {Role.SUPER_USER}}, False, False)
    assert narrowed(caller) == caller


def test_callers_are_keys_of_caches() -> None:
    first, second = (caller_from_claims(claims("/cnc/user")) for _ in range(2))
    assert hash(first) == hash(second)
    assert first == second
    assert first != narrowed(first, read_only=True)
    assert Caller("", "anonymous", anonymous=True) == ANONYMOUS
