"""Texts of one or several columns read together as Darwin Core means them: values for fields, and what is odd.

A reader is a pure function from the texts of its terms to assignments `(part, name, value)` and faults.
What was written is never lost: where a reading says less than the text, the text is kept beside it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from dina.base.interpret import Interpretation
from dina.base.interpret.coordinates import interpret_coordinate_pair, interpret_coordinates
from dina.base.interpret.dates import interpret_date, interpret_event_fields
from dina.base.interpret.dates.value import NO_YEAR, OPEN
from dina.base.interpret.measures import interpret_depth, interpret_elevation
from dina.base.interpret.names import parse_name
from dina.base.interpret.terms import interpret_identification_qualifier, interpret_type_status
from dina.base.interpret.wording import sentence
from dina.base.text import LANGUAGES
from dina.modules.exchange.importing.fields import key_of

EVENT, GEO, ORGANISM = "collectingEvent", "collectingEvent.geoReferenceAssertions", "organism"
NAMED, CONTEXT = "organism.determination", "geologicalContext"
CUSTOM = "managedAttributes"
RANKS = (
    "kingdom",
    "phylum",
    "class",
    "order",
    "superfamily",
    "family",
    "subfamily",
    "tribe",
    "genus",
    "subgenus",
)
Assignment = tuple[str, str, Any]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something odd about the text of a term."""

    term: str
    severity: str
    code: str
    message: Mapping[str, str]
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    assignments: tuple[Assignment, ...] = ()
    faults: tuple[Fault, ...] = ()
    grouped: list[tuple[str, dict[str, Any]]] = field(
        default_factory=list[tuple[str, dict[str, Any]]], compare=False, repr=False
    )

    def by_part(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """The assignments by part, worked out once, since a reading serves many rows."""
        if self.assignments and not self.grouped:
            found: dict[str, dict[str, Any]] = {}
            for part, name, value in self.assignments:
                place = found.setdefault(part, {})
                if name.startswith(f"{CUSTOM}."):
                    place.setdefault(CUSTOM, {})[name[len(CUSTOM) + 1 :]] = value
                else:
                    place.setdefault(name, value)
            self.grouped.extend(found.items())
        return self.grouped


Reader = Callable[[Texts], Reading]


def custom(part: str, term: str, text: str) -> Assignment:
    """A text kept under its term's own name."""
    return (part, f"{CUSTOM}.{key_of(term)}", text)


def doubtful(term: str, found: Interpretation[Any], severity: str, what: str) -> Fault:
    reasons = {
        language: " ".join(sentence(one, language) for one in found.reasons) or what for language in LANGUAGES
    }
    return Fault(term, severity, f"{what}.{found.confidence}", reasons)


DAY_COUNT, DAY_ZERO = "DATE_MAYBE_DAY_COUNT", dt.date(1899, 12, 30)
"""What a number is that may be a spreadsheet's count of days, and the day most spreadsheets count from."""


def read_date(texts: Texts) -> Reading:
    """`eventDate`, its parts and its verbatim text: start and end of the event."""
    out: list[Assignment] = []
    faults: list[Fault] = []
    verbatim = texts.get("verbatimEventDate")
    iso = texts.get("eventDate")
    parts = [texts[name] for name in ("day", "month", "year") if name in texts]
    written = verbatim or iso or " ".join(parts)
    if not written:
        return Reading(tuple(custom(EVENT, term, text) for term, text in texts.items()))
    if (
        iso is not None
        and is_plain_day(iso)
        and (len(texts) == 1 or (len(texts) == 2 and says_day(verbatim, iso)))
    ):
        return Reading(((EVENT, "verbatimEventDateTime", written), (EVENT, "startEventDateTime", iso)))
    found = interpret_event_fields(dict(texts))
    out.append((EVENT, "verbatimEventDateTime", written))
    if found.value is not None:
        start, end = to_minute(found.value.start), to_minute(found.value.end)
        # An event has no place for an end without a beginning or a day without its year: the text says it.
        if not (start == OPEN or start.startswith(NO_YEAR)):
            out.append((EVENT, "startEventDateTime", start))
            if end != start and not (end == OPEN or end.startswith(NO_YEAR)):
                out.append((EVENT, "endEventDateTime", end))
        implied = {
            "year": found.value.year, "month": found.value.month, "day": found.value.day,
            "startDayOfYear": found.value.start_day_of_year, "endDayOfYear": found.value.end_day_of_year,
        }  # fmt: skip
    else:
        implied = {}
    if found.confidence in ("ambiguous", "impossible", "unknown"):
        term = next(
            name for name in ("eventDate", "verbatimEventDate", "year", "month", "day") if name in texts
        )
        fault = doubtful(term, found, "error" if found.confidence == "impossible" else "warning", "date")
        days = next((one.parameters["number"] for one in found.reasons if one.code == DAY_COUNT), "")
        if term == "eventDate" and texts[term].strip() == days and days.isdecimal() and len(days) < 6:
            fault = replace(fault, fix=(DAY_ZERO + dt.timedelta(days=int(days))).isoformat())
        faults.append(fault)
    for term, text in texts.items():
        if term == "verbatimEventDate" or text == written:
            continue
        if (
            term == "eventDate"
            and found.value is not None
            and text in (found.value.event_date, found.value.start)
            and text == "/".join(dict.fromkeys(map(to_minute, text.split("/"))))
        ):
            continue
        if term in implied and implied[term] is not None and str(implied[term]) == text.lstrip("0"):
            continue
        if verbatim is None and term in ("year", "month", "day") and iso is None:
            continue
        out.append(custom(EVENT, term, text))
    return Reading(tuple(out), tuple(faults))


def to_minute(end: str) -> str:
    """An end of a date as events hold it: to the minute, by the clock of whoever wrote it."""
    found = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", end)
    return found[0] if found else end


def is_plain_day(text: str) -> bool:
    """A day as ISO 8601 writes it and nobody can read otherwise: most of what comes in."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text) is None:
        return False
    try:
        return dt.date(1500, 1, 1) <= dt.date.fromisoformat(text) <= dt.datetime.now(dt.UTC).date()
    except ValueError:
        return False


def says_day(verbatim: str | None, iso: str) -> bool:
    """Whether a verbatim date is the same day in figures, its day and month in either order."""
    found = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", verbatim or "")
    year, month, day = iso.split("-")
    return (
        found is not None
        and found[3] == year
        and (sorted((int(found[1]), int(found[2]))) == sorted((int(month), int(day))))
    )


def read_name(texts: Texts) -> Reading:
    """The name an organism was given, from the whole name or its pieces; higher ranks as classification."""
    out: list[Assignment] = []
    author = texts.get("scientificNameAuthorship")
    verbatim = texts.get("verbatimIdentification") or texts.get("scientificName")
    pieces = [texts[n] for n in ("genus", "specificEpithet", "infraspecificEpithet") if n in texts]
    whole = (
        texts.get("scientificName")
        or " ".join(pieces)
        or next((texts[rank] for rank in reversed(RANKS) if rank in texts), None)
    )
    if whole is None:
        if verbatim is None:
            return Reading(tuple(custom(NAMED, term, text) for term, text in texts.items()))
        whole = verbatim
    full = f"{whole} {author}" if author and author not in whole else whole
    out.append((NAMED, "scientificName", full))
    out.append((NAMED, "verbatimScientificName", verbatim or whole))
    ranks = [(rank, texts[rank]) for rank in RANKS if rank in texts and "|" not in texts[rank]]
    if ranks:
        out.append((NAMED, "scientificNameSource", "CUSTOM"))
        out.append((NAMED, "scientificNameDetails", {
            "classificationPath": "|".join(name for _, name in ranks),
            "classificationRanks": "|".join(rank for rank, _ in ranks),
        }))  # fmt: skip
    parsed = parse_name(full)
    implied = {
        "genericName": parsed.genus if parsed else None,
        "higherClassification": " | ".join(name for _, name in ranks) or None,
        "specificEpithet": parsed.specific_epithet if parsed else None,
        "infraspecificEpithet": parsed.infraspecific_epithet if parsed else None,
        "scientificNameAuthorship": parsed.authorship if parsed else None,
    }
    kept = {"scientificName", "verbatimIdentification", *(rank for rank, _ in ranks)}
    for term, text in texts.items():
        if term in kept or implied.get(term) == text:
            if term == "scientificName" and texts.get("verbatimIdentification") and full != text:
                out.append(custom(NAMED, term, text))
            continue
        out.append(custom(NAMED, term, text))
    faults = ()
    if parsed is None or not parsed.parsed:
        term = next(
            (t for t in ("scientificName", "verbatimIdentification", "genus") if t in texts), "scientificName"
        )
        faults = (Fault(term, "warning", "name.unknown", NOT_A_NAME),)
    return Reading(tuple(out), faults)


NOT_A_NAME = {
    "en": "This does not look like a scientific name; it is kept as it is written.",
    "fr": "Ceci ne ressemble pas à un nom scientifique ; le texte est conservé tel quel.",
}


def read_identified(texts: Texts) -> Reading:
    """When it was identified: the text, and the day where it names one."""
    text = texts["dateIdentified"]
    found = interpret_date(text)
    out: list[Assignment] = [(NAMED, "verbatimDate", text)]
    if found.value is not None and found.value.precision == "day" and found.value.end == found.value.start:
        out.append((NAMED, "determinedOn", found.value.start[:10]))
    faults = (
        (doubtful("dateIdentified", found, "warning", "date"),) if found.confidence == "impossible" else ()
    )
    return Reading(tuple(out), faults)


def read_type(texts: Texts) -> Reading:
    """A type status and the sentence it stood in."""
    text = texts["typeStatus"]
    found = interpret_type_status(text)
    if found.value is None:
        return Reading(
            ((NAMED, "typeStatusEvidence", text),), (doubtful("typeStatus", found, "warning", "type"),)
        )
    out: list[Assignment] = [(NAMED, "typeStatus", found.value.key)]
    if found.value.key != text:
        out.append((NAMED, "typeStatusEvidence", text))
    return Reading(tuple(out))


def read_qualifier(texts: Texts) -> Reading:
    """`cf.`, `aff.` and their like; what does not fit the list is kept as a custom field."""
    text = texts["identificationQualifier"]
    found = interpret_identification_qualifier(text)
    out: list[Assignment] = []
    if found.value is not None:
        out.append((NAMED, "qualifier", found.value.key))
    if found.value is None or found.value.key != text:
        out.append(custom(NAMED, "identificationQualifier", text))
    return Reading(tuple(out))


LEVELS = ("Age", "Epoch", "Period", "Era", "Eon")


def read_age(texts: Texts) -> Reading:
    """The narrowest interval given at either end; wider ones are kept as custom fields."""
    out: list[Assignment] = []
    for end, attribute in (("earliest", "earliestInterval"), ("latest", "latestInterval")):
        named = [(t, texts[t]) for level in LEVELS for t in texts if t.startswith(f"{end}{level}")]
        if named:
            out.append((CONTEXT, attribute, named[0][1]))
            out += [custom("", term, text) for term, text in named[1:]]
    return Reading(tuple(out))


READERS: dict[str, Reader] = {
    "date": read_date,
    "name": read_name,
    "identified": read_identified,
    "type": read_type,
    "qualifier": read_qualifier,
    "age": read_age,
}


@lru_cache(maxsize=50_000)
def point_of(
    coordinates: str | None, latitude: str | None, longitude: str | None, datum: str | None
) -> Reading:
    """Decimal degrees from verbatim coordinates, where a row has no decimal ones."""
    if coordinates:
        found = interpret_coordinates(coordinates, datum=datum)
        term = "verbatimCoordinates"
    elif latitude and longitude:
        found = interpret_coordinate_pair(latitude, longitude, datum=datum)
        term = "verbatimLatitude"
    else:
        return Reading()
    if found.value is None:
        return Reading((), (doubtful(term, found, "warning", "coordinates"),))
    return Reading(
        (
            (GEO, "dwcDecimalLatitude", found.value.latitude),
            (GEO, "dwcDecimalLongitude", found.value.longitude),
        )
    )


@lru_cache(maxsize=50_000)
def span_of(what: str, text: str, unit: str | None = None) -> Reading:
    """Metres from a verbatim elevation or depth, where a row has no figures; `unit` is that of bare numbers."""
    found = (interpret_elevation if what == "Elevation" else interpret_depth)(text, default_unit=unit)
    if found.value is None:
        return Reading((), (doubtful(f"verbatim{what}", found, "warning", what.lower()),))
    out: list[Assignment] = []
    if found.value.minimum is not None:
        out.append((EVENT, f"dwcMinimum{what}InMeters", found.value.minimum))
        if found.value.maximum is not None and found.value.maximum != found.value.minimum:
            out.append((EVENT, f"dwcMaximum{what}InMeters", found.value.maximum))
    return Reading(tuple(out))
