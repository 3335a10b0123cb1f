"""What a data set covers: places, times and taxa, gathered while its records pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RANKS = ("kingdom", "phylum", "class", "order", "family")
MOST = 2000
"""Names of one rank that are kept; more say no more to a reader, and need memory."""


@dataclass
class Coverage:
    """Bounding box, first and last date, taxa by rank and countries."""

    west: float | None = None
    east: float | None = None
    south: float | None = None
    north: float | None = None
    first: str = ""
    last: str = ""
    taxa: dict[str, set[str]] = field(default_factory=lambda: {rank: set[str]() for rank in RANKS})
    countries: set[str] = field(default_factory=set[str])

    def place(self, latitude: float, longitude: float) -> None:
        if self.west is None or self.east is None or self.south is None or self.north is None:
            self.west = self.east = longitude
            self.south = self.north = latitude
            return
        self.west, self.east = min(self.west, longitude), max(self.east, longitude)
        self.south, self.north = min(self.south, latitude), max(self.north, latitude)

    def time(self, interval: str) -> None:
        start, _, end = interval.partition("/")
        start, end = start[:10], (end or start)[:10]
        if not self.first or start < self.first:
            self.first = start
        if end > self.last:
            self.last = end

    def document(self) -> dict[str, Any]:
        """As it is kept with the version, and told to people and aggregators."""
        box = None
        if self.west is not None:
            box = {"west": self.west, "east": self.east, "south": self.south, "north": self.north}
        return {
            "box": box,
            "dates": {"first": self.first, "last": self.last} if self.first else None,
            "taxa": {rank: sorted(names) for rank, names in self.taxa.items() if names},
            "countries": sorted(self.countries),
        }


def watching(coverage: Coverage, terms: Sequence[str]) -> Callable[[Sequence[str]], None]:
    """A function that is shown the texts of every record."""
    at = {term: place for place, term in enumerate(terms)}
    latitude, longitude, date = (
        at.get(f"dwc:{n}") for n in ("decimalLatitude", "decimalLongitude", "eventDate")
    )
    country = at.get("dwc:country")
    ranks = [(at[f"dwc:{rank}"], coverage.taxa[rank]) for rank in RANKS if f"dwc:{rank}" in at]
    countries = coverage.countries

    def watch(values: Sequence[str]) -> None:
        if latitude is not None and longitude is not None and values[latitude] and values[longitude]:
            coverage.place(float(values[latitude]), float(values[longitude]))
        if date is not None and values[date]:
            coverage.time(values[date])
        for place, names in ranks:
            name = values[place]
            if name and name not in names and len(names) < MOST:
                names.add(name)
        if country is not None and values[country] and len(countries) < MOST:
            countries.add(values[country])

    return watch


def covered(document: Mapping[str, Any]) -> bool:
    return bool(document.get("box") or document.get("dates") or document.get("taxa"))
