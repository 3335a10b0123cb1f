"""A vocabulary item stays while something says it: custom fields, identifiers, kinds of association, type status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

KEYED = {
    ("managed_attribute", "COLLECTING_EVENT"): ("collecting_event", "managed_attributes"),
    ("managed_attribute", "MATERIAL_SAMPLE"): ("material_sample", "managed_attributes"),
    ("managed_attribute", "PREPARATION"): ("material_sample", "preparation_managed_attributes"),
    ("managed_attribute", "ORGANISM"): ("organism", "managed_attributes"),
    ("managed_attribute", "ASSEMBLAGE"): ("assemblage", "managed_attributes"),
    ("managed_attribute", "SITE"): ("site", "managed_attributes"),
    ("identifier_type", "MATERIAL_SAMPLE"): ("material_sample", "identifiers"),
    ("identifier_type", "COLLECTION"): ("collection", "identifiers"),
}
"""Vocabulary and component -> table and the column whose keys are items."""

IN_DETERMINATIONS = (
    "FROM {schema}.organism t WHERE t.deleted_on IS NULL AND EXISTS (SELECT FROM jsonb_array_elements("
    "CASE WHEN jsonb_typeof(t.determination) = 'array' THEN t.determination ELSE '[]' END) d WHERE {condition})"
)


def use_of(vocabulary: str, component: str | None, schema: str) -> str | None:
    """SQL of the rows that use the item %(key)s; None where use is not known."""
    place = KEYED.get((vocabulary, component or ""))
    if place is not None:
        table, column = place
        return f"FROM {schema}.{table} t WHERE t.deleted_on IS NULL AND jsonb_exists(t.{column}, %(key)s)"
    if (vocabulary, component) == ("managed_attribute", "DETERMINATION"):
        condition = "jsonb_exists(coalesce(d->'managedAttributes', '{}'), %(key)s)"
    elif vocabulary == "type_status":
        condition = "d->>'typeStatus' = %(key)s"
    elif vocabulary == "association_type":
        return f"FROM {schema}.association t WHERE t.deleted_on IS NULL AND t.association_type = %(key)s"
    else:
        return None
    return IN_DETERMINATIONS.replace("{schema}", schema).replace("{condition}", condition)


async def item_is_unused(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """An item in use is not deleted; how many records use it is said."""
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT id::text, key FROM {context.schema}.controlled_vocabulary WHERE id = ANY(%s::uuid[])",
        ),
        [sorted({draft.link("controlledVocabulary") for draft in drafts})],
    )
    vocabularies = dict(await cursor.fetchall())
    errors: list[tuple[int, Error]] = []
    for position, draft in enumerate(drafts):
        vocabulary = vocabularies.get(draft.link("controlledVocabulary"), "")
        use = use_of(vocabulary, draft.get("dinaComponent"), context.schema)
        if use is None:
            continue
        cursor = await context.connection.execute(
            cast(Any, "SELECT count(*) " + use), {"key": draft.get("key")}
        )
        row = await cursor.fetchone()
        if row is not None and row[0]:
            said = {"name": draft.get("name"), "count": row[0]}
            errors.append(
                (position, broken("controlledVocabularyItem.inUse", "", "STILL_REFERENCED", **said))
            )
    return errors
