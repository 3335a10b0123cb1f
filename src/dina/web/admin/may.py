"""What roles permit, in words: kinds of records that allow the same stand in one row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from dina.web import texts
from dina.web.registry import Registry
from dina.web.rendering import client_of, registry_of, who_of
from dina.web.texts import N_

ACTIONS = ("read", "create", "update", "delete")
EVERYWHERE = N_("In every group")
ELSEWHERE = N_("In groups of others")
NO_GROUP = N_("Records that belong to no group")
FIRST = ("material-sample", "collecting-event", "storage-unit", "person", "organization")
"""Kinds that people think of first."""
Permissions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """Kinds of records and what may be done with them."""

    kinds: str
    actions: frozenset[str]


@dataclass(frozen=True)
class Table:
    """What is permitted with the records of a group."""

    heading: str
    rows: list[Row]


def paths(roles: Mapping[str, Iterable[str]], admin: Iterable[str]) -> str:
    """Roles as the API is asked about them."""
    return " ".join([*(f"/{group}/{role}" for group, held in roles.items() for role in held), *admin])


async def permitted(request: Request, roles: str) -> dict[str, dict[str, Any]]:
    """By type each action that the roles permit: True, or the groups in which they do."""
    found: dict[str, dict[str, Any]] = {}
    for _, prefix in (await registry_of(request)).modules:
        answer = await client_of(request).request(
            "GET", f"{prefix}/role-permissions", params={"roles": roles}
        )
        found |= answer["data"]["attributes"]["permissions"]
    return found


async def tables(request: Request, roles: Mapping[str, list[str]], admin: Iterable[str]) -> list[Table]:
    """What somebody with these roles may do: in each of their groups, in others, and with what has no group."""
    registry, language = await registry_of(request), request.state.language
    admin = list(admin)
    found = await permitted(request, paths(roles, admin))
    grouped = {name for name, view in registry.types.items() if "group" in view.attributes}

    def table(heading: str, types: Iterable[str], group: str | None) -> Table:
        return Table(heading, rows(registry, found, types, group, language))

    def said(text: str) -> str:
        return texts.translate(language, text)

    if admin:
        made = [table(said(EVERYWHERE), grouped, None)]
    else:
        made = [table(who_of(request).group_label(name, language), grouped, name) for name in sorted(roles)]
        made.append(table(said(ELSEWHERE), grouped, None))
    made.append(table(said(NO_GROUP), registry.types.keys() - grouped, None))
    return [one for one in made if one.rows]


def rows(
    registry: Registry, found: Permissions, types: Iterable[str], group: str | None, language: str
) -> list[Row]:
    """The kinds by what is permitted, the most first."""
    kinds: dict[frozenset[str], list[tuple[int, str]]] = {}
    for name in types:
        actions = found.get(name, {})
        held = frozenset(one for one in ACTIONS if holds(actions.get(one), group))
        if held:
            place = FIRST.index(name) if name in FIRST else len(FIRST)
            kinds.setdefault(held, []).append((place, registry.types[name].facts["plural"][language]))
    ordered = sorted(kinds.items(), key=lambda one: (-len(one[0]), sorted(one[0])))
    return [
        Row(", ".join(text for _, text in sorted(names, key=lambda one: (one[0], one[1].casefold()))), held)
        for held, names in ordered
    ]


def holds(permission: Any, group: str | None) -> bool:
    return permission is True or (isinstance(permission, list) and group is not None and group in permission)
