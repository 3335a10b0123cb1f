"""What a request wants changed: resource objects read into `Change` values, faults collected."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from dina.base.errors import Error, Problem, escape_pointer
from dina.base.json import is_array, is_object
from dina.base.jsonapi.writing.model import check_attributes
from dina.base.jsonapi.writing.safety import faults, harmless
from dina.base.resource import Member, Relationship, ResourceType
from dina.base.resource.checks import UUID_FORM
from dina.base.resource.kinds import inner_forms, members_of

EXTERNAL_ALIASES = {"agent": "person"}


@dataclass(slots=True)
class Change:
    """One create, update, delete, restore or purge.

    `pointer` is where its resource object stands, `id_member` where below it the id is.
    """

    action: str
    resource: ResourceType
    id: str
    pointer: str = "/data"
    index: int | None = None
    chosen_id: bool = False
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    relationships: dict[str, Any] = field(default_factory=dict[str, Any])
    version: int | None = None
    if_match: str | None = None
    id_member: str = "/id"

    def located(self, error: Error) -> Error:
        error = error.at(self.pointer)
        if self.index is not None:
            error = error.with_meta(index=self.index, id=self.id)
        return error


def read_json(body: bytes) -> Any:
    """The body as JSON. Raises Problem MALFORMED_DOCUMENT; a JSON string that holds JSON is unwrapped."""
    try:
        value = orjson.loads(body)
        if isinstance(value, str):
            value = orjson.loads(value)
    except (orjson.JSONDecodeError, RecursionError) as fault:
        raise Problem(
            Error("MALFORMED_DOCUMENT", key="body.json", values={"reason": str(fault)[:120]})
        ) from None
    return value


def top_object(body: bytes) -> dict[str, Any]:
    document = read_json(body)
    if not is_object(document):
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.object", pointer=""))
    return document  # pyright: ignore[reportUnknownVariableType]


def data_object(body: bytes) -> dict[str, Any]:
    document = top_object(body)
    if "data" not in document:
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.noData", pointer="", meta={"member": "data"}))
    if not is_object(document["data"]):
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.dataObject", pointer="/data"))
    return document["data"]


def data_array(body: bytes, limit: int) -> list[dict[str, Any]]:
    document = top_object(body)
    if "data" not in document:
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.noData", pointer="", meta={"member": "data"}))
    data = document["data"]
    if not is_array(data):
        raise Problem(Error("MALFORMED_DOCUMENT", key="body.dataArray", pointer="/data"))
    if len(data) > limit:  # pyright: ignore[reportUnknownArgumentType]
        raise Problem(
            Error("TOO_MANY_ITEMS", values={"limit": limit}, pointer="/data", meta={"limit": limit})
        )
    wrong = [i for i, item in enumerate(data) if not is_object(item)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if wrong:
        raise Problem(
            [Error("MALFORMED_DOCUMENT", key="body.dataObject", pointer=f"/data/{i}") for i in wrong]
        )
    return data  # pyright: ignore[reportUnknownVariableType]


def check_type(resource: ResourceType, item: Mapping[str, Any]) -> list[Error]:
    if "type" not in item:
        return [Error("MALFORMED_DOCUMENT", key="body.noType", pointer="", meta={"member": "type"})]
    if item["type"] != resource.type:
        return [Error("TYPE_MISMATCH", values={"expected": resource.type}, pointer="/type")]
    return []


def read_create(
    resource: ResourceType, item: dict[str, Any], pointer: str, index: int | None, lids: Mapping[str, str]
) -> tuple[Change, list[Error]]:
    """A resource object to be created; its id is the client's UUID or a new version 7 one."""
    errors = check_type(resource, item)
    chosen = item.get("id")
    if chosen is not None and not (isinstance(chosen, str) and UUID_FORM.fullmatch(chosen)):
        errors.append(Error("MALFORMED_DOCUMENT", key="body.id", pointer="/id"))
        chosen = None
    id_ = chosen.lower() if chosen else lids.get(str(item.get("lid", "")), "") or new_id()
    change = Change("create", resource, id_, pointer, index, chosen_id=bool(chosen))
    errors += read_members(change, item, lids)
    return change, [change.located(e) for e in errors]


def read_update(
    resource: ResourceType,
    item: dict[str, Any],
    id_: str,
    pointer: str,
    index: int | None,
    lids: Mapping[str, str],
) -> tuple[Change, list[Error]]:
    """A resource object to be merged into a stored one."""
    errors = check_type(resource, item)
    given = item.get("id")
    if given is not None and str(given).lower() != id_:
        errors.append(Error("ID_MISMATCH", pointer="/id"))
    change = Change("update", resource, id_, pointer, index)
    errors += read_members(change, item, lids)
    return change, [change.located(e) for e in errors]


def read_members(change: Change, item: dict[str, Any], lids: Mapping[str, str]) -> list[Error]:
    """Attributes and relationships of a resource object: unknown members, unsafe text, types."""
    errors: list[Error] = []
    attributes, relationships = item.get("attributes", {}), item.get("relationships", {})
    for name, value in (("attributes", attributes), ("relationships", relationships)):
        if not is_object(value):
            errors.append(
                Error(
                    "MALFORMED_DOCUMENT", key="body.memberObject", values={"name": name}, pointer=f"/{name}"
                )
            )
    if errors:
        return errors
    errors += read_attributes(change, dict(attributes))
    errors += read_relationships(change, relationships, lids)
    return errors


