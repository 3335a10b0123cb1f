"""Users: who may sign in, with which role in which group, and what that permits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.client import ApiError, Refused, Resource
from dina.web import texts
from dina.web.admin import account, may
from dina.web.admin.roles import ADMIN, ROLES, admin_role, group_names, matrix, role_in
from dina.web.generic.naming import UUID, titles
from dina.web.registry import TypeView
from dina.web.rendering import address, check_language, client_of, registry_of, render, say, who_of
from dina.web.texts import N_
from dina.web.who import Who

TYPE = "user"
PAGE, MOST = 50, 1000
CLOSED = N_("Accounts are for those who run a group or administer the system.")
OTHERS = N_("This account has no role in a group that you run.")


@dataclass(frozen=True)
class Line:
    """An account in the list; `roles` are pairs of a group's label and the word for the role."""

    id: str
    facts: dict[str, Any]
    name: str
    roles: list[tuple[str, str]]
    admin: str
    person: str


def forbidden(request: Request, text: str) -> ApiError:
    """The page that says so, as when the API refuses."""
    return ApiError(403, [{"detail": texts.translate(request.state.language, text)}])


async def users_view(request: Request) -> TypeView:
    """The type, for those who run a group or the system. Raises ApiError to others."""
    check_language(request)
    if who_of(request).anonymous:
        raise ApiError(401, [])
    if not who_of(request).runs:
        raise forbidden(request, CLOSED)
    return (await registry_of(request)).types[TYPE]


async def every(request: Request, view: TypeView) -> list[Resource]:
    """All the accounts that the caller may see, by name."""
    found: list[Resource] = []
    while True:
        params = {"page[limit]": MOST, "page[offset]": len(found), "sort": "username"}
        page = await client_of(request).get(view.path, params)
        found += page.data
        if len(page.data) < MOST:
            return found


async def listing(request: Request) -> Response:
    """Who there is: by name, group, role and whether they may sign in."""
    view = await users_view(request)
    query = request.query_params
    text, group, state = query.get("q", "").strip()[:100], query.get("group", ""), query.get("state", "")
    kept = [one for one in await every(request, view) if matches(one.attributes, text, group, state)]
    given = query.get("offset", "")
    offset = int(given) if given.isdecimal() and len(given) < 9 else 0
    names = await group_names(request)
    return render(
        request, "admin/users.html", view=view, found=await lines(request, kept[offset : offset + PAGE]), total=len(kept),
        offset=offset, limit=PAGE, names=names, q=text, group=group, state=state,
        may_create=who_of(request).may("create", TYPE),
    )  # fmt: skip


def matches(a: Mapping[str, Any], text: str, group: str, state: str) -> bool:
    """Whether an account is among those that are looked for."""
    names = " ".join(str(a.get(n) or "") for n in ("username", "firstName", "lastName", "emailAddress"))
    by_state = {"on": a["enabled"], "off": not a["enabled"], "admin": bool(a["adminRoles"])}
    in_group = not group or group in (a["rolesPerGroup"] or {})
    return text.casefold() in names.casefold() and in_group and by_state.get(state, True)


async def lines(request: Request, found: Sequence[Resource]) -> list[Line]:
    language, who = request.state.language, who_of(request)
    persons = (await registry_of(request)).types.get("person")
    ids = {str(one.attributes["agentId"]) for one in found if one.attributes.get("agentId")}
    names = await titles(request, persons, {one for one in ids if UUID.fullmatch(one)}) if persons else {}
    made: list[Line] = []
    for one in found:
        a = one.attributes
        roles = [
            (who.group_label(group, language), texts.translate(language, ROLES[role_in(held)]))
            for group, held in (a["rolesPerGroup"] or {}).items()
            if sees(who, group)
        ]
        admin = texts.translate(language, ADMIN[admin_role(a["adminRoles"])]) if a["adminRoles"] else ""
        made.append(Line(one.id, a, full_name(a), roles, admin, names.get(str(a.get("agentId")), "")))
    return made


def sees(who: Who, group: str) -> bool:
    """Whether somebody is told the roles of others in a group."""
    return who.reads_everything or "super-user" in who.groups.get(group, ())


def full_name(a: Mapping[str, Any]) -> str:
    return " ".join(str(a[n]) for n in ("firstName", "lastName") if a.get(n))


async def one_of(request: Request) -> tuple[TypeView, Resource]:
    """The account of the address: one's own, or of somebody in a group one runs. Raises ApiError."""
    check_language(request)
    view = (await registry_of(request)).types.get(TYPE)
    if view is None:
        raise HTTPException(404)
    try:
        page = await client_of(request).get(f"{view.path}/{quote(str(request.path_params['id']))}")
    except Refused as fault:
        if fault.status != 403:
            raise
        raise forbidden(request, OTHERS if who_of(request).runs else CLOSED) from fault
    return view, page.one


