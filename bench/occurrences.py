"""An occurrence table of any length with 40 columns, its values drawn from the demo specimens; the same each time."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

COLUMNS = (
    "occurrenceID", "catalogNumber", "otherCatalogNumbers", "verbatimLabel", "recordedBy", "eventDate",
    "verbatimEventDate", "fieldNumber", "country", "countryCode", "stateProvince", "county", "municipality",
    "locality", "verbatimLocality", "decimalLatitude", "decimalLongitude", "geodeticDatum",
    "coordinateUncertaintyInMeters", "verbatimCoordinates", "minimumElevationInMeters", "maximumElevationInMeters",
    "habitat", "eventRemarks", "samplingProtocol", "scientificName", "scientificNameAuthorship", "kingdom", "phylum",
    "class", "order", "family", "identifiedBy", "dateIdentified", "identificationRemarks", "sex", "lifeStage",
    "individualCount", "preparations", "occurrenceRemarks",
)  # fmt: skip
PLACES = [
    ("Canada", "CA", "Quebec", "Gatineau"), ("Canada", "CA", "Yukon", "Whitehorse"), ("Turkey", "TR", "Konya", "Eregli"),
    ("Germany", "DE", "Berlin", "Dahlem"), ("Sweden", "SE", "Uppsala", "Uppsala"), ("Brazil", "BR", "Amazonas", "Manaus"),
]  # fmt: skip
HABITATS = ("wet meadow", "dry slope with Juniperus", "roadside", "peat bog", "mixed forest", "alpine scree")
EVENTS = 3
"""Specimens of one collecting event."""


def names() -> list[dict[str, str]]:
    """The scientific names of the demo's Berlin specimens with their classification."""
    text = files("dina.demo").joinpath("data/berlin-pontaurus.tsv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        {n: row.get(n) or "" for n in ("scientificName", "kingdom", "phylum", "class", "order", "family")}
        for row in rows
    ]


def rows(number: int, seed: int = 7) -> Iterator[list[str]]:
    """Rows of the table, as texts."""
    chance = random.Random(seed)
    known = names()
    people = [
        f"{chance.choice('ABCDEFGHJKLMNPRST')}. {name}"
        for name in ("Roy", "Lee", "Döring", "Tremblay", "Okafor", "Sjöberg", "Gagnon", "Silva")
        for _ in range(40)
    ]
    event: list[str] = []
    for n in range(number):
        if n % EVENTS == 0:
            day = dt.date(1900, 1, 1) + dt.timedelta(days=chance.randrange(44_000))
            country, code, state, town = chance.choice(PLACES)
            event = [
                chance.choice(people), day.isoformat(), day.strftime("%d.%m.%Y"), f"F-{n // EVENTS}", country, code, state,
                f"{state} county", town, f"{town}, {n % 97} km N", f"{n % 97} km N of {town}, path to lake {n % 1009}",
                f"{chance.uniform(-60, 70):.5f}", f"{chance.uniform(-150, 150):.5f}", "WGS84", str(chance.choice((10, 30, 100, 1000))),
                "", str(chance.randrange(5, 3000)), "", chance.choice(HABITATS), "", "by hand",
            ]  # fmt: skip
        name = chance.choice(known)
        yield [
            f"urn:catalog:TEST:{n:08}", f"T{n:08}", f"old {n}", "", *event, name["scientificName"], "", name["kingdom"],
            name["phylum"], name["class"], name["order"], name["family"], chance.choice(people),
            str(1950 + n % 70), "", chance.choice(("male", "female", "")), chance.choice(("adult", "juvenile", "")),
            str(1 + n % 3), chance.choice(("pinned", "herbarium sheet", "ethanol")), "" if n % 4 else f"remark {n}",
        ]  # fmt: skip


def write(path: Path, number: int) -> Path:
    """The table as a UTF-8 CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(number))
    return path
