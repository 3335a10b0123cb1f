"""Demo data of the other kinds: fossils, camera traps, measurements, preparations and the places they are kept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.demo.accounts import GROUP
from dina.demo.batch import Batch, Row, georeference, many, number, one, table

SITE = "camera-traps"
MEASURES = {
    "hind foot length": "hind_foot_length",
    "complete length": "total_length",
    "body length": "body_length",
    "ear length": "ear_length",
    "skinned weight": "mass",
}
UNITS = {"mass": ("g", "kg")}
TISSUE_BOX = "Tissue box 1"


@dataclass
class Breadth:
    """Resources by type in the order in which they can be created; ids are chosen here."""

    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])

    def add(self, type_: str, attributes: Mapping[str, Any], *, group: bool = True, **links: Any) -> str:
        id_ = str(uuid.uuid4())
        kept = {k: v for k, v in attributes.items() if v not in (None, "", [])}
        owned: dict[str, Any] = {"group": GROUP} if group else {}
        self.items.setdefault(type_, []).append(
            {"id": id_, "attributes": {**owned, **kept}, "relationships": links}
        )
        return id_


def fossils(batch: Batch, breadth: Breadth, collection: str) -> None:
    """Fossil tetrapods: the rocks they lay in, with their age, and where."""
    for row in table("fossil-tetrapods.tsv", "\t"):
        context = breadth.add(
            "geological-context",
            {
                "name": row["formation"],
                "earliestInterval": row["early_interval"],
                "latestInterval": row["late_interval"],
                "formation": row["formation"],
                "lithostratigraphicGroup": row["stratgroup"],
                "member": row["member"],
            },
        )
        event = batch.event(
            {
                "dwcVerbatimLocality": row["collection_name"][:250],
                "dwcCountryCode": row["cc"],
                "geoReferenceAssertions": georeference(row["lat"], row["lng"]),
            },
            [],
        )
        batch.events[-1]["relationships"]["geologicalContext"] = one("geological-context", context)
        path = [(rank, row[rank]) for rank in ("class", "order", "family") if row[rank]]
        organism = batch.organism(
            {
                "determination": [
                    {
                        "verbatimScientificName": row["identified_name"],
                        "scientificName": row["accepted_name"],
                        "isPrimary": True,
                        "scientificNameSource": "CUSTOM",
                        "scientificNameDetails": {
                            "classificationPath": "|".join(name for _, name in path),
                            "classificationRanks": "|".join(rank for rank, _ in path),
                        },
                    }
                ]
            }
        )
        batch.sample(
            {
                "materialSampleName": f"PBDB-{row['occurrence_no']}",
                "dwcCatalogNumber": row["occurrence_no"],
                "dwcOtherCatalogNumbers": [f"paleobiodb:occ:{row['occurrence_no']}"],
                "publiclyReleasable": True,
                "tags": ["fossil", "CC BY 4.0"],
            },
            {
                "collection": one("collection", collection),
                "collectingEvent": one("collecting-event", event),
                "organism": many("organism", [organism]),
            },
        )


def camera_traps(breadth: Breadth, batch: Batch) -> None:
    """What cameras saw along the water: a survey, a part of it a camera, and the animals in front of each."""
    whole = breadth.add(
        "survey",
        {
            "name": "MICA camera traps, sample",
            "protocolNames": ["camera trap"],
            "targetTaxonomicScope": ["Animalia"],
            "isAbsenceReported": False,
        },
    )
    parts: dict[str, tuple[str, str]] = {}
    for row in table(f"{SITE}-deployments.csv"):
        start, end = row["deploymentStart"][:10], row["deploymentEnd"][:10]
        place = georeference(row["latitude"], row["longitude"])
        for assertion in place:
            assertion["dwcCoordinateUncertaintyInMeters"] = int(number(row["coordinateUncertainty"]) or 0)
        event = batch.event(
            {
                "startEventDateTime": start,
                "endEventDateTime": end,
                "dwcVerbatimLocality": row["locationName"],
                "habitat": row["habitat"][:500],
                "geoReferenceAssertions": place,
            },
            [],
        )
        part = breadth.add(
            "survey",
            {"name": row["locationName"], "startedOn": start, "endedOn": end},
            parentSurvey=one("survey", whole),
            collectingEvent=one("collecting-event", event),
        )
        parts[row["deploymentID"]] = event, part
    for row in table(f"{SITE}-observations.csv"):
        event, part = parts[row["deploymentID"]]
        breadth.add(
            "observation",
            {
                "basisOfRecord": "MachineObservation",
                "scientificName": row["scientificName"],
                "observedOn": row["eventStart"][:10],
                "individualCount": int(row["count"]) if row["count"].isdecimal() else None,
                "lifeStage": row["lifeStage"],
                "sex": row["sex"],
                "behaviour": row["behavior"],
                "recordNumber": row["observationID"],
                "sourceSet": "MICA sample, CC0",
            },
            collectingEvent=one("collecting-event", event),
            survey=one("survey", part),
        )


def measurements(breadth: Breadth, batch: Batch, rows: Sequence[Row]) -> None:
    """Lengths and masses of mammals, where they have a number and a unit that fits."""
    for row in rows:
        kind, value = MEASURES.get(row["ObservationType"]), number(row["ObservationStandardized"])
        sample = batch.numbers.get(row["CatalogNumber"])
        if kind is None or value is None or sample is None:
            continue
        if row["ObservationUnit"] not in UNITS.get(kind, ("mm", "cm")):
            continue
        breadth.add(
            "measurement",
            {
                "measurementType": kind,
                "numericValue": value,
                "unit": row["ObservationUnit"],
                "verbatimValue": row["Observation"],
                "method": row["ObservationMethod"],
                "verbatimDeterminer": row["ObservedBy"],
            },
            materialSample=one("material-sample", sample),
        )


def places(breadth: Breadth, batch: Batch, rows: Sequence[Row]) -> None:
    """Buildings and rooms as the table says; tissues in the wells of a box, which is ours to show one."""
    kinds = {
        name: breadth.add("storage-unit-type", {"name": name, **more})
        for name, more in (
            ("Building", {}),
            ("Room", {}),
            (
                "Box 8 × 12",
                {
                    "gridLayoutDefinition": {
                        "numberOfRows": 8,
                        "numberOfColumns": 12,
                        "fillDirection": "BY_ROW",
                    }
                },
            ),
        )
    }
    units: dict[str, str] = {}

    def unit(path: str, kind: str, name: str, above: str | None) -> str:
        if path not in units:
            links: dict[str, Any] = {"storageUnitType": one("storage-unit-type", kinds[kind])}
            if above:
                links["parentStorageUnit"] = one("storage-unit", above)
            attributes = {"name": name, "isGeneric": False, "barcode": f"DEMO-{len(units) + 1:03d}"}
            units[path] = breadth.add("storage-unit", attributes, **links)
        return units[path]

    wells = 0
    for row in rows:
        building, _, room = row["NormalLocation"].partition("|")
        if not room or row["PreparationNumber"] not in batch.parts:
            continue
        here = unit(row["NormalLocation"], "Room", room.capitalize(), unit(building, "Building", building.capitalize(), None))  # fmt: skip
        well: dict[str, Any] = {}
        if row["PreparationType"] == "tissue sample":
            here = unit(TISSUE_BOX, "Box 8 × 12", TISSUE_BOX, here)
            well = {"wellRow": "ABCDEFGH"[wells // 12], "wellColumn": wells % 12 + 1}
            wells += 1
        usage = breadth.add(
            "storage-unit-usage",
            {"usageType": "material-sample", **well},
            group=False,
            storageUnit=one("storage-unit", here),
        )
        part = batch.parts[row["PreparationNumber"]]
        part["relationships"]["storageUnitUsage"] = one("storage-unit-usage", usage)


def preparations(breadth: Breadth, batch: Batch, rows: Sequence[Row]) -> None:
    """What was made of each mammal, as processes: several parts may come out of one."""
    made: dict[str, list[str]] = {}
    for row in rows:
        if row["PreparationNumber"] in batch.parts:
            made.setdefault(row["CatalogNumber"], []).append(batch.parts[row["PreparationNumber"]]["id"])
    for key, parts in made.items():
        breadth.add(
            "process",
            {"processType": "PREPARATION", "name": f"Preparation of {key}"},
            inputs=many("material-sample", [batch.numbers[key]]),
            outputs=many("material-sample", parts),
        )
