"""`dina demo load`: real specimens into an empty group, through the public bulk API like anybody's script."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from dina.client import Client
from dina.demo import breadth
from dina.demo.accounts import GROUP
from dina.demo.batch import Batch, Row, cut, georeference, many, number, one, partial_date, table

COLLECTION, AGENT = "/collection/v1", "/agent/v1"
RANKS = ("kingdom", "phylum", "class", "order", "family")


def berlin(batch: Batch, collection: str) -> None:
    """The PonTaurus records: one event a record, as published."""
    for row in table("berlin-pontaurus.tsv", "\t"):
        elevation = number(row["minimumElevationInMeters"])
        event = batch.event(
            {
                "startEventDateTime": row["eventDate"][:10],
                "verbatimEventDateTime": row["eventDate"],
                "dwcCountry": row["country"],
                "dwcRecordedBy": row["recordedBy"],
                "dwcRecordNumber": row["catalogNumber"],
                "dwcMinimumElevationInMeters": elevation,
                "geoReferenceAssertions": georeference(row["decimalLatitude"], row["decimalLongitude"]),
            },
            [batch.person(row["recordedBy"])],
        )
        path = [(rank, row.get(rank, "")) for rank in RANKS if row.get(rank)]
        determiner = batch.person(row["identifiedBy"])
        organism = batch.organism(
            {
                "determination": [
                    {
                        "verbatimScientificName": row["scientificName"],
                        "scientificName": row["scientificName"],
                        "verbatimDeterminer": row["identifiedBy"],
                        "determiner": [determiner] if determiner else [],
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
                "materialSampleName": f"B-{row['collectionCode']}-{row['catalogNumber']}-{row['gbifID']}",
                "dwcCatalogNumber": row["catalogNumber"],
                "dwcOtherCatalogNumbers": [f"gbif:{row['gbifID']}"],
                "materialSampleType": "WHOLE_ORGANISM",
                "publiclyReleasable": True,
                "tags": ["PonTaurus", "CC BY 4.0"],
            },
            {
                "collection": one("collection", collection),
                "collectingEvent": one("collecting-event", event),
                "organism": many("organism", [organism]),
            },
        )


def determinations(rows: Sequence[Row], batch: Batch) -> list[dict[str, Any]]:
    """All identifications of a specimen in their order; the current one, else the last, is primary."""
    found: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda r: int(r["SequentialNumber"] or 0)):
        name = row["IdentifiedAsVerbatim"] or row["InterpretedTaxonName"]
        if not name:
            continue
        determiner = batch.person(row["IdentifiedByVerbatim"])
        day = partial_date(row["IdentifiedYear"], row["IdentifiedMonth"], row["IdentifiedDay"]) or ""
        one_: dict[str, Any] = {
            "verbatimScientificName": cut(name, 250),
            "scientificName": cut(row["InterpretedTaxonName"], 250),
            "verbatimDeterminer": cut(row["IdentifiedByVerbatim"], 250),
            "determiner": [determiner] if determiner else None,
            "verbatimDate": row["IdentifiedDateVerbatim"][:50] or day or None,
            "determinedOn": day if len(day) == 10 else None,
            "typeStatus": cut(row["TypeStatusVerbatim"], 50),
            "qualifier": "?" if row["ExpressedUncertainty"] == "yes" else None,
            "isPrimary": row["IsCurrent"] == "yes",
        }
        found.append({k: v for k, v in one_.items() if v is not None})
    current = [position for position, d in enumerate(found) if d["isPrimary"]]
    chosen = current[0] if current else len(found) - 1
    for position, d in enumerate(found):
        d["isPrimary"] = position == chosen
    return found


def sample_tables(batch: Batch, kind: str, collection: str, storage: Mapping[str, str]) -> None:
    """The consortium's sample tables: specimens, identifications and, for mammals, preparations as parts."""
    names = by_number(table(f"{kind}-identifications.csv"))
    parts = by_number(table("mammals-preparations.csv")) if kind == "mammals" else {}
    seen = by_number(table("mammals-observations.csv")) if kind == "mammals" else {}
    for row in table(f"{kind}-specimens.csv"):
        key = row["CatalogNumber"]
        collectors = row.get("CollectorsVerbatim") or row.get("Collectors") or ""
        start = partial_date(
            row["CollectingStartYear"], row["CollectingStartMonth"], row["CollectingStartDay"]
        )
        end = partial_date(row["CollectingEndYear"], row["CollectingEndMonth"], row["CollectingEndDay"])
        locality = row.get("LocalityVerbatim") or row.get("LocalityDescription") or ""
        event = batch.event(
            {
                "startEventDateTime": start,
                "endEventDateTime": end if start and end and end != start else None,
                "verbatimEventDateTime": cut(row["CollectingDateVerbatim"], 250),
                "dwcVerbatimLocality": cut(locality, 250),
                "habitat": cut(row.get("HabitatVerbatim", ""), 500),
                "dwcRecordedBy": cut(collectors, 250),
                "dwcRecordNumber": cut(row.get("CollectorsNumber", ""), 50),
            },
            [batch.person(collectors)],
        )
        observed = {
            o["ObservationType"]: o["ObservationStandardized"] or o["Observation"] for o in seen.get(key, [])
        }
        organism = batch.organism(
            {
                "determination": determinations(names.get(key, []), batch),
                "sex": cut(observed.get("sex", ""), 256),
                "lifeStage": cut(observed.get("age stage", ""), 50),
            }
        )
        name = f"{kind[:2].upper()}-{key}"
        parent = batch.sample(
            {
                "materialSampleName": name,
                "dwcCatalogNumber": cut(key, 25),
                "materialSampleType": "WHOLE_ORGANISM",
                "publiclyReleasable": True,
                "tags": ["sample data", "CC0"],
            },
            {
                "collection": one("collection", collection),
                "collectingEvent": one("collecting-event", event),
                "organism": many("organism", [organism]),
            },
        )
        batch.numbers[key] = parent
        for part in parts.get(key, []):
            batch.sample(
                {
                    "materialSampleName": f"{kind[:2].upper()}-{part['PreparationNumber']}",
                    "materialSampleType": "ORGANISM_PART",
                    "preservationType": cut(part["PreparationConservation"], 250),
                    "preparationRemarks": cut(part["InternalRemarks"], 1000),
                    "publiclyReleasable": True,
                    "allowDuplicateName": True,
                },
                {
                    "collection": one("collection", collection),
                    "parentMaterialSample": one("material-sample", parent),
                    **(
                        {"preparationType": one("preparation-type", storage[part["PreparationType"]])}
                        if part["PreparationType"] in storage
                        else {}
                    ),
                },
            )
            batch.parts[part["PreparationNumber"]] = batch.samples[-1]


