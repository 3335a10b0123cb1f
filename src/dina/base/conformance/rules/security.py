"""R153 to R159: who may do what."""

from __future__ import annotations

from collections.abc import Iterator

from dina.base.conformance.check import Check, Record, q
from dina.base.conformance.config import ROLES
from dina.base.conformance.exchange import as_list, as_object
from dina.base.conformance.providers import ACTIONS, NOBODY, PROVIDERS
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.conformance.rules.query import parameter
from dina.base.conformance.verdict import Skipped
from dina.base.json import is_array

READERS_OF_ALL = "read-only-admin"


def may(provider: str, role: str, action: str) -> bool:
    """What the contract says; the read-only administrator reads everything and writes nothing."""
    least = PROVIDERS[provider][ACTIONS.index(action)]
    if role == READERS_OF_ALL:
        return action == "read" or provider == "AllowAllAuthorizationService"
    return least != NOBODY and (role == "admin" or ROLES.index(role) <= ROLES.index(least))


def does(c: Check, role: str, action: str, record: Record) -> bool:
    """Is the role let do it? Fails the rule if the answer is neither yes nor a refusal."""
    empty = c.document({}, id=record.id)
    match action:
        case "create":
            answer = c.post(f"/{c.t}", c.template(), role=role)
        case "read":
            answer = c.get(c.at(record), role=role)
        case "update":
            answer = c.patch(c.at(record), empty, role=role)
        case _:
            answer = c.delete(c.at(record), role=role)
    clear = answer.status in (200, 201, 204, 403) or (action == "read" and answer.status == 404)
    c.expect(clear, f"{action} by {role} done or 403", answer.brief())
    return answer.status < 300


def cast(c: Check) -> Iterator[str]:
    """The roles that can be tried."""
    found = [role for role in ROLES if c.session.known(role)]
    c.need(len(found) >= 2, "users with two roles or more are needed")
    yield from found


@rule(
    153,
    MUST,
    "K",
    "Each role may do what the type's provider says",
    "B:DinaGroupBasedPermissionsTest, DinaRole.java",
    needs="writable",
    writes=True,
)
def matrix(c: Check) -> None:
    provider = c.kind.provider
    c.need(provider in PROVIDERS, f"no table for the provider {provider or '(unknown)'} of {c.t}")
    for role in cast(c):
        record = c.new()
        for action in ACTIONS:
            wanted = may(provider, role, action)
            done = does(c, role, action, record)
            c.expect(
                done == wanted, f"{action} by {role} {'allowed' if wanted else 'refused'}", "the opposite"
            )


@rule(
    154,
    MUST,
    "K",
    "include-dina-permission tells the permissions, truly",
    "B:JsonApiDtoMeta.java; U:ViewPageLayout.tsx",
    needs="writable",
    writes=True,
)
def permissions(c: Check) -> None:
    roles = [r for r in ROLES if c.session.known(r)] or [c.writer]
    for role in roles:
        record = c.new()
        answer = c.get(c.at(record), role=role, headers={"include-dina-permission": "true"})
        if answer.status == 403:
            continue
        meta = as_object(as_object(c.status(answer, 200).data).get("meta"))
        provider = meta.get("permissionsProvider")
        c.expect(isinstance(provider, str) and provider, "data.meta.permissionsProvider", answer.brief())
        told = as_list(meta.get("permissions"))
        known = is_array(meta.get("permissions")) and set(map(str, told)) <= set(ACTIONS)
        c.expect(known, f"data.meta.permissions, some of {', '.join(ACTIONS)}", meta)
        for action in ("create", "update", "delete"):
            done = does(c, role, action, record)
            c.expect(done == (action in told), f"{action} by {role} as told: {told}", f"done: {done}")


@rule(
    155,
    SHOULD,
    "K",
    "permission-check is 201 with what may be done",
    "N:CollectionPermissionCheckRepositoryIT; U",
    writes=True,
)
def permission_check(c: Check) -> None:
    body = c.document({"group": c.config.group} if c.kind.grouped else {})
    answer = c.post("/permission-check", body)
    c.offered("/permission-check", answer)
    c.status(answer, 201)
    found = answer.attributes
    c.expect(found.get("targetType") == c.t, f"targetType {c.t}", answer.brief())
    told = as_list(found.get("permissions"))
    c.expect(set(map(str, told)) <= set(ACTIONS) and told, "permissions", answer.brief())
    c.expect(found.get("permissionsProvider"), "permissionsProvider", answer.brief())
    c.expect(is_array(found.get("evaluatedAttributes")), "evaluatedAttributes, an array", answer.brief())


