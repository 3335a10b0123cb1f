"""Custom fields and identifiers: keys known to the vocabulary, values of their type and accepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic_core import PydanticCustomError

from dina.base.errors import Error, escape_pointer
from dina.base.resource import Draft, RuleContext
from dina.base.resource.checks import check_date
from dina.base.resource.rules import broken

MANAGED, IDENTIFIERS = "managed_attribute", "identifier_type"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key: the draft's position, where it stands, and the component it is for."""

    position: int
    pointer: str
    vocabulary: str
    component: str
    key: str
    value: Any


def value_fits(kind: str | None, value: str) -> bool:
    match kind:
        case "INTEGER":
            return re.fullmatch(r"-?\d+", value) is not None
        case "DECIMAL":
            return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
        case "BOOL":
            return value.lower() in ("true", "false")
        case "DATE":
            try:
                check_date(value)
            except PydanticCustomError:
                return False
            return True
        case _:
            return True


def uses(drafts: Sequence[Draft], attribute: str, component: str, vocabulary: str = MANAGED) -> Iterator[Use]:
    for position, draft in enumerate(drafts):
        if draft.changed(attribute):
            for key, value in (draft.get(attribute) or {}).items():
                yield Use(
                    position,
                    f"/attributes/{attribute}/{escape_pointer(key)}",
                    vocabulary,
                    component,
                    key,
                    value,
                )


async def judge(found: list[Use], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """All uses against the vocabulary items, with one query."""
    if not found:
        return []
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT v.key, i.dina_component, i.key, i.vocabulary_element_type, i.accepted_values "
            f"FROM {context.schema}.controlled_vocabulary_item i "
            f"JOIN {context.schema}.controlled_vocabulary v ON v.id = i.controlled_vocabulary_id "
            "WHERE i.deleted_on IS NULL AND i.key = ANY(%s)",
        ),
        [sorted({use.key for use in found})],
    )
    items = {(row[0], row[1], row[2]): (row[3], row[4]) for row in await cursor.fetchall()}
    errors: list[tuple[int, Error]] = []
    for use in found:
        item = items.get((use.vocabulary, use.component, use.key))
        if item is None:
            elsewhere = any(v == use.vocabulary and key == use.key for v, _, key in items)
            key = (
                ("managedAttribute.keyContext.invalid" if elsewhere else "managedAttribute.key.invalid")
                if use.vocabulary == MANAGED
                else "controlledVocabulary.key.invalid"
            )
            said = {"name": use.key, "component": use.component}
            errors.append((use.position, broken(key, use.pointer, "VOCABULARY_VALUE", **said)))
        elif use.value is not None and not _accepted(item, use.value):
            key = (
                "managedAttribute.value.invalid"
                if use.vocabulary == MANAGED
                else "controlledVocabulary.value.invalid"
            )
            errors.append((use.position, broken(key, use.pointer, "VOCABULARY_VALUE", name=use.key)))
    return errors


def _accepted(item: tuple[Any, Any], value: str) -> bool:
    kind, accepted = item
    if not value_fits(kind, value):
        return False
    return not accepted or value.lower() in {one.lower() for one in accepted}


async def sample_managed_attributes(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    found = [
        *uses(drafts, "managedAttributes", "MATERIAL_SAMPLE"),
        *uses(drafts, "preparationManagedAttributes", "PREPARATION"),
        *uses(drafts, "identifiers", "MATERIAL_SAMPLE", IDENTIFIERS),
    ]
    return await judge(found, context)


async def event_managed_attributes(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    return await judge(list(uses(drafts, "managedAttributes", "COLLECTING_EVENT")), context)


async def organism_managed_attributes(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    found = list(uses(drafts, "managedAttributes", "ORGANISM"))
    for position, draft in enumerate(drafts):
        if draft.changed("determination"):
            for number, one in enumerate(draft.get("determination") or []):
                pointer = f"/attributes/determination/{number}/managedAttributes"
                for key, value in (one.get("managedAttributes") or {}).items():
                    found.append(
                        Use(
                            position, f"{pointer}/{escape_pointer(key)}", MANAGED, "DETERMINATION", key, value
                        )
                    )
    return await judge(found, context)


async def assemblage_managed_attributes(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    return await judge(list(uses(drafts, "managedAttributes", "ASSEMBLAGE")), context)


async def site_managed_attributes(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    return await judge(list(uses(drafts, "managedAttributes", "SITE")), context)


async def collection_identifiers(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    return await judge(list(uses(drafts, "identifiers", "COLLECTION", IDENTIFIERS)), context)
