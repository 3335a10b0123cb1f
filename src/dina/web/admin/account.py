"""The form of an account: its fields, what was typed into them, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from dina.web import texts
from dina.web.admin.roles import admin_role, role_in
from dina.web.generic.fields import Field, Making, errors_by_name
from dina.web.generic.naming import UUID, titles
from dina.web.registry import TypeView
from dina.web.rendering import client_of, registry_of
from dina.web.texts import N_

PLAIN = ("firstName", "lastName", "emailAddress")
ROLE = "role."
"""What the names of the controls of roles begin with; a group's name follows."""
TWICE = N_("The two passwords differ.")
MISSING = N_("Type the new password.")


async def fields(
    request: Request, view: TypeView, given: Mapping[str, Any], errors: Sequence[Mapping[str, Any]], *, new: bool
) -> tuple[list[Field], dict[str, list[str]]]:  # fmt: skip
    """The fields of the person behind an account, and the errors by field; those of none under the empty name."""
    registry, language = await registry_of(request), request.state.language
    names = [*(["username"] if new else []), *PLAIN, "agentId"]
    agent = str(given.get("agentId") or "").strip()
    known = [*names, "password", "enabled", "rolesPerGroup", "adminRoles"]
    by_name = errors_by_name(errors, known)
    people = registry.types.get("person")
    named = await titles(request, people, {agent}) if people and UUID.fullmatch(agent) else {}
    making = Making(registry, language, by_name, named, {})
    facts = {**view.attributes, "agentId": {**view.attributes["agentId"], "kind": "uuid", "target": "person"}}
    return [making.field(one, facts[one], str(given.get(one) or "")) for one in names], by_name


def problems(
    language: str, made: Sequence[Field], by_name: Mapping[str, Sequence[str]]
) -> list[dict[str, str]]:
    """What is wrong, each with the field it is about."""
    labels = {one.name: one.label for one in made}
    colon = texts.translate(language, ":")
    return [
        {"text": f"{labels[name]}{colon} {text}" if name in labels else text, "field": name}
        for name, found in by_name.items()
        for text in found
    ]


def attributes(form: Mapping[str, Any]) -> dict[str, Any]:
    """The texts of an account; what is empty is taken away."""
    return {name: str(form.get(name, "")).strip() or None for name in (*PLAIN, "agentId") if name in form}


def chosen(form: Mapping[str, Any]) -> dict[str, str]:
    """The role chosen for each group."""
    return {key.removeprefix(ROLE): str(value) for key, value in form.items() if key.startswith(ROLE)}


def typed_roles(form: Mapping[str, Any]) -> dict[str, list[str]]:
    return {group: [role] for group, role in chosen(form).items() if role}


def changed_roles(form: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Roles and leave to sign in, as far as the form says another thing than the account.

    Somebody may hold several roles in a group, or in groups that the form does not show: what was not
    touched stays as it is.
    """
    roles: dict[str, list[str]] = dict(before["rolesPerGroup"] or {})
    for group, role in chosen(form).items():
        if role != role_in(roles.get(group, ())):
            roles[group] = [role] if role else []
    found: dict[str, Any] = {"rolesPerGroup": {group: held for group, held in roles.items() if held}}
    admin = str(form.get("adminRole", ""))
    if admin != admin_role(before["adminRoles"]):
        found["adminRoles"] = [admin] if admin else []
    return found | {"enabled": form.get("enabled") == "1"}


def password_faults(language: str, form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What can be told of a new password before it is sent, as the API would tell it."""
    text = "" if form.get("password") else MISSING
    text = text or ("" if form.get("password") == form.get("again") else TWICE)
    found = {"detail": texts.translate(language, text), "source": {"pointer": "/data/attributes/password"}}
    return [found] if text else []


async def set_password(request: Request, view: TypeView, id_: str, text: str) -> None:
    """Raises ApiError."""
    body = {"data": {"type": "user-password", "attributes": {"password": text}}}
    await client_of(request).request("POST", f"{view.path}/{quote(id_)}/password", body=body)
