"""Rows of real specimens for imports, with errors as people make them."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.conftest import shared

COLUMNS: tuple[str, ...] = (
    "catalogNumber", "occurrenceID", "institutionCode", "recordedBy", "recordNumber", "eventDate", "country",
    "locality", "decimalLatitude", "decimalLongitude", "scientificName", "typeStatus", "basisOfRecord",
)  # fmt: skip


def specimens(folder: Path, mark: str, number: int) -> Path:
    """Rows of the Berlin herbarium with 43 errors of three kinds, as people make them."""
    source = shared("data/specimens-botany/bgbm/verbatim.txt")
    with source.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    path = folder / f"{mark}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for at in range(number):
            row = {name: found[at % len(found)].get(name, "") for name in COLUMNS}
            row |= {"catalogNumber": f"{mark}-{at:05}", "occurrenceID": f"urn:catalog:{mark}:{at}"}
            if at % 3 == 0 and at < 93:
                row["eventDate"] = "31.vi.1998"
            elif at % 3 == 1 and at < 24:
                row["decimalLatitude"] = "36,5"
            elif at % 3 == 2 and at < 12:
                row["eventDate"] = "1998-13-45"
            writer.writerow(row)
    return path
