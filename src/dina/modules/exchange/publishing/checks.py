"""Checks of records before they are published: some stop it, the others are counted by rule with examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.interpret.country_boxes import far_outside
from dina.base.text import message

EXAMPLES = 5
EARLIEST = "1700"
Check = Callable[[Mapping[str, int], str], Callable[[Sequence[str]], bool] | None]


@dataclass
class Checks:
    """Counts by rule. `duplicates` and `missing` are about identifiers and stop a publication."""

    counts: dict[str, int] = field(default_factory=dict[str, int])
    examples: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    read: int = 0
    missing: int = 0
    missing_examples: list[str] = field(default_factory=list[str])
    duplicates: int = 0
    duplicate_examples: list[str] = field(default_factory=list[str])
    _own: set[int] = field(default_factory=set[int])

    def note(self, rule: str, example: str = "") -> None:
        self.counts[rule] = self.counts.get(rule, 0) + 1
        kept = self.examples.setdefault(rule, [])
        if example and len(kept) < EXAMPLES:
            kept.append(example)

    def identifier(self, id_: str, identifier: str, derived: bool) -> None:
        """One made from the id of the record cannot occur twice; those that came with a record can."""
        if not identifier.strip():
            self.missing += 1
            if len(self.missing_examples) < EXAMPLES:
                self.missing_examples.append(id_)
        elif not derived:
            key = hash(identifier)
            if key in self._own:
                self.duplicates += 1
                if len(self.duplicate_examples) < EXAMPLES:
                    self.duplicate_examples.append(identifier)
            self._own.add(key)

    def document(self) -> dict[str, Any]:
        """As kept with the version: what was read, and each rule with its count, words and examples."""
        return {
            "read": self.read,
            "blocking": self.missing + self.duplicates,
            "warnings": [
                {
                    "rule": rule,
                    "count": count,
                    "en": message(f"publish.check.{rule}", "en"),
                    "fr": message(f"publish.check.{rule}", "fr"),
                    "examples": self.examples.get(rule, []),
                }
                for rule, count in sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))
            ],
        }


def of_dataset(checks: Checks, dataset: Mapping[str, Any]) -> None:
    """What is missing in the description of the data set."""
    if not dataset.get("licence"):
        checks.note("noLicence")
    roles = {one.get("role") for one in dataset.get("contacts") or []}
    if not roles & {"creator", "contact"}:
        checks.note("noContact")
    if not dataset.get("abstract"):
        checks.note("noAbstract")


def of_records(checks: Checks, terms: Sequence[str]) -> Callable[[Sequence[str]], None]:
    """A function that is shown the texts of every record."""
    at = {term.partition(":")[2]: place for place, term in enumerate(terms)}
    today = dt.datetime.now(dt.UTC).date().isoformat()
    rules = [(name, test) for name, make in RULES.items() if (test := make(at, today)) is not None]

    def look(values: Sequence[str]) -> None:
        for name, broken in rules:
            if broken(values):
                checks.note(name, values[0])

    return look


def lacks(*names: str) -> Check:
    """None of these terms has a value."""

    def make(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
        places = [at[name] for name in names if name in at]
        if len(places) == 1:
            only = places[0]
            return lambda values: not values[only]
        return (lambda values: not any(values[place] for place in places)) if places else None

    return make


def future(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    date = at.get("eventDate")
    return None if date is None else lambda values: values[date][:10] > today


def improbable(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    date = at.get("eventDate")
    return None if date is None else lambda values: values[date] != "" and values[date] < EARLIEST


def identified_before(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    if "eventDate" not in at or "dateIdentified" not in at:
        return None
    gathered, identified = at["eventDate"], at["dateIdentified"]

    def broken(values: Sequence[str]) -> bool:
        day = values[identified]
        return (
            bool(day)
            and day[:4].isdecimal()
            and bool(values[gathered])
            and day[:10] < values[gathered][: len(day[:10])]
        )

    return broken


def zero(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    if "decimalLatitude" not in at or "decimalLongitude" not in at:
        return None
    latitude, longitude = at["decimalLatitude"], at["decimalLongitude"]
    return lambda values: values[latitude] == "0" and values[longitude] == "0"


def outside(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    if not {"decimalLatitude", "decimalLongitude"} <= set(at) or not {"countryCode", "country"} & set(at):
        return None
    latitude, longitude = at["decimalLatitude"], at["decimalLongitude"]
    code, name = at.get("countryCode"), at.get("country")

    def broken(values: Sequence[str]) -> bool:
        if not values[latitude] or not values[longitude]:
            return False
        told = (values[code] if code is not None else "") or (values[name] if name is not None else "")
        return bool(told) and far_outside(told, float(values[latitude]), float(values[longitude]))

    return broken


def upside_down(at: Mapping[str, int], today: str) -> Callable[[Sequence[str]], bool] | None:
    pairs = [
        (at[f"minimum{what}InMeters"], at[f"maximum{what}InMeters"])
        for what in ("Elevation", "Depth")
        if f"minimum{what}InMeters" in at and f"maximum{what}InMeters" in at
    ]
    return lambda values: any(
        values[low] and values[high] and float(values[low]) > float(values[high]) for low, high in pairs
    )


RULES: Mapping[str, Check] = {
    "noName": lacks("scientificName", "verbatimIdentification"),
    "noDate": lacks("eventDate", "verbatimEventDate"),
    "noPlace": lacks("country", "countryCode", "decimalLatitude"),
    "noCatalogNumber": lacks("catalogNumber"),
    "noInstitution": lacks("institutionCode"),
    "futureDate": future,
    "improbableDate": improbable,
    "identifiedBeforeGathered": identified_before,
    "zeroCoordinates": zero,
    "outsideCountry": outside,
    "elevationUpsideDown": upside_down,
}
