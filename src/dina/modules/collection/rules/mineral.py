"""Rules of mineral identifications and meteorites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken
from dina.modules.collection.rules.ranges import number, range_errors

WHOLES = {"percent_mass": 100, "percent_volume": 100, "percent_mole": 100, "ppm": 1_000_000}


def hardness_in_order(draft: Draft) -> Iterable[Error]:
    yield from range_errors(draft, "minimumHardness", "maximumHardness")


def fall_was_seen(draft: Draft) -> Iterable[Error]:
    """A day of the fall is known only of falls; a meteorite is not found before it fell."""
    fell, found = draft.get("fallenOn"), draft.get("foundOn")
    if fell and draft.get("fallOrFind") == "find":
        yield broken("meteorite.findHasNoFall", "/attributes/fallenOn")
    if fell and found:
        known = min(len(fell), len(found))
        if found[:known] < fell[:known]:
            yield broken("meteorite.foundBeforeFall", "/attributes/foundOn")


def composition_is_sound(draft: Draft) -> Iterable[Error]:
    """Each constituent once, with an amount and its unit, within bounds; shares are at most the whole."""
    parts: list[dict[str, Any]] = draft.get("composition") or []
    seen: set[tuple[str, str | None]] = set()
    sums: dict[str, Decimal] = {}
    for position, part in enumerate(parts):
        pointer = f"/attributes/composition/{position}"
        key = (part.get("component", ""), part.get("unit"))
        if key in seen:
            yield broken("composition.twice", f"{pointer}/component", "NOT_UNIQUE", name=key[0])
        seen.add(key)
        yield from _amount(part, pointer)
        whole = WHOLES.get(part.get("unit") or "")
        value = number(part.get("value"))
        if whole and value is not None:
            sums[key[1] or ""] = sums.get(key[1] or "", Decimal(0)) + value
    for unit, total in sums.items():
        # Analyses do not close exactly; beyond five in a hundred something is entered wrongly.
        if total > WHOLES[unit] * Decimal("1.05"):
            yield broken("composition.moreThanWhole", "/attributes/composition", total=f"{total:f}")


def _amount(part: dict[str, Any], pointer: str) -> Iterable[Error]:
    low, value, high = (number(part.get(name)) for name in ("minimum", "value", "maximum"))
    given = [one for one in (low, value, high) if one is not None]
    if given and not part.get("unit"):
        yield broken("composition.unitMissing", pointer, "CONSTRAINT_VIOLATION")
    if given != sorted(given):
        yield broken("range.disorder", pointer)
    if any(one < 0 for one in given):
        yield broken("composition.negative", pointer)


async def one_primary_a_sample(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """At most one identification of a specimen is the one in force."""
    judged = [
        (position, draft)
        for position, draft in enumerate(drafts)
        if draft.get("isPrimary") and draft.link("materialSample")
    ]
    if not judged:
        return []
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT DISTINCT material_sample_id::text FROM {context.schema}.mineral_identification "
            "WHERE is_primary AND deleted_on IS NULL AND material_sample_id = ANY(%s::uuid[]) "
            "AND NOT id = ANY(%s::uuid[])",
        ),
        [[draft.link("materialSample") for _, draft in judged], [draft.id for draft in drafts]],
    )
    taken = {row[0] for row in await cursor.fetchall()}
    errors: list[tuple[int, Error]] = []
    for position, draft in judged:
        sample = draft.link("materialSample")
        if sample in taken:
            errors.append((position, broken("mineral.onePrimary", "/attributes/isPrimary", "NOT_UNIQUE")))
        taken.add(sample)
    return errors