def by_number(rows: Sequence[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["CatalogNumber"], []).append(row)
    return found


async def load(curator: Client, admin: Client) -> dict[str, int]:
    """Load everything as one change set; answers how many of each type were made."""
    change_set, label = str(uuid.uuid4()), "Demo data"
    berlin_house = await admin.create(
        f"{COLLECTION}/institution",
        {
            "name": "Botanic Garden and Botanical Museum Berlin",
            "webpage": "https://www.bo.berlin",
            "remarks": "PonTaurus records: CC BY 4.0",
        },
    )
    dina_house = await admin.create(
        f"{COLLECTION}/institution", {"name": "DINA sample museum", "remarks": "Sample tables: CC0"}
    )
    fossil_house = await admin.create(
        f"{COLLECTION}/institution",
        {
            "name": "Paleobiology Database",
            "webpage": "https://paleobiodb.org",
            "remarks": "Occurrences: CC BY 4.0",
        },
    )
    collections: dict[str, str] = {}
    for key, name, code, house in (
        ("berlin", "Herbarium Berolinense, PonTaurus", "B", berlin_house.id),
        ("plants", "Vascular plants", "PLANTS", dina_house.id),
        ("mammals", "Mammals", "MAMMALS", dina_house.id),
        ("fossils", "Fossil tetrapods", "FOSSILS", fossil_house.id),
    ):
        made = await curator.create(
            f"{COLLECTION}/collection",
            {"group": GROUP, "name": name, "code": code},
            {"institution": one("institution", house)},
        )
        collections[key] = made.id
    kinds = sorted(
        {row["PreparationType"] for row in table("mammals-preparations.csv") if row["PreparationType"]}
    )
    types = await curator.bulk_create(
        f"{COLLECTION}/preparation-type", [{"attributes": {"group": GROUP, "name": kind}} for kind in kinds]
    )
    batch = Batch()
    berlin(batch, collections["berlin"])
    for kind in ("plants", "mammals"):
        sample_tables(batch, kind, collections[kind], {t.attributes["name"]: t.id for t in types})
    more = breadth.Breadth()
    breadth.fossils(batch, more, collections["fossils"])
    breadth.camera_traps(more, batch)
    breadth.measurements(more, batch, table("mammals-observations.csv"))
    prepared = table("mammals-preparations.csv")
    breadth.places(more, batch, prepared)
    breadth.preparations(more, batch, prepared)
    people = [{"id": id_, "attributes": {"displayName": name}} for name, id_ in batch.people.items()]
    counts: dict[str, int] = {}
    for type_, items in (
        ("geological-context", more.items["geological-context"]),
        ("person", people),
        ("collecting-event", batch.events),
        ("organism", batch.organisms),
        *((name, more.items[name]) for name in ("storage-unit-type", "storage-unit", "storage-unit-usage")),
        ("material-sample", batch.samples),
        *((name, more.items[name]) for name in ("process", "measurement", "survey", "observation")),
    ):
        path = f"{AGENT if type_ == 'person' else COLLECTION}/{type_}"
        made_ = await curator.bulk_create(path, items, change_set=change_set, label=label)
        counts[type_] = len(made_)
    return counts
