"""Drafts: what resources would be after the changes, judged by constraints and rules (api.md §28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from dina.base.errors import Error
from dina.base.json import is_array
from dina.base.jsonapi.writing.changes import Change
from dina.base.resource import Attribute, Draft, ResourceType, RuleContext, kinds
from dina.base.resource.kinds import Compare


@dataclass(slots=True)
class Stored:
    """A stored row: its state in wire names (nulls left out) and what decides about access."""

    id: str
    version: int
    deleted: bool
    created_by: str | None
    attributes: dict[str, Any]
    relationships: dict[str, Any]

    @property
    def facts(self) -> dict[str, Any]:
        return {**self.attributes, "createdBy": self.created_by}


@dataclass(slots=True)
class Pending:
    """A change with its draft, and which attributes and relationships it really changes."""

    change: Change
    draft: Draft
    stored: Stored | None
    attributes: set[str]
    relationships: set[str]

    @property
    def touched(self) -> bool:
        return bool(self.attributes or self.relationships)


def draft_of(change: Change, stored: Stored | None) -> Pending:
    """Merge a change into what is stored; on creation into the type's defaults."""
    resource = change.resource
    if stored is None:
        attributes, relationships = blank(resource)
        previous = None
    else:
        attributes = {name: stored.attributes.get(name) for name in resource.stored}
        relationships = {
            n: stored.relationships.get(n, [] if r.many else None) for n, r in resource.relationships.items()
        }
        previous = {"attributes": dict(attributes), "relationships": dict(relationships)}
    for name, value in change.attributes.items():
        fact = resource.attributes[name]
        if stored is not None and fact.once and name == "group":
            continue
        attributes[name] = default_of(fact) if value is None and fact.kind.is_map else value
    group = attributes.get("group")
    if isinstance(group, str):
        attributes["group"] = group.strip().lower()
    relationships.update(change.relationships)
    sent = frozenset(change.attributes) | frozenset(change.relationships)
    draft = Draft(resource.type, change.id, attributes, relationships, previous, sent)
    for prepare in resource.prepare:
        prepare(draft)
    return pending_of(change, draft, stored)


def pending_of(change: Change, draft: Draft, stored: Stored | None) -> Pending:
    resource = change.resource
    if stored is None or draft.previous is None:
        return Pending(change, draft, stored, set(draft.attributes), set(draft.relationships))
    before = draft.previous
    changed = {
        name
        for name, value in draft.attributes.items()
        if resource.attributes[name].writable
        and not same(resource.attributes[name], before["attributes"].get(name), value)
    }
    relinked = {
        name for name, value in draft.relationships.items() if before["relationships"].get(name) != value
    }
    return Pending(change, draft, stored, changed, relinked)


def blank(resource: ResourceType) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and relationships of a new resource of which nothing has been said."""
    attributes = dict(resource.defaults)
    for name in resource.maps:
        attributes[name] = {}
    return attributes, {n: [] if r.many else None for n, r in resource.relationships.items()}


def default_of(fact: Attribute) -> Any:
    if fact.kind.is_map:
        return {}
    return fact.default


def same(fact: Attribute, before: Any, after: Any) -> bool:
    """Whether two values of an attribute are the same fact, however written."""
    if before == after:
        return True
    if before is None or after is None:
        return False
    if fact.kind is kinds.DECIMAL:
        return Decimal(str(before)) == Decimal(str(after))
    if fact.kind.compare is Compare.DATETIME:
        return kinds.check_datetime(before) == kinds.check_datetime(after)
    return False


def constraint_errors(pending: Pending) -> list[Error]:
    """What must be there and may not change, judged on the whole draft."""
    resource, draft, change = pending.change.resource, pending.draft, pending.change
    errors: list[Error] = []
    for fact in resource.required:
        name = fact.name
        if draft.attributes.get(name) is None:
            sent = name in change.attributes
            errors.append(
                Error(
                    "CONSTRAINT_VIOLATION",
                    key="value.required",
                    values={"name": name, "label": fact.label.en},
                    pointer=f"/attributes/{name}" if sent else ("/attributes" if change.attributes else ""),
                    meta={"member": name, "path": name},
                )
            )
    if pending.stored is not None:
        errors += [
            Error(
                "CONSTRAINT_VIOLATION",
                key="value.fixed",
                values={"name": fact.name},
                pointer=f"/attributes/{fact.name}",
            )
            for fact in resource.once
            if fact.name in pending.attributes
        ]
    for name, relationship in resource.relationships.items():
        if relationship.required and not draft.relationships.get(name):
            sent = name in change.relationships
            errors.append(
                Error(
                    "CONSTRAINT_VIOLATION",
                    key="value.required",
                    values={"name": name, "label": relationship.label.en},
                    pointer=f"/relationships/{name}" if sent else "",
                    meta={"member": name, "path": name},
                )
            )
    return errors


def also_missing(change: Change, faulty: Sequence[Error]) -> list[Error]:
    """What a resource with values of the wrong kind lacks besides, so that one answer names both."""
    if change.action != "create" or any(error.code != "CONSTRAINT_VIOLATION" for error in faulty):
        return []
    pointers = [(error.pointer or "").removeprefix(change.pointer).split("/") for error in faulty]
    named = {parts[2] for parts in pointers if len(parts) > 2}
    sound = replace(
        change,
        attributes={name: value for name, value in change.attributes.items() if name not in named},
        relationships={name: value for name, value in change.relationships.items() if name not in named},
    )
    if change.resource.group_from:
        named.add("group")
    found = constraint_errors(draft_of(sound, None))
    top = "/attributes" if change.attributes else ""
    return [
        change.located(replace(error, pointer=top) if error.pointer == "" else error)
        for error in found
        if error.meta.get("member") not in named
    ]


def rule_errors(pending: Pending) -> list[Error]:
    """The type's pure rules; pointers that lead to nothing in the request are moved to what is there."""
    found: list[Error] = []
    for rule in pending.change.resource.rules:
        found.extend(settle(pending.change, error) for error in rule(pending.draft))
    return found


async def batch_rule_errors(
    resource: ResourceType, pending: Sequence[Pending], context: RuleContext
) -> list[tuple[Pending, Error]]:
    drafts = [one.draft for one in pending]
    found: list[tuple[Pending, Error]] = []
    for rule in resource.batch_rules:
        for position, error in await rule(drafts, context):
            found.append((pending[position], settle(pending[position].change, error)))
    return found


def settle(change: Change, error: Error) -> Error:
    """A pointer must exist in the request (api.md §21): else the nearest parent, the rest in `meta.member`."""
    pointer = error.pointer
    if pointer is None:
        return error
    parts = pointer.split("/")[1:]
    here: Any = {"attributes": change.attributes, "relationships": change.relationships}
    for depth, part in enumerate(parts):
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, Mapping) and part in here:
            here = here[part]  # pyright: ignore[reportUnknownVariableType]
        elif is_array(here) and part.isdecimal() and int(part) < len(here):  # pyright: ignore[reportUnknownArgumentType]
            here = here[int(part)]  # pyright: ignore[reportUnknownVariableType]
        elif depth >= 2 and parts[0] == "relationships":
            break
        else:
            kept = parts[:depth]
            if kept in (["attributes"], ["relationships"]) and not getattr(change, kept[0]):
                kept = []
            return replace(
                error,
                pointer="".join(f"/{p}" for p in kept),
                meta={**error.meta, "member": part, "path": parts[1] if len(parts) > 1 else part},
            )
    return error
