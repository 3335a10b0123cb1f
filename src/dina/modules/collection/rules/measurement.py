"""Rules of measurements: one thing, one value, and a unit that can measure what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken
from dina.base.text import Text
from dina.modules.collection.rules.listed import vocabularies
from dina.modules.collection.rules.ranges import number, range_errors

THINGS = ("collectingEvent", "materialSample", "organism", "observation")
NUMBERS = ("numericValue", "minimumValue", "maximumValue")
OTHER = "other"


@cache
def _elements(vocabulary: str) -> dict[str, dict[str, Any]]:
    return {element["key"]: element for element in vocabularies()[vocabulary]}


def of_one_thing(draft: Draft) -> Iterable[Error]:
    given = [name for name in THINGS if draft.link(name)]
    if len(given) != 1:
        place = f"/relationships/{given[1] if len(given) > 1 else THINGS[1]}"
        yield broken("measurement.ofOneThing", place, count=len(given))


def has_a_value(draft: Draft) -> Iterable[Error]:
    """A number, a range, or words; numbers and words exclude each other, a number lies in its range."""
    low, value, high = (number(draft.get(name)) for name in ("minimumValue", "numericValue", "maximumValue"))
    numbers = [one for one in (low, value, high) if one is not None]
    if not numbers and not draft.get("textValue"):
        yield broken("measurement.noValue", "/attributes/numericValue", "CONSTRAINT_VIOLATION")
    if numbers and draft.get("textValue"):
        yield broken("measurement.twoValues", "/attributes/textValue")
    yield from range_errors(draft, "minimumValue", "maximumValue")
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield broken("measurement.outsideRange", "/attributes/numericValue")


def unit_measures_the_kind(draft: Draft) -> Iterable[Error]:
    """A length is not given in degrees; what has a dimension needs a unit, what has none takes none."""
    kind = _elements("measurementType").get(draft.get("measurementType") or "")
    unit = _elements("unit").get(draft.get("unit") or "")
    if kind is None or "dimension" not in kind:
        return
    numeric = any(draft.get(name) is not None for name in NUMBERS)
    if kind["dimension"] == "none":
        if unit is not None:
            yield broken("measurement.noUnit", "/attributes/unit", unit=unit["key"])
    elif unit is None:
        if numeric and not draft.get("unit"):
            yield broken("range.unitMissing", "/attributes/unit", "CONSTRAINT_VIOLATION")
    elif unit["dimension"] not in kind["dimension"].split():
        yield broken(
            "measurement.wrongUnit", "/attributes/unit", unit=unit["key"], kind=Text(kind["en"], kind["fr"])
        )


def value_is_plausible(draft: Draft) -> Iterable[Error]:
    """Within what can be at all, in the base unit of the dimension: no pH of 20, nothing below absolute zero."""
    kind = _elements("measurementType").get(draft.get("measurementType") or "", {})
    unit = _elements("unit").get(draft.get("unit") or "", {})
    factor, offset = Decimal(str(unit.get("factor", 1))), Decimal(str(unit.get("offset", 0)))
    for name in NUMBERS:
        value = number(draft.get(name))
        if value is None:
            continue
        base = value * factor + offset
        low, high = number(kind.get("low")), number(kind.get("high"))
        if (low is not None and base < low) or (high is not None and base > high):
            yield broken(
                "measurement.notPlausible",
                f"/attributes/{name}",
                value=f"{value:f}",
                kind=Text(kind["en"], kind["fr"]),
            )


def other_is_explained(draft: Draft) -> Iterable[Error]:
    if draft.get("measurementType") == OTHER and not draft.get("verbatimMeasurementType"):
        yield broken(
            "measurement.otherUnexplained", "/attributes/verbatimMeasurementType", "CONSTRAINT_VIOLATION"
        )
