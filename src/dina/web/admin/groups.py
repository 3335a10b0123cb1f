"""Groups: how many are in each by role, who they are, adding somebody and taking somebody out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.admin.people import TYPE as USER
from dina.web.admin.people import every, forbidden, full_name, users_view
from dina.web.admin.roles import ROLES, group_names, role_in
from dina.web.registry import TypeView
from dina.web.rendering import address, client_of, registry_of, render, say, who_of
from dina.web.texts import N_

TYPE = "group"
SUGGESTED = 500
"""How many accounts are offered for adding; others are typed by their user name."""
NOBODY = N_("There is no user “{name}”.")
NOT_YOURS = N_("You do not run this group.")
USERNAME = re.compile(r"[A-Za-z0-9._@-]{1,100}")
HELD = tuple(role for role in reversed(ROLES) if role)


async def listing(request: Request) -> Response:
    """The groups one runs, with the number of members by role."""
    view, users = (await registry_of(request)).types[TYPE], await users_view(request)
    people = await every(request, users)
    page = await client_of(request).get(view.path, {"page[limit]": 1000, "sort": "name"})
    names = await group_names(request)
    rows = [
        (one, names[one.attributes["name"]], counts(one.attributes["name"], people))
        for one in page.data
        if one.attributes["name"] in names
    ]
    may_create = who_of(request).may("create", TYPE)
    return render(
        request, "admin/groups.html", view=view, rows=rows, roles=ROLES, held=HELD, may_create=may_create
    )


def counts(group: str, people: Sequence[Resource]) -> dict[str, int]:
    """How many hold each role in a group, each person counted with their highest."""
    roles = [role_in((one.attributes["rolesPerGroup"] or {}).get(group, ())) for one in people]
    return {role: roles.count(role) for role in HELD}


async def group_of(request: Request) -> tuple[TypeView, TypeView, Resource]:
    """The group of the address, for those who run it. Raises ApiError to others."""
    users = await users_view(request)
    view = (await registry_of(request)).types[TYPE]
    one = (await client_of(request).get(f"{view.path}/{quote(str(request.path_params['id']))}")).one
    if one.attributes["name"] not in await group_names(request):
        raise forbidden(request, NOT_YOURS)
    return view, users, one


async def show(request: Request) -> Response:
    """A group: its labels, and its members with their roles."""
    view, users, one = await group_of(request)
    return await page(request, view, users, one)


async def page(
    request: Request, view: TypeView, users: TypeView, one: Resource, problem: str = "",
    given: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    language, name = request.state.language, str(one.attributes["name"])
    people = await every(request, users)
    order = list(ROLES)
    members = sorted(
        (
            (person, full_name(person.attributes), role_in(held))
            for person in people
            if (held := (person.attributes["rolesPerGroup"] or {}).get(name))
        ),
        key=lambda member: (-order.index(member[2]), member[0].attributes["username"]),
    )
    inside = {person.id for person, _, _ in members}
    others = [(p.attributes["username"], full_name(p.attributes)) for p in people if p.id not in inside]
    return render(
        request, "admin/group.html", 422 if problem else 200, view=view, users=users, one=one, members=members, roles=ROLES, held=HELD,
        label_of_group=(one.attributes["labels"] or {}).get(language) or name, others=others[:SUGGESTED], problem=problem,
        given=given or {}, changing=who_of(request).may("update", USER), labelling=who_of(request).may("update", TYPE),
        crumbs=[(view.facts["plural"][language], address(language, TYPE))],
    )  # fmt: skip


async def member(request: Request) -> Response:
    """Give somebody a role in the group, or take it away (an empty one)."""
    view, users, one = await group_of(request)
    form, language = await request.form(), request.state.language
    name, role = str(one.attributes["name"]), str(form.get("role", ""))
    username = str(form.get("username", "")).strip()
    person = await by_name(request, users, username)
    if person is None:
        return await page(
            request, view, users, one, texts.translate(language, NOBODY, name=username[:100]), form
        )
    roles: dict[str, list[str]] = dict(person.attributes["rolesPerGroup"] or {})
    roles |= {name: [role] if role in HELD else []}
    attributes = {"rolesPerGroup": {group: held for group, held in roles.items() if held}}
    try:
        await client_of(request).update(users.path, quote(person.id), attributes)
    except Refused as fault:
        if fault.status == 403:
            raise
        return await page(request, view, users, one, " ".join(fault.sentences), form)
    shown = str(person.attributes["username"])
    if role in HELD:
        say(
            request,
            "{name} is in the group now: {role}.",
            name=shown,
            role=texts.translate(language, ROLES[role]),
        )
    else:
        say(request, "{name} is no longer in the group.", name=shown)
    return RedirectResponse(address(language, TYPE, one.id), 303)


async def by_name(request: Request, users: TypeView, username: str) -> Resource | None:
    """The account of a user name; what can be no user name is nobody's."""
    if not USERNAME.fullmatch(username):
        return None
    found = await client_of(request).get(users.path, {"filter[username]": username.lower()})
    return found.data[0] if found.data else None
