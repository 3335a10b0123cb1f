"""No value is lost: every cell of an imported row stands somewhere in what was stored of it.

Exceptions, each a rule:

- parts of a date that the date says too (`year`, `month`, `day`, days of the year), written with or without
  leading zeros;
- pieces of a name that the whole name says too (`specificEpithet`, `infraspecificEpithet`, the author);
- figures: kept as numbers, so `45.50` is stored as 45.5;
- what stands between the members of a list (`x | y`).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dina.app import App
from dina.modules.exchange.importing.assemble import Assembler, Parts
from dina.modules.exchange.importing.automap import automap
from dina.modules.exchange.importing.fields import Field, fields_of, registry, term_homes
from tests.modules.exchange.driving import Desk
from tests.modules.exchange.test_importing import table

IMPLIED = {
    "year", "month", "day", "startDayOfYear", "endDayOfYear", "specificEpithet", "infraspecificEpithet",
    "scientificNameAuthorship", "eventDate",
}  # fmt: skip
WORDS = st.sampled_from((
    "Rosa canina L.", "Aus bus cf. cus", "?", "s.n.", "12.vi.1998", "1998-06-12", "12", "6", "1998", "45.5", "-75,7",
    "45°30'N", "ca. 120 m", "100-200 ft", "0", "70.7", "holotype of Aus bus", "Typus!", "aff.", "cf.", "male", "♀",
    "Roy, M.; Lee, K.", "Québec", "CA", "x | y", "Plantae", "nordwestlich", "2010-05-01T10:22:33Z", "1890s",
    "Summer 1950", "Jurassic", "urn:uuid:1", "  padded  ", "true", "a;b", "2001/2003", "-0.0", "WGS84",
))  # fmt: skip
TEXTS = st.one_of(WORDS, st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30))


@pytest_asyncio.fixture(scope="session")
async def fields(app: App) -> dict[str, Field]:
    desk = Desk(app)
    types = await registry(desk.client)
    await desk.client.aclose()
    return fields_of(types, "material-sample")


@st.composite
def row(draw: st.DrawFn) -> dict[str, str]:
    terms = draw(st.lists(st.sampled_from(sorted(term_homes())), min_size=1, max_size=14, unique=True))
    return {term: draw(TEXTS) for term in terms}


def texts_in(value: Any) -> list[str]:
    """Every text and figure below a value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, (list, tuple)):
        return [text for inner in value for text in texts_in(inner)]
    return [] if value is None else [str(value)]


def said_of(parts: Parts) -> list[str]:
    return [*texts_in(parts.values), *texts_in(parts.more), *texts_in(parts.links)]


def is_found(term: str, text: str, stored: list[str]) -> bool:
    whole = " ".join(stored)
    if text in stored or text in whole:
        return True
    members = [one.strip() for one in re.split(r"[|;]", text)]
    if len(members) > 1 and all(one in stored for one in members if one):
        return True
    folded = re.sub(r"[^\w]", "", text).casefold()
    if any(re.sub(r"[^\w]", "", one).casefold() == folded for one in stored) and folded:
        # A word of a list, however it is written: `Male` for `male`.
        return True
    if figures(text) is not None and any(figures(one) == figures(text) for one in stored):
        return True
    if term in IMPLIED:
        return bool(re.search(rf"(?<!\d)0*{re.escape(text.lstrip('0'))}(?!\d)", whole)) or term.endswith(
            "OfYear"
        )
    return False


def figures(text: str) -> float | None:
    try:
        return float(text.replace(" ", "").replace("\u00a0", ""))
    except ValueError:
        return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=row())
def test_every_cell_of_a_row_stands_in_what_is_stored_or_stops_the_row(
    cells: dict[str, str], fields: dict[str, Field]
) -> None:
    columns = [
        {"position": at, "name": term, "filled": 1, "samples": [t]}
        for at, (term, t) in enumerate(cells.items())
    ]
    mapped = automap(columns, fields)
    assert all(one["field"] for one in mapped)
    assembler = Assembler({"columns": [{**one, "link": None} for one in mapped]}, fields, {})
    assert not assembler.unknown
    assert not assembler.twice
    parts = assembler.row(1, list(cells.values()))
    stopped = {position for position, fault in parts.faults if fault.severity == "error"}
    if stopped:
        # The row does not come in before somebody has mended it.
        return
    stored = said_of(parts)
    lost = {term: text for term, text in cells.items() if not is_found(term, text, stored)}
    assert lost == {}, (parts.values, parts.faults)


ROWS = (
    {"catalogNumber": "V-1", "eventDate": "1998-06-12", "year": "1998", "month": "06", "day": "12",
     "verbatimEventDate": "12.vi.1998", "scientificName": "Rosa canina", "scientificNameAuthorship": "L.",
     "genus": "Rosa", "specificEpithet": "canina", "family": "Rosaceae", "typeStatus": "holotype of Rosa canina",
     "identificationQualifier": "prob.", "coordinateUncertaintyInMeters": "70.7", "minimumElevationInMeters": "~ 120",
     "county": "Hastings", "samplingProtocol": "pan trap", "individualCount": "3"},
    {"catalogNumber": "V-2", "scientificName": "Aus bus", "eventDate": "2010-05-01T10:22:33Z", "eventTime": "10:22", "verbatimLatitude": "45°30'N",
     "verbatimLongitude": "75°42'W", "verbatimElevation": "100-200 ft", "earliestPeriodOrLowestSystem": "Jurassic",
     "earliestAgeOrLowestStage": "Toarcian", "recordedBy": "Roy, M.; Lee, K.", "identifiedBy": "K. Lee",
     "dateIdentified": "May 2011", "occurrenceID": "urn:uuid:v2", "basisOfRecord": "FossilSpecimen"},
    {"catalogNumber": "V-3", "year": "1890", "month": "7", "verbatimCoordinates": "somewhere near the lake",
     "decimalLatitude": "45.50", "decimalLongitude": "-75.70", "geodeticDatum": "NAD27", "lifeStage": "larva",
     "sex": "female", "habitat": "bog", "taxonRank": "species", "kingdom": "Animalia", "vernacularName": "Käfer"},
)  # fmt: skip


@pytest.mark.parametrize("cells", ROWS, ids=lambda cells: cells["catalogNumber"])
async def test_every_cell_is_found_again_through_the_api(cells: dict[str, str], desk: Desk) -> None:
    await desk.send("values.csv", table(list(cells), list(cells.values())))
    assert (await desk.check())["state"] == "finished"
    assert [one for one in await desk.problems() if one["severity"] == "error"] == []
    told = await desk.run("all")
    assert (told["result"]["stored"], told["result"]["notImported"]) == (len(cells), 0)
    found = await desk.client.get(
        "/collection/v1/material-sample",
        params={
            "filter[dwcCatalogNumber][EQ]": cells["catalogNumber"],
            "include": "collectingEvent,organism,geologicalContext",
        },
    )
    body = found.json()
    stored = texts_in([one["attributes"] for one in [*body["data"], *body.get("included", [])]])
    lost = {term: text for term, text in cells.items() if not is_found(term, text, stored)}
    await desk.undo()
    assert lost == {}
