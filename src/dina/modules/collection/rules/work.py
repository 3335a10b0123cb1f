"""Rules of projects, expeditions and protocols."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

VOCABULARIES = tomllib.loads(
    (Path(__file__).parents[1] / "vocabularies/vocabularies.toml").read_text("utf-8")
)


def keys(vocabulary: str) -> frozenset[str]:
    return frozenset(element["key"] for element in VOCABULARIES[vocabulary])


def ends_after_start(draft: Draft) -> Iterable[Error]:
    start, end = draft.get("startDate"), draft.get("endDate")
    if end is not None and start is None:
        yield broken("period.endWithoutStart", "/attributes/endDate")
    elif end is not None and end < start:
        yield broken("period.endBeforeStart", "/attributes/endDate")


def contributor_roles(draft: Draft) -> Iterable[Error]:
    known = keys("project_role")
    for position, one in enumerate(draft.get("contributors") or []):
        for number, role in enumerate(one.get("roles") or []):
            if role not in known:
                pointer = f"/attributes/contributors/{position}/roles/{number}"
                yield broken("controlledVocabulary.value.invalid", pointer, "VOCABULARY_VALUE")


async def project_has_one_level(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A parent project has itself no parent, and a project with parts becomes no part."""
    parents = {
        position: draft.link("parentProject")
        for position, draft in enumerate(drafts)
        if draft.link("parentProject")
    }
    if not parents:
        return []
    together = {drafts[position].id: parent for position, parent in parents.items()}
    cursor = await context.connection.execute(
        cast(
            Any,
            "SELECT p.id::text, p.parent_project_id IS NOT NULL, EXISTS (SELECT FROM "
            f"{context.schema}.project c WHERE c.parent_project_id = p.id AND c.deleted_on IS NULL) "
            f"FROM {context.schema}.project p WHERE p.id = ANY(%s::uuid[])",
        ),
        [sorted({*parents.values(), *together})],
    )
    nested, has_parts = set(together), set(together.values())
    for id_, is_part, is_whole in await cursor.fetchall():
        nested |= {id_} if is_part and id_ not in together else set()
        has_parts |= {id_} if is_whole else set()
    errors: list[tuple[int, Error]] = []
    for position, parent in parents.items():
        if parent in nested:
            errors.append((position, broken("project.oneLevel", "/relationships/parentProject")))
        elif drafts[position].id in has_parts:
            errors.append((position, broken("project.hasParts", "/relationships/parentProject")))
    return errors


def protocol_data_keys(draft: Draft) -> Iterable[Error]:
    """Keys come from the vocabulary exactly when they say so; the protocol's kind always does."""
    kind = draft.get("protocolType")
    if kind is not None and kind not in keys("protocolType"):
        yield broken("vocabulary.keyNotFound", "/attributes/protocolType", "VOCABULARY_VALUE")
    for position, one in enumerate(draft.get("protocolData") or []):
        known = one.get("key") in keys("protocolData")
        if bool(one.get("vocabularyBased")) != known:
            yield broken(
                "vocabulary.keyNotFound", f"/attributes/protocolData/{position}/key", "VOCABULARY_VALUE"
            )
