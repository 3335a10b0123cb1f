"""`GET /own-permissions`: who asks, and what they may do with every type of the module, in one answer."""

from __future__ import annotations

from typing import Any

from dina.base.http import Answer, Request
from dina.base.identity.caller import REALM_ROLE, Caller, caller_from_claims
from dina.base.identity.policy import ACTIONS
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.parameters import ask
from dina.base.jsonapi.service import Service
from dina.base.resource import ResourceType


async def own_permissions(service: Service, request: Request) -> Answer:
    """The caller's groups with roles, and by type each permitted action.

    An action is `true` where it does not depend on a group, else the list of groups in which it is permitted;
    what is permitted nowhere is left out. Rows that the caller made count as their own.
    """
    ask(service.types, None, request.query, frozenset())
    caller = request.caller
    found = {name: permitted(resource, caller) for name, resource in service.types.items()}
    attributes = {
        "username": caller.username,
        "subject": caller.subject,
        "agent": caller.agent,
        "administrator": caller.admin,
        "readsEverything": caller.sees_everything,
        "groups": {
            name: [role.wire for role in sorted(roles, key=lambda r: r.rank)]
            for name, roles in sorted(caller.groups.items())
        },
        "permissions": {name: actions for name, actions in found.items() if actions},
    }
    data = {"type": "own-permissions", "id": caller.username, "attributes": attributes}
    return plain_document(service, request, data)


async def role_permissions(service: Service, request: Request) -> Answer:
    """What somebody with other roles may do with every type of the module, told as `own-permissions` tells it.

    `roles` are paths of groups with a role and roles for the whole system, with spaces between them:
    `/cnc/user /dna/guest read-only-admin`. The rules are no secret, so whoever has signed in may ask.
    """
    asked = ask(service.types, None, request.query, frozenset(), frozenset({"roles"}))
    given = asked.extra.get("roles", "").split()
    claims = {
        "groups": [one for one in given if one.startswith("/")],
        "realm_access": {"roles": [REALM_ROLE, *(one for one in given if not one.startswith("/"))]},
    }
    caller = caller_from_claims(claims)
    found = {name: permitted(resource, caller) for name, resource in service.types.items()}
    attributes = {"permissions": {name: actions for name, actions in found.items() if actions}}
    data = {"type": "role-permissions", "id": " ".join(given) or "none", "attributes": attributes}
    return plain_document(service, request, data)


def permitted(resource: ResourceType, caller: Caller) -> dict[str, Any]:
    own = {"createdBy": caller.username, "id": caller.subject}
    anywhere = frozenset(resource.permissions(caller, own)) & resource.methods
    in_groups = {
        group: frozenset(resource.permissions(caller, own | {"group": group, "bucket": group}))
        & resource.methods
        for group in sorted(caller.groups)
    }
    actions: dict[str, Any] = {}
    for action in ACTIONS:
        if action in anywhere:
            actions[action] = True
        elif groups := [group for group, may in in_groups.items() if action in may]:
            actions[action] = groups
    return actions
