"""Rules of material samples and associations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

NAME = "materialSampleName"


def parent_or_event(draft: Draft) -> Iterable[Error]:
    """A derivative inherits its event through its ancestors."""
    if draft.link("parentMaterialSample") and draft.link("collectingEvent"):
        yield broken("sample.parentOrEvent", "/relationships/parentMaterialSample")


async def name_is_unique_in_collection(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    """A name occurs once in its collection, unless the sample allows a duplicate."""
    judged = [
        (position, draft)
        for position, draft in enumerate(drafts)
        if draft.get(NAME) and draft.link("collection") and not draft.get("allowDuplicateName")
        and (draft.changed(NAME) or draft.changed("collection") or draft.changed("allowDuplicateName"))
    ]  # fmt: skip
    if not judged:
        return []
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT w.n FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::text[]) w (n, id, collection, name) "
            f"WHERE EXISTS (SELECT FROM {context.schema}.material_sample s WHERE s.deleted_on IS NULL "
            'AND s.collection_id = w.collection AND s.material_sample_name COLLATE "C" = w.name AND s.id <> w.id)',
        ),
        [
            [position for position, _ in judged],
            [draft.id for _, draft in judged],
            [draft.link("collection") for _, draft in judged],
            [draft.get(NAME) for _, draft in judged],
        ],
    )
    taken = {row[0] for row in await cursor.fetchall()}
    seen: set[tuple[str, str]] = set()
    for position, draft in judged:
        key = (draft.link("collection"), draft.get(NAME))
        if key in seen:
            taken.add(position)
        seen.add(key)
    return [
        (position, broken("sample.nameTaken", f"/attributes/{NAME}", "NOT_UNIQUE"))
        for position in sorted(taken)
    ]


def association_of_two(draft: Draft) -> Iterable[Error]:
    one, other = draft.link("sample"), draft.link("associatedSample")
    for name, value in (("sample", one), ("associatedSample", other)):
        if not value:
            yield broken("association.incomplete", f"/relationships/{name}", "CONSTRAINT_VIOLATION")
    if one and one == other:
        yield broken("association.withItself", "/relationships/associatedSample")


async def association_type_is_known(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT i.key FROM {context.schema}.controlled_vocabulary_item i "
            f"JOIN {context.schema}.controlled_vocabulary v ON v.id = i.controlled_vocabulary_id "
            "WHERE v.key = 'association_type' AND i.deleted_on IS NULL",
        )
    )
    known = {row[0] for row in await cursor.fetchall()}
    return [
        (
            position,
            broken("controlledVocabulary.value.invalid", "/attributes/associationType", "VOCABULARY_VALUE"),
        )
        for position, draft in enumerate(drafts)
        if draft.changed("associationType") and draft.get("associationType") not in known
    ]
