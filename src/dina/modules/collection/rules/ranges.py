"""What many types say of numbers and periods: the least is not above the greatest, the end not before the start."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import Rule, broken


def number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def range_errors(draft: Draft, *names: str) -> Iterable[Error]:
    """The attributes, as far as given, do not decrease in the order named."""
    last: Decimal | None = None
    for name in names:
        value = number(draft.get(name))
        if value is None:
            continue
        if last is not None and value < last:
            yield broken("range.disorder", f"/attributes/{name}")
        last = value


def at_most(part: str, whole: str) -> Rule:
    """A count is part of another."""

    def rule(draft: Draft) -> Iterable[Error]:
        few, all_ = number(draft.get(part)), number(draft.get(whole))
        if few is not None and all_ is not None and few > all_:
            yield broken("range.partAboveWhole", f"/attributes/{part}")

    return rule


def in_order(start: str, end: str) -> Rule:
    """The end does not lie before the start, as far as both dates are known."""

    def rule(draft: Draft) -> Iterable[Error]:
        first, last = draft.get(start), draft.get(end)
        if first is None or last is None:
            return
        known = min(len(first), len(last))
        if last[:known] < first[:known]:
            yield broken("period.endBeforeStart", f"/attributes/{end}")

    return rule


def with_unit(value: str, unit: str) -> Rule:
    """A number and its unit go together."""

    def rule(draft: Draft) -> Iterable[Error]:
        if draft.get(value) is not None and not draft.get(unit):
            yield broken("range.unitMissing", f"/attributes/{value}", "CONSTRAINT_VIOLATION")
        elif draft.get(unit) and draft.get(value) is None:
            yield broken("range.valueMissing", f"/attributes/{unit}", "CONSTRAINT_VIOLATION")

    return rule