@rule(156, MUST, "O", "Lists and counts leave out what may not be read", "§23.3", once=True, writes=True)
def hidden(c: Check) -> None:
    guarded = [k for k in c.config.types.values() if k.provider == "GroupWithReadAuthorizationService"]
    guarded = [k for k in guarded if not k.read_only and k.grouped]
    c.need(guarded, "not applicable: no type is readable by its group only")
    reader = next((r for r in ("user", "super-user", "guest", "read-only") if c.session.known(r)), "")
    c.need(c.session.known("admin") and reader, "an admin and a user of the group are needed")
    k = c.of(guarded[0].type)
    away = Check(c.run.elsewhere(c.config.second_group, "admin"), k.kind)
    made = away.post(f"/{k.t}", away.template())
    if made.status in (403, 422) or made.attributes.get("group") != c.config.second_group:
        raise Skipped(f"no {k.t} in the second group {c.config.second_group}: {made.brief()}")
    c.status(made, 201)
    other = Record(k.t, made.id, made.attributes, made.relationships)
    own = k.new()
    scope = k.scope([own, other])
    listed = k.list(scope, role=reader)
    c.expect(listed.ids == [own.id], "only the record of the reader's group", listed.ids)
    told = listed.meta.get("totalResourceCount", listed.meta.get("results", 1))
    c.expect(told == 1, "a total of 1", told)
    counted = k.get(f"/{k.t}/count", scope, role=reader)
    if counted.status == 200:
        c.expect(counted.attributes.get("value") == 1, "a count of 1", counted.brief())


@rule(
    157,
    MUST,
    "K",
    "resource-name-identifier needs a group and finds by name",
    "N:ResourceNameIdentifierRepositoryIT",
    needs="text writable stored",
    writes=True,
)
def name_identifier(c: Check) -> None:
    c.need(c.kind.grouped, f"not applicable: {c.t} is not owned by groups")
    record = c.new()
    query = f"filter[type]={c.t}&filter[name]={q(c.text_of(record))}"
    without = c.get("/resource-name-identifier", query)
    c.offered("/resource-name-identifier", without)
    c.refused(without, 400)
    answer = c.get("/resource-name-identifier", f"{query}&filter[group]={q(c.config.group)}")
    unnamed = answer.status == 400 and any("type" in parameter(e) for e in answer.errors)
    c.need(not unnamed, f"not applicable: {c.t} cannot be looked up by name")
    c.status(answer, 200)
    c.expect(answer.ids == [record.id], f"the id {record.id}", answer.brief())


@rule(
    158,
    MUST,
    "K",
    "api-info and index-refresh are for administrators",
    "N",
    needs="writable stored",
    once=True,
    writes=True,
)
def administrators_only(c: Check) -> None:
    c.need(c.session.known("admin"), "nobody with the role admin is configured")
    info = c.status(c.get("/api-info", role="admin"), 200)
    c.expect(info.attributes.get("moduleVersion"), "attributes.moduleVersion", info.brief())
    record = c.new()
    body = {"data": {"type": "index-refresh", "id": record.id, "attributes": {"docType": c.t}}}
    c.status(c.post("/index-refresh", body, role="admin"), 202)
    other = next((r for r in ("user", "super-user", "guest", "read-only") if c.session.known(r)), "")
    if other:
        c.refused(c.get("/api-info", role=other), 403)
        c.refused(c.post("/index-refresh", body, role=other), 403)


@rule(
    159,
    SHOULD,
    "O",
    "PATCH does not move a record to another group",
    "B:DinaRepositoryV2IT",
    needs="writable",
    writes=True,
)
def group_is_kept(c: Check) -> None:
    c.need(c.kind.grouped, f"not applicable: {c.t} is not owned by groups")
    record = c.new()
    c.patch(c.at(record), c.document({"group": c.config.second_group}, id=record.id))
    found = c.get(c.at(record)).attributes.get("group")
    c.expect(found == c.config.group, f"group {c.config.group}", found)
