"""Roles in words, and the table of them by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from dina.web.rendering import client_of, registry_of, who_of
from dina.web.texts import N_

ROLES = {
    "": N_("No role"), "read-only": N_("Reader"), "guest": N_("Guest"), "user": N_("Member"),
    "super-user": N_("Super-user"),
}  # fmt: skip
"""In a group, the least first."""
ADMIN = {"": N_("None"), "read-only-admin": N_("Reads everything"), "dina-admin": N_("Administrator")}
"""For the whole system."""
MOST = 1000


@dataclass(frozen=True)
class MatrixRow:
    """A group and the role that is held in it; the empty one for none."""

    group: str
    label: str
    role: str


def role_in(held: Iterable[str]) -> str:
    """The role that says what is permitted, of those that somebody holds in a group: the highest."""
    order = list(ROLES)
    return max((one for one in held if one in ROLES), key=order.index, default="")


def admin_role(held: Iterable[str] | None) -> str:
    order = list(ADMIN)
    return max((one for one in held or () if one in ADMIN), key=order.index, default="")


async def group_names(request: Request) -> dict[str, str]:
    """The groups that the caller runs, or all to those who run the system, with what people call them."""
    who, language = who_of(request), request.state.language
    view = (await registry_of(request)).types["group"]
    page = await client_of(request).get(view.path, {"page[limit]": MOST, "sort": "name"})
    found: dict[str, str] = {}
    for one in page.data:
        name = str(one.attributes["name"])
        if who.reads_everything or "super-user" in who.groups.get(name, ()):
            found[name] = (one.attributes.get("labels") or {}).get(language) or name
    return found


async def matrix(
    request: Request, roles: Mapping[str, Iterable[str]], *, all_groups: bool
) -> list[MatrixRow]:
    """The groups with the role in each; all groups for a form, else those with a role."""
    names = await group_names(request) if all_groups else {}
    language, who = request.state.language, who_of(request)
    names |= {group: who.group_label(group, language) for group in roles if group not in names}
    return [MatrixRow(group, label, role_in(roles.get(group, ()))) for group, label in sorted(names.items())]
