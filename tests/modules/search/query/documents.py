"""A few specimens and their fields, as the API gives them."""

from __future__ import annotations

from typing import Any

from dina.modules.search.query.fields import Declared, FieldKind
from dina.modules.search.query.record import Record, record_of

TEXT, NUMBER, DATE, LINK = FieldKind.TEXT, FieldKind.NUMBER, FieldKind.DATE, FieldKind.LINK

SAMPLE = Declared(
    {
        "id": FieldKind.UUID,
        "materialSampleName": TEXT,
        "barcode": TEXT,
        "tags": TEXT,
        "createdOn": FieldKind.DATETIME,
        "preparationDate": DATE,
        "publiclyReleasable": FieldKind.BOOLEAN,
        "managedAttributes": FieldKind.OBJECT,
        "managedAttributes.*": TEXT,
        "collection": LINK,
        "collection.id": FieldKind.UUID,
        "collection.code": TEXT,
        "organism": LINK,
        "organism.sex": TEXT,
        "organism.lifeStage": TEXT,
        "organism.determination": FieldKind.OBJECT,
        "organism.determination.scientificName": TEXT,
        "organism.determination.typeStatus": TEXT,
        "organism.determination.taxon.genus": TEXT,
        "organism.determination.taxon.family": TEXT,
        "organism.determination.taxon.within": TEXT,
        "collectingEvent": LINK,
        "collectingEvent.dwcCountry": TEXT,
        "collectingEvent.dwcRecordedBy": TEXT,
        "collectingEvent.habitat": TEXT,
        "collectingEvent.startEventDateTime": DATE,
        "collectingEvent.dwcMinimumElevationInMeters": NUMBER,
        "collectingEvent.eventGeom": FieldKind.POINT,
        "collectingEvent.collectors": LINK,
        "collectingEvent.collectors.id": FieldKind.UUID,
        "geologicalContext": LINK,
        "geologicalContext.maximumAgeMa": NUMBER,
        "geologicalContext.minimumAgeMa": NUMBER,
    },
    searched=(
        "materialSampleName",
        "barcode",
        "organism.determination.scientificName",
        "collectingEvent.dwcCountry",
        "collectingEvent.dwcRecordedBy",
        "collectingEvent.habitat",
    ),
    points=("collectingEvent.eventGeom",),
    ages=(("geologicalContext.maximumAgeMa", "geologicalContext.minimumAgeMa"),),
)


def sample(
    number: int = 1, *organisms: dict[str, Any], event: dict[str, Any] | None = None, **attributes: Any
) -> dict[str, Any]:
    """The document of a specimen with its organisms and its event."""
    included = [
        {"type": "organism", "id": f"{number:08}-0000-4000-8000-{position:012}", "attributes": one}
        for position, one in enumerate(organisms, 1)
    ]
    relationships: dict[str, Any] = {
        "organism": {"data": [{"type": "organism", "id": one["id"]} for one in included]},
        "collectingEvent": {"data": None},
        "collection": {"data": None},
    }
    if event is not None:
        one = {
            "type": "collecting-event",
            "id": f"{number:08}-0000-4000-8000-e00000000000",
            "attributes": event,
        }
        included.append(one)
        relationships["collectingEvent"] = {"data": {"type": "collecting-event", "id": one["id"]}}
    data = {
        "type": "material-sample",
        "id": f"{number:08}-0000-4000-8000-000000000000",
        "attributes": attributes,
        "relationships": relationships,
    }
    return {"data": data, "included": included}


def record(
    number: int = 1, *organisms: dict[str, Any], event: dict[str, Any] | None = None, **attributes: Any
) -> Record:
    return record_of(sample(number, *organisms, event=event, **attributes))


def point(longitude: float, latitude: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def several() -> list[Record]:
    """Specimens that differ in most of what can be asked."""
    names = [
        "Carex aquatilis Wahlenb.",
        "Carex stricta",
        "Bombus terricola",
        "Pieris rapae (L.)",
        "Salix alba",
    ]
    places = [
        ("Canada", -75.7, 45.4),
        ("Côte d’Ivoire", -4.0, 5.3),
        ("Fiji", 175.9, -17.0),
        ("France", 2.3, 48.9),
    ]
    dates = ["1950", "1950-06", "1950-06-12", "1961-01-01", "1899-12-31"]
    out: list[Record] = []
    for number in range(1, 41):
        country, x, y = places[number % 4]
        organisms = [
            {
                "sex": "female" if number % 3 else "male",
                "lifeStage": "adult",
                "determination": [
                    {
                        "scientificName": names[(number + more) % 5],
                        "typeStatus": "holotype" if number % 7 == 0 else None,
                    }
                ],
            }
            for more in range(number % 3)
        ]
        event = {
            "dwcCountry": country,
            "dwcRecordedBy": f"J. Smith; É. Tremblay {number}",
            "habitat": "wet meadow near a brook" if number % 2 else "Dry meadow, edge of the forest",
            "startEventDateTime": dates[number % 5],
            "dwcMinimumElevationInMeters": number * 10.5,
            "eventGeom": point(x + number / 10, y),
        }
        out.append(
            record(
                number,
                *organisms,
                event=event if number % 6 else None,
                materialSampleName=f"DAO-{number}",
                barcode=f"0000{number}",
                tags=["red", "Bleu"] if number % 4 == 0 else [],
                createdOn=f"2024-03-{number % 28 + 1:02}T23:30:00Z",
                publiclyReleasable=number % 2 == 0,
                managedAttributes={"shelf": f"A{number}"} if number % 5 == 0 else {},
            )
        )
    return out
