"""Terms that are composed: functions from the values of some fields to the texts of some terms (darwin_core.toml).

Each is made once for a publication and called for every record, so whatever can be known beforehand is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from dina.modules.exchange.publishing.mapping.identification import identification, single
from dina.modules.exchange.publishing.mapping.people import People
from dina.modules.exchange.publishing.mapping.values import BAR, listed, mapped, primary, text, wkt

Compose = Callable[..., Sequence[str]]
NOTHING = ("",)
OWN_IDENTIFIER = "occurrence_id"
"""The key of `identifiers` under which a specimen keeps the identifier it came with."""


@dataclass(frozen=True)
class Surroundings:
    """What composing may use beside the record: the tables of the mapping, names of people, the data set."""

    tables: Mapping[str, Any]
    people: People
    base: str = "urn:uuid:"
    dataset: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def identified(self) -> Callable[[Mapping[str, Any]], Sequence[str]]:
        """The terms of one identification; the same function for all, as it remembers the last."""
        return single(self.people, self.tables["rank"])


def identifier(around: Surroundings) -> Compose:
    base = around.base

    def compose(own: Any, id_: str | None) -> Sequence[str]:
        return (own or (base + id_ if id_ else ""),)

    return compose


def uuids(around: Surroundings) -> Compose:
    base = around.base

    def compose(*ids: str | None) -> Sequence[str]:
        return [base + one if one else "" for one in ids]

    return compose


def kind_of_record(around: Surroundings) -> Compose:
    kinds: Mapping[str, str] = around.tables["kind_of_record"]
    preserved = kinds[""]

    def compose(kind: str | None, layer: str | None) -> Sequence[str]:
        found = kinds.get(kind or "", preserved)
        return (kinds["fossil"] if layer and found == preserved else found), "PhysicalObject", "present"

    return compose


def modified(around: Surroundings) -> Compose:
    def compose(changed: str | None, made: str | None) -> Sequence[str]:
        return (changed or made or "",)

    return compose


def joined(around: Surroundings) -> Compose:
    def compose(*values: Any) -> Sequence[str]:
        found: list[str] = []
        for value in values:
            if value:
                found += [value] if value.__class__ is str else parts(value)
        return (found[0] if len(found) == 1 else BAR.join(dict.fromkeys(found)),) if found else NOTHING

    return compose


def parts(value: Any) -> list[str]:
    if isinstance(value, dict):
        pairs: Mapping[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        return [f"{key}:{text(one)}" for key, one in sorted(pairs.items()) if one and key != OWN_IDENTIFIER]
    return [text(one) for one in listed(value) if one]


def citations(around: Surroundings) -> Compose:
    def compose(value: Any) -> Sequence[str]:
        return (BAR.join(cited(one) for one in listed(value)),) if value else ("",)

    return compose


def cited(one: Mapping[str, Any]) -> str:
    """`Roy, A. and Wu, B. 2001. Title. Journal 12: 3-9. https://doi.org/…`, as far as it is there."""
    names = [
        ", ".join(part for part in (who.get("familyNames"), who.get("givenNames")) if part)
        for who in listed(one.get("authors"))
    ]
    journal = " ".join(text(part) for part in (one.get("journal"), one.get("volume")) if part)
    if one.get("pages"):
        journal += f": {one['pages']}" if journal else f"pp. {one['pages']}"
    said = [" and ".join(name for name in names if name), text(one.get("year")), one.get("title"), journal]
    whole = ". ".join(str(part).rstrip(".") for part in said if part)
    return " ".join(part for part in (whole + "." if whole else "", text(one.get("doi"))) if part)


def event_dates(around: Surroundings) -> Compose:
    return dates


@lru_cache(20_000)
def dates(start: str | None, end: str | None) -> Sequence[str]:
    """eventDate, eventTime, year, month, day, startDayOfYear, endDayOfYear of partial dates."""
    if not start:
        return ("",) * 7
    until = end or start
    whole = start if until == start else f"{start}/{until}"
    day, _, clock = start.partition("T")
    last, _, last_clock = until.partition("T")
    time = clock if last_clock == clock else f"{clock}/{last_clock}" if clock and last_clock else clock
    y, m, d = [*day.split("-"), "", ""][:3]
    ly, lm, ld = [*last.split("-"), "", ""][:3]
    year = y if y == ly else ""
    month = m if year and m == lm else ""
    one_day = d if month and d == ld else ""
    return whole, time, year, month.lstrip("0"), one_day.lstrip("0"), day_of_year(day), day_of_year(last)


def day_of_year(day: str) -> str:
    try:
        return str(dt.date.fromisoformat(day).timetuple().tm_yday) if len(day) == 10 else ""
    except ValueError:
        return ""


def collectors(around: Surroundings) -> Compose:
    people = around.people

    def compose(verbatim: str | None, ids: Any) -> Sequence[str]:
        known = listed(ids)
        if not known:
            return verbatim or "", ""
        return verbatim or people.names(known), people.identifiers(known)

    return compose


def georeference(around: Surroundings) -> Compose:
    people = around.people
    nothing = ("",) * 10

    def compose(assertions: Any) -> Sequence[str]:
        one = primary(assertions)
        if not one:
            return nothing
        get = one.get
        return (
            text(get("dwcDecimalLatitude")),
            text(get("dwcDecimalLongitude")),
            text(get("dwcCoordinateUncertaintyInMeters")),
            get("dwcGeodeticDatum") or "",
            get("literalGeoreferencedBy") or people.names(get("georeferencedBy") or ()),
            get("dwcGeoreferencedDate") or "",
            get("dwcGeoreferenceProtocol") or "",
            get("dwcGeoreferenceSources") or "",
            get("dwcGeoreferenceRemarks") or "",
            get("dwcGeoreferenceVerificationStatus") or "",
        )

    return compose


def disclosure(around: Surroundings) -> Compose:
    def compose(told: Any) -> Sequence[str]:
        if not told:
            return "", "", ""
        degrees = text(told.get("coordinatePrecision"))
        if told.get("action") == "WITHHOLD":
            return "", "The place is withheld to protect the taxon.", ""
        general = f"Coordinates are rounded to {degrees} degrees to protect the taxon."
        return general, "The precise place is withheld to protect the taxon.", degrees

    return compose


def places(around: Surroundings) -> Compose:
    kinds = {kind: name for name, said in around.tables["place"].items() for kind in said}

    def compose(detail: Any, thesaurus: Any) -> Sequence[str]:
        if not detail and not thesaurus:
            return ("",) * 5
        told, found = mapped(detail), {"county": "", "municipality": "", "island": ""}
        chain = [mapped(told.get("country")), mapped(told.get("stateProvince"))]
        chain += reversed(listed(told.get("higherGeographicPlaces")))
        chain += [mapped(told.get("selectedGeographicPlace"))]
        names = dict.fromkeys(one["name"] for one in chain if one.get("name"))
        if told.get("customGeographicPlace"):
            names[told["customGeographicPlace"]] = None
        for one in chain:
            name = kinds.get(str(one.get("placeType") or "").lower())
            if name and one.get("name"):
                found[name] = one["name"]
        subject = mapped(thesaurus).get("subjectId")
        address = f"http://vocab.getty.edu/tgn/{subject}" if subject else ""
        return BAR.join(names), found["county"], found["municipality"], found["island"], address

    return compose


def geometry(around: Surroundings) -> Compose:
    return lambda value: (wkt(value) if value else "",)


def collection_numbers(around: Surroundings) -> Compose:
    def compose(collection: Any, institution: Any) -> Sequence[str]:
        addresses = [one["uri"] for one in listed(institution) if one.get("uri")]
        return BAR.join(text(one) for one in mapped(collection).values() if one), BAR.join(addresses)

    return compose


STAGES = (
    "earliestEonOrLowestEonothem", "latestEonOrHighestEonothem", "earliestEraOrLowestErathem",
    "latestEraOrHighestErathem", "earliestPeriodOrLowestSystem", "latestPeriodOrHighestSystem",
    "earliestEpochOrLowestSeries", "latestEpochOrHighestSeries", "earliestAgeOrLowestStage",
    "latestAgeOrHighestStage",
)  # fmt: skip


def stage(around: Surroundings) -> Compose:
    nothing = ("",) * len(STAGES)

    def compose(*values: Any) -> Sequence[str]:
        units, earliest, latest = values[:3] if any(values[:3]) else values[3:]
        if not (units or earliest or latest):
            return nothing
        found = [text(mapped(units).get(name)) for name in STAGES]
        if not any(found):
            # A name outside the chart: the lowest rank is where free names go.
            found[8], found[9] = earliest or "", latest or ""
        return found

    return compose


def of_the_data_set(around: Surroundings) -> Compose:
    names = ("license", "rightsHolder", "language", "bibliographicCitation")
    found = tuple(around.dataset.get(name, "") for name in names)
    return lambda: found


COMPOSERS: Mapping[str, Callable[[Surroundings], Compose]] = {
    made.__name__: made
    for made in (
        identifier, uuids, kind_of_record, modified, joined, citations, event_dates, collectors, georeference,
        disclosure, places, geometry, collection_numbers, stage, of_the_data_set,
    )
} | {"identification": lambda around: identification(around.identified)}  # fmt: skip
