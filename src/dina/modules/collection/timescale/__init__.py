"""Geological time: the units of the international chart and other names in use, with their ages.

`international.csv` holds the units of the International Chronostratigraphic Chart as of 2020 (the boundaries
of the Geologic Time Scale 2020): name, rank, parent, ages in millions of years, French name, other spellings.
`regional.csv` holds regional, informal and old names as the span from the oldest to the youngest unit of the
chart that they touch. Rock and time words count alike: Late Triassic is Upper Triassic. A part of a unit that
is not listed itself (late Aptian) has the ages of the whole unit, as its own are not agreed upon.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import uuid
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
RANKS = ("supereon", "eon", "era", "period", "subperiod", "epoch", "age", "regional")
NAMED_IN_DARWIN_CORE = ("eon", "era", "period", "epoch", "age")
PARTS = {
    "early": "lower", "lower": "lower", "late": "upper", "upper": "upper", "middle": "middle", "mid": "middle",
    "inferieur": "lower", "superieur": "upper", "moyen": "middle",
}  # fmt: skip
NAMESPACE = uuid.UUID("3c1dd7c6-5b0f-5d5e-9a0b-6a6f0a2f7d11")


@dataclass(frozen=True)
class Interval:
    """One named span of geological time; `oldest` and `youngest` are its ends as units of the chart."""

    name: str
    french: str
    rank: str
    scheme: str
    parent: str | None
    maximum_ma: Decimal
    minimum_ma: Decimal
    synonyms: tuple[str, ...]
    oldest: str
    youngest: str

    @property
    def id(self) -> str:
        """The same in every installation."""
        return str(uuid.uuid5(NAMESPACE, self.name))


def key_of(name: str) -> str:
    """How names are compared: no case, accents or spacing; early is lower and late is upper, wherever it stands."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    words = re.findall(r"[\w'+/-]+", plain)
    parts = [PARTS[word] for word in words if word in PARTS]
    return " ".join([*parts, *(word for word in words if word not in PARTS)])


@cache
def intervals() -> dict[str, Interval]:
    """Every interval by its own name: those of the chart, then the others."""
    found: dict[str, Interval] = {}
    for row in _rows("international.csv"):
        found[row["name"]] = Interval(
            row["name"], row["french"], row["rank"], "international", row["parent"] or None,
            Decimal(row["maximum_ma"]), Decimal(row["minimum_ma"]), _synonyms(row), row["name"], row["name"],
        )  # fmt: skip
    chart = list(found.values())
    for row in _rows("regional.csv"):
        oldest, youngest = found[row["oldest"]], found[row["youngest"]]
        old, young = oldest.maximum_ma, youngest.minimum_ma
        around = [one for one in chart if one.maximum_ma >= old and one.minimum_ma <= young]
        parent = min(around, key=lambda one: one.maximum_ma - one.minimum_ma, default=None)
        found[row["name"]] = Interval(
            row["name"], row["french"], "regional", row["scheme"], parent.name if parent else None,
            old, young, _synonyms(row), oldest.name, youngest.name,
        )  # fmt: skip
    return found


def _rows(file: str) -> list[dict[str, str]]:
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _synonyms(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(name for name in row["synonyms"].split("|") if name)


@cache
def _index() -> dict[str, Interval]:
    """Key -> interval; a name of its own goes before a synonym, a synonym before a translation."""
    everything = list(intervals().values())
    named = [(one.name, one) for one in everything]
    named += [(name, one) for one in everything for name in one.synonyms]
    named += [(one.french, one) for one in everything]
    found: dict[str, Interval] = {}
    for name, one in named:
        found.setdefault(key_of(name), one)
    return found


@cache
def by_id() -> dict[str, Interval]:
    return {one.id: one for one in intervals().values()}


def resolve(name: str) -> Interval | None:
    """The interval a name stands for; None when nobody here knows it."""
    key = key_of(name)
    found = _index().get(key)
    part, _, whole = key.partition(" ")
    while found is None and part in PARTS.values() and whole:
        found = _index().get(whole)
        part, _, whole = whole.partition(" ")
    return found


def at(ma: Decimal) -> list[Interval]:
    """The units of the chart that hold an age, widest first; a boundary belongs to the younger unit."""
    return [
        one
        for one in sorted(intervals().values(), key=lambda one: RANKS.index(one.rank))
        if one.rank != "regional" and (one.minimum_ma < ma <= one.maximum_ma or ma == one.minimum_ma == 0)
    ]


def lineage(name: str) -> list[Interval]:
    """A unit and all that it is part of, widest first."""
    line: list[Interval] = []
    here = intervals().get(name)
    while here is not None:
        line.insert(0, here)
        here = intervals().get(here.parent) if here.parent else None
    return line


def named_ranks(name: str) -> dict[str, str]:
    """`{"eon": "Phanerozoic", …, "age": "Aptian"}` as far down as a unit of the chart goes."""
    return {one.rank: one.name for one in lineage(name) if one.rank in NAMED_IN_DARWIN_CORE}
