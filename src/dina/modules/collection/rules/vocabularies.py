"""Rules of vocabularies and custom fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

COMPONENTS = frozenset(
    {
        "COLLECTING_EVENT", "MATERIAL_SAMPLE", "ORGANISM", "DETERMINATION", "PREPARATION", "ASSEMBLAGE", "SITE",
        "COLLECTION", "PROJECT",
    }
)  # fmt: skip


def key_of(name: str) -> str:
    """`Wing length (mm)` -> `wing_length_mm`: camel case split, all but a-z and 0-9 dropped."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return "_".join(re.findall(r"[a-z0-9]+", split.lower()))


def key_from_name(draft: Draft) -> None:
    """The key is made from the name when none is given; once made it stays."""
    if draft.previous is None and not draft.get("key") and draft.get("name"):
        draft.attributes["key"] = key_of(draft.get("name"))


def item_is_sound(draft: Draft) -> Iterable[Error]:
    component = draft.get("dinaComponent")
    if component is not None and component not in COMPONENTS:
        yield broken(
            "controlledVocabularyItem.component.unknown", "/attributes/dinaComponent", "VOCABULARY_VALUE"
        )
    template = draft.get("uriTemplate")
    if template and "$1" not in template:
        yield broken("controlledVocabulary.uriTemplate.missingPlaceholder", "/attributes/uriTemplate")


async def accepted_values_have_a_place(
    drafts: Sequence[Draft], context: RuleContext
) -> Iterable[tuple[int, Error]]:
    """Only an item that takes values says which are accepted; a controlled term is itself the value."""
    judged = {n: d.link("controlledVocabulary") for n, d in enumerate(drafts) if d.get("acceptedValues")}
    if not judged:
        return []
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT id::text FROM {context.schema}.controlled_vocabulary "
            "WHERE id = ANY(%s::uuid[]) AND vocab_class = 'CONTROLLED_TERM'",
        ),
        [sorted({id_ for id_ in judged.values() if id_})],
    )
    terms = {row[0] for row in await cursor.fetchall()}
    return [
        (n, broken("controlledVocabulary.acceptedValueOnControlledTerm", "/attributes/acceptedValues"))
        for n, id_ in judged.items()
        if id_ in terms
    ]
