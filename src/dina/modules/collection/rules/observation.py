"""Rules of observations: names, counts, and when absence may be stated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken
from dina.modules.collection.rules.ranges import range_errors

COUNTS = ("minimumCount", "individualCount", "maximumCount")
SCOPE = (
    "target_taxonomic_scope",
    "excluded_taxonomic_scope",
    "target_life_stage_scope",
    "excluded_life_stage_scope",
)


def something_was_observed(draft: Draft) -> Iterable[Error]:
    """A name, as known or as written, or an organism."""
    if not (draft.get("scientificName") or draft.get("verbatimName") or draft.link("organism")):
        yield broken("observation.unnamed", "/attributes/scientificName", "CONSTRAINT_VIOLATION")


def counts_agree(draft: Draft) -> Iterable[Error]:
    """Least, count and greatest are in order; the absent count nothing, the present something."""
    yield from range_errors(draft, *COUNTS)
    absent = draft.get("occurrenceStatus") == "absent"
    if absent:
        for name in (*COUNTS, "organismQuantity"):
            if draft.get(name) is not None and float(draft.get(name)) > 0:
                yield broken("observation.absentButCounted", f"/attributes/{name}")
    else:
        for name in ("individualCount", "maximumCount"):
            if draft.get(name) == 0:
                yield broken("observation.presentButNone", f"/attributes/{name}")


def absence_needs_a_survey(draft: Draft) -> Iterable[Error]:
    if draft.get("occurrenceStatus") == "absent":
        if not draft.link("survey"):
            yield broken("observation.absentWithoutSurvey", "/attributes/occurrenceStatus")
        if not draft.get("scientificName"):
            yield broken("observation.absentUnnamed", "/attributes/occurrenceStatus")


async def absence_is_covered(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """The survey reports absences, and its scope, or that of the survey it is part of, covers what was absent."""
    judged = [
        (position, draft)
        for position, draft in enumerate(drafts)
        if draft.get("occurrenceStatus") == "absent" and draft.link("survey") and draft.get("scientificName")
    ]
    if not judged:
        return []
    surveys = await _surveys(context, sorted({draft.link("survey") for _, draft in judged}))
    errors: list[tuple[int, Error]] = []
    for position, draft in judged:
        survey = surveys.get(draft.link("survey"))
        key = None if survey is None else _fault(draft, survey)
        if key:
            errors.append(
                (position, broken(key, "/attributes/occurrenceStatus", name=draft.get("scientificName")))
            )
    return errors


async def _surveys(context: RuleContext, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Each survey with what it does not say itself taken from the nearest survey above that does."""
    columns = ", ".join(f"s.{name}" for name in ("is_absence_reported", *SCOPE))
    cursor = await context.connection.execute(
        cast(
            Any,
            f"WITH RECURSIVE line AS (SELECT s.id AS start, s.parent_survey_id, 0 AS up, {columns} "
            f"FROM {context.schema}.survey s WHERE s.id = ANY(%s::uuid[]) "
            f"UNION ALL SELECT line.start, s.parent_survey_id, line.up + 1, {columns} FROM line "
            f"JOIN {context.schema}.survey s ON s.id = line.parent_survey_id AND line.up < 20) "
            f"SELECT start::text, is_absence_reported, {', '.join(SCOPE)} FROM line ORDER BY start, up",
        ),
        [ids],
    )
    found: dict[str, dict[str, Any]] = {}
    for start, *values in await cursor.fetchall():
        one = found.setdefault(start, {})
        for name, value in zip(("is_absence_reported", *SCOPE), values, strict=True):
            if value not in (None, []):
                one.setdefault(name, value)
    return found


def _fault(draft: Draft, survey: dict[str, Any]) -> str | None:
    if not survey.get("is_absence_reported"):
        return "observation.absencesNotReported"
    taxa = names_of(draft)
    target, excluded, stages, no_stages = (
        {name.casefold() for name in survey.get(column) or []} for column in SCOPE
    )
    if not taxa & target or taxa & excluded:
        return "observation.outsideTaxonomicScope"
    stage = draft.get("lifeStage")
    if stage and ((stages and stage not in stages) or stage in no_stages):
        return "observation.outsideLifeStageScope"
    return None


def names_of(draft: Draft) -> set[str]:
    """The name, what it is part of by its words (genus, species), and the higher taxa that are named."""
    words = str(draft.get("scientificName")).casefold().split()
    own = {" ".join(words[:count]) for count in range(1, len(words) + 1)}
    return own | {name.casefold() for name in draft.get("higherClassification") or []}