def html_members(resource: ResourceType) -> frozenset[str]:
    """Names of attributes and members, at any depth, that may hold light formatting."""
    found = {name for name, fact in resource.attributes.items() if fact.html}
    forms = [fact.kind.member for fact in resource.attributes.values() if fact.kind.member is not None]
    while forms:
        form = forms.pop()
        for name, extras in members_of(form).items():
            if any(isinstance(extra, Member) and extra.html for extra in extras):
                found.add(name)
        forms += inner_forms(form)
    return frozenset(found)


_html: dict[int, frozenset[str]] = {}


def read_attributes(change: Change, attributes: dict[str, Any]) -> list[Error]:
    resource = change.resource
    for alias in resource.aliases.keys() & attributes.keys():
        value = attributes.pop(alias)
        attributes.setdefault(resource.aliases[alias], value)
    version = attributes.get("resourceVersion")
    if isinstance(version, int) and not isinstance(version, bool) and change.action == "update":
        change.version = version
    writable, errors = attributes, list[Error]()
    if not attributes.keys() <= resource.writable:
        writable = {name: value for name, value in attributes.items() if name in resource.writable}
        errors = [
            Error(
                "UNKNOWN_ATTRIBUTE",
                key="attribute.unknown",
                values={"name": name},
                pointer=f"/attributes/{escape_pointer(name)}",
            )
            for name in attributes
            if name not in resource.attributes and name not in ("deletedOn", "deletedBy")
        ]
    html = _html.get(id(resource))
    if html is None:
        html = _html[id(resource)] = html_members(resource)
    unsafe = [] if harmless(writable) else list(faults(writable, "/attributes", html))
    errors += unsafe
    if not unsafe:
        change.attributes, wrong = check_attributes(resource, writable)
        errors += wrong
    return errors


def read_relationships(change: Change, relationships: dict[str, Any], lids: Mapping[str, str]) -> list[Error]:
    errors: list[Error] = []
    for name, value in relationships.items():
        relationship = change.resource.relationships.get(name)
        # A declared name needs no escaping.
        pointer = f"/relationships/{name if relationship else escape_pointer(name)}"
        if relationship is None:
            errors.append(
                Error(
                    "UNKNOWN_RELATIONSHIP", key="relationship.unknown", values={"name": name}, pointer=pointer
                )
            )
        elif not is_object(value):
            errors.append(Error("MALFORMED_DOCUMENT", key="body.relationship", pointer=pointer))
        elif "data" in value:
            linkage, wrong = read_linkage(relationship, value["data"], pointer + "/data", lids)  # pyright: ignore[reportUnknownArgumentType]
            change.relationships[name] = linkage
            errors += wrong
    return errors


def read_linkage(
    relationship: Relationship, data: Any, pointer: str, lids: Mapping[str, str]
) -> tuple[Any, list[Error]]:
    """Linkage as stored: an id, a list of ids, or `{type, id}` objects for external relationships."""
    if not relationship.many:
        if data is None:
            return None, []
        return read_identifier(relationship, data, pointer, lids)
    if data is None:
        return [], []
    if not is_array(data):
        return [], [Error("MALFORMED_DOCUMENT", key="body.linkageArray", pointer=pointer)]
    found: list[Any] = []
    errors: list[Error] = []
    for position, one in enumerate(data):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        value, wrong = read_identifier(relationship, one, f"{pointer}/{position}", lids)
        errors += wrong
        if not wrong and value not in found:
            found.append(value)
    return found, errors


def named(linked: Any) -> tuple[str | None, str]:
    """The type a linkage named against the relationship's own, if it did, and the id."""
    return cast("tuple[str, str]", linked) if isinstance(linked, tuple) else (None, linked)


def read_identifier(
    relationship: Relationship, one: Any, pointer: str, lids: Mapping[str, str]
) -> tuple[Any, list[Error]]:
    if not is_object(one) or not isinstance(one.get("type"), str):  # pyright: ignore[reportUnknownMemberType]
        return None, [Error("MALFORMED_DOCUMENT", key="body.identifier", pointer=pointer)]
    id_: Any = one.get("id") or lids.get(str(one.get("lid")))  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    if not isinstance(id_, str) or not UUID_FORM.fullmatch(id_):
        return None, [Error("MALFORMED_DOCUMENT", key="body.identifier", pointer=pointer)]
    type_: str = one["type"]
    if not relationship.external:
        if type_ != relationship.target:
            return (type_, id_.lower()), []
        return id_.lower(), []
    type_ = EXTERNAL_ALIASES.get(type_, type_)
    if type_ not in relationship.targets:
        error = Error(
            "LINKAGE_TYPE_MISMATCH",
            values={"expected": ", ".join(relationship.targets), "type": type_},
            pointer=pointer + "/type",
        )
        return None, [error]
    return {"type": type_, "id": id_.lower()}, []


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562 §5.7): ordered by time, so that indexes grow at their end."""
    return uuid.UUID(new_id())


_chance = bytearray()


def new_id() -> str:
    """The text of a new version 7 UUID, without the detour over an object."""
    if not _chance:
        # Asked for in store: the call to the system costs more than all the rest.
        _chance.extend(os.urandom(4096))
    chance = _chance[-8:].hex()
    del _chance[-8:]
    millis, fraction = divmod(time.time_ns(), 1_000_000)
    head = f"{millis:012x}7{fraction * 4096 // 1_000_000:03x}"
    return f"{head[:8]}-{head[8:12]}-{head[12:]}-{'89ab'[int(chance[0], 16) & 3]}{chance[1:4]}-{chance[4:]}"