async def show(request: Request) -> Response:
    """An account: what is known of it, its roles, and what they permit; a form for administrators."""
    view, one = await one_of(request)
    return await page(request, view, one)


async def page(
    request: Request, view: TypeView, one: Resource, status: int = 200, errors: Sequence[Mapping[str, Any]] = (),
    given: Mapping[str, Any] | None = None,
) -> Response:  # fmt: skip
    language, who, a = request.state.language, who_of(request), one.attributes
    own = one.id == who.subject
    roles = {g: held for g, held in (a["rolesPerGroup"] or {}).items() if own or sees(who, g)}
    fields, by_name = await account.fields(request, view, given or a, errors, new=False)
    changing = who.may("update", TYPE)
    return render(
        request, "admin/user.html", status, view=view, one=one, name=full_name(a), fields=fields,
        problems=account.problems(language, fields, by_name), line=(await lines(request, [one]))[0],
        matrix=await matrix(request, account.typed_roles(given) if given else roles, all_groups=changing), roles=ROLES, admins=ADMIN,
        admin=str(given.get("adminRole", "")) if given else admin_role(a["adminRoles"]), own=own, changing=changing,
        enabled=given.get("enabled") == "1" if given else a["enabled"], tables=await may.tables(request, roles, a["adminRoles"] or []),
        crumbs=[(view.facts["plural"][language], address(language, TYPE))] if who.runs else [],
    )  # fmt: skip


async def save(request: Request) -> Response:
    """Change an account."""
    view, one = await one_of(request)
    form = await request.form()
    attributes = account.attributes(form) | account.changed_roles(form, one.attributes)
    try:
        await client_of(request).update(view.path, quote(one.id), attributes)
    except Refused as fault:
        if fault.status == 403:
            raise
        return await page(request, view, one, 422, fault.errors, form)
    say(request, "“{title}” is saved.", title=str(one.attributes["username"])[:80])
    return RedirectResponse(address(request.state.language, TYPE, one.id), 303)


async def password(request: Request) -> Response:
    """Set a new password."""
    view, one = await one_of(request)
    form = await request.form()
    faults = account.password_faults(request.state.language, form)
    if not faults:
        try:
            await account.set_password(request, view, one.id, str(form["password"]))
        except Refused as fault:
            if fault.status == 403:
                raise
            faults = [dict(error) for error in fault.errors]
    if faults:
        return await page(request, view, one, 422, faults)
    say(request, "The new password is set. Tell it to the person; the old one opens nothing any more.")
    return RedirectResponse(address(request.state.language, TYPE, one.id), 303)


async def new(request: Request) -> Response:
    """A new account with its roles, and its password if one is given."""
    view = await users_view(request)
    if not who_of(request).may("create", TYPE):
        raise forbidden(request, CLOSED)
    if request.method == "GET":
        return await new_page(request, view, {}, [])
    form = await request.form()
    faults = account.password_faults(request.state.language, form) if form.get("password") else []
    if faults:
        return await new_page(request, view, form, faults)
    roles = {group: [role] for group, role in account.chosen(form).items() if role}
    attributes = account.attributes(form) | {
        "username": str(form.get("username", "")).strip(),
        "rolesPerGroup": roles,
        "adminRoles": [str(form["adminRole"])] if form.get("adminRole") else [],
        "enabled": True,
    }
    try:
        made = await client_of(request).create(view.path, attributes)
    except Refused as fault:
        if fault.status == 403:
            raise
        return await new_page(request, view, form, [dict(error) for error in fault.errors])
    if form.get("password"):
        try:
            await account.set_password(request, view, made.id, str(form["password"]))
        except Refused as fault:
            return await page(request, view, made, 422, fault.errors)
    say(request, "“{title}” is saved.", title=str(made.attributes["username"])[:80])
    return RedirectResponse(address(request.state.language, TYPE, made.id), 303)


async def new_page(
    request: Request, view: TypeView, given: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]
) -> Response:
    language = request.state.language
    fields, by_name = await account.fields(request, view, given, errors, new=True)
    return render(
        request, "admin/user-new.html", 422 if errors else 200, view=view, fields=fields,
        problems=account.problems(language, fields, by_name), matrix=await matrix(request, account.typed_roles(given), all_groups=True),
        roles=ROLES, admins=ADMIN, admin=str(given.get("adminRole", "")),
        crumbs=[(view.facts["plural"][language], address(language, TYPE))],
    )  # fmt: skip


async def to_page(request: Request) -> Response:
    """The address that the generic form would have."""
    return RedirectResponse(address(request.state.language, TYPE, str(request.path_params["id"])), 303)
