"""Soft checks: what looks like a mistake in a specimen and may be none. None of them keeps anybody from saving.

The parts come as people type them, so nothing is taken for granted: a member of another kind is passed over, the
hard rules speak of it when it is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dina.base.interpret.country_boxes import far_outside

Values = Mapping[str, Any]
EARLIEST = "1700"
"""Hardly anything in a collection was gathered before."""
CAREER = 30
"""Years that an event may lie before or after all others of a collector."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed; `values` fill the sentence of the rule, `record` (type, id) is another one it is about."""

    rule: str
    pointer: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    record: tuple[str, str] | None = None


def text(values: Values, name: str) -> str:
    found = values.get(name)
    return found if isinstance(found, str) else ""


def rows(values: Values, name: str) -> list[tuple[int, Values]]:
    """The objects of a list with their positions."""
    found: Any = values.get(name)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    return [(at, cast(Values, one)) for at, one in enumerate(listed) if isinstance(one, dict)]


def number(values: Values, name: str) -> float | None:
    found = values.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found)
    except ValueError:
        return None


def before(one: str, other: str) -> bool:
    """Whether a partial date surely lies before another: 1904 is not before 1904-07."""
    known = min(len(one), len(other))
    return bool(known) and one[:known] < other[:known]


def of_event(event: Values) -> Iterator[Finding]:
    start = text(event, "startEventDateTime")
    if start and start < EARLIEST:
        yield Finding("event.longAgo", "/startEventDateTime", {"year": start[:4]})
    for at, one in rows(event, "geoReferenceAssertions"):
        latitude, longitude = number(one, "dwcDecimalLatitude"), number(one, "dwcDecimalLongitude")
        if latitude is None or longitude is None:
            continue
        pointer = f"/geoReferenceAssertions/{at}/dwcDecimalLatitude"
        if latitude == 0 == longitude:
            yield Finding("event.zeroCoordinates", pointer)
        elif (country := country_of(event)) and far_outside(country, latitude, longitude):
            shown = text(event, "dwcCountry") or country
            yield Finding("event.outsideCountry", pointer, {"country": shown})


def country_of(event: Values) -> str:
    detail: Any = event.get("geographicPlaceNameSourceDetail")
    place: Any = cast(Values, detail).get("country") if isinstance(detail, dict) else None
    told = cast(Values, place) if isinstance(place, dict) else {}
    return (
        text(event, "dwcCountryCode") or text(told, "code") or text(event, "dwcCountry") or text(told, "name")
    )


def of_organism(organism: Values, event: Values) -> Iterator[Finding]:
    gathered = text(event, "startEventDateTime")
    for at, one in rows(organism, "determination"):
        named = text(one, "determinedOn")
        if gathered and named and before(named, gathered):
            values = {"named": named, "gathered": gathered}
            yield Finding("sample.identifiedBeforeCollected", f"/determination/{at}/determinedOn", values)


def outside_career(year: int, first: int, last: int) -> bool:
    return year < first - CAREER or year > last + CAREER


def silenced(values: Values) -> dict[str, str]:
    """The rules that do not speak of a record, and why."""
    return {text(one, "rule"): text(one, "reason") for _, one in rows(values, "silencedChecks")}


def reason_for(rule: str, sample: Values, event: Values) -> str | None:
    """Why a rule is silent here; a rule of events is silenced at the event, for all its specimens."""
    return silenced(event if rule.startswith("event.") else sample).get(rule)


NUMBERS: Sequence[str] = ("materialSampleName", "barcode", "dwcCatalogNumber")
