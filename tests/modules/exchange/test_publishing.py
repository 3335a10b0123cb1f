"""Publishing the Berlin set, read back by an independent reader and compared with the API term by term."""

from __future__ import annotations

import csv
from typing import Any
from xml.etree import ElementTree as ET

import httpx

from dina.modules.exchange.publishing.mapping.darwin_core import build, homes, iri
from tests.conftest import linked, shared
from tests.modules.exchange.conftest import Archive, Define, made, specimen, tagged

TERMS = "data/standards/tdwg-terms/terms.csv"


async def everything(client: httpx.AsyncClient, code: str) -> list[dict[str, Any]]:
    """The specimens of a collection with what belongs to them, as the API tells a curator."""
    found: list[dict[str, Any]] = []
    included: dict[tuple[str, str], dict[str, Any]] = {}
    path: str | None = (
        "/collection/v1/material-sample?include=collectingEvent,organism,collection,collection.institution"
        f"&filter[collection.code]={code}&page[limit]=200&page[offset]=0"
    )
    while path:
        page = (await client.get(path)).json()
        included |= {(one["type"], one["id"]): one["attributes"] for one in page["included"]}
        found += page["data"]
        path = page["links"]["next"]
    for one in found:
        for name in ("collectingEvent", "organism", "collection"):
            links = one["relationships"][name]["data"]
            link = links[0] if isinstance(links, list) else links
            one[name] = included[link["type"], link["id"]]
            one[name]["id"] = link["id"]
    return found


def expected(one: dict[str, Any]) -> dict[str, str]:
    """What a record says in Darwin Core, written down by hand for the fields that the Berlin set has."""
    a, event, organism = one["attributes"], one["collectingEvent"], one["organism"]
    identified = organism["determination"][0]
    details, parsed = identified["scientificNameDetails"], identified["parsedName"]
    ranks = dict(
        zip(details["classificationRanks"].split("|"), details["classificationPath"].split("|"), strict=True)
    )
    day = event.get("startEventDateTime") or ""
    place = (event["geoReferenceAssertions"] or [{}])[0]
    number = {int: str, float: lambda v: str(int(v)) if v.is_integer() else repr(v), type(None): lambda v: ""}
    return {
        "occurrenceID": f"urn:uuid:{one['id']}",
        "basisOfRecord": "PreservedSpecimen",
        "occurrenceStatus": "present",
        "institutionCode": "Botanic Garden and Botanical Museum Berlin",
        "collectionCode": "B",
        "datasetName": "Herbarium Berolinense, PonTaurus",
        "catalogNumber": a["dwcCatalogNumber"],
        "otherCatalogNumbers": " | ".join(a["dwcOtherCatalogNumbers"]),
        "materialEntityID": a["materialSampleName"],
        "materialEntityType": a["materialSampleType"],
        "eventID": f"urn:uuid:{event['id']}",
        "organismID": f"urn:uuid:{organism['id']}",
        "eventDate": day,
        "year": day[:4],
        "month": day[5:7].lstrip("0"),
        "day": day[8:].lstrip("0"),
        "verbatimEventDate": event["verbatimEventDateTime"],
        "country": event.get("dwcCountry") or "",
        "recordedBy": event["dwcRecordedBy"],
        "recordNumber": event["dwcRecordNumber"],
        "minimumElevationInMeters": number[type(event.get("dwcMinimumElevationInMeters"))](
            event.get("dwcMinimumElevationInMeters")
        ),
        "decimalLatitude": number[type(place.get("dwcDecimalLatitude"))](place.get("dwcDecimalLatitude")),
        "decimalLongitude": number[type(place.get("dwcDecimalLongitude"))](place.get("dwcDecimalLongitude")),
        "scientificName": identified["scientificName"],
        "verbatimIdentification": identified["verbatimScientificName"],
        "scientificNameAuthorship": parsed.get("authorship") or "",
        "genericName": parsed.get("genus") or "",
        "specificEpithet": parsed.get("specificEpithet") or "",
        "infraspecificEpithet": parsed.get("infraspecificEpithet") or "",
        "identifiedBy": identified.get("verbatimDeterminer") or "",
        "higherClassification": " | ".join(details["classificationPath"].split("|")),
        **{rank: ranks.get(rank, "") for rank in ("kingdom", "phylum", "class", "order", "family")},
    }


async def test_the_berlin_set_is_published_term_by_term(define: Define, curator: httpx.AsyncClient) -> None:
    publishing = await define(
        licence="http://creativecommons.org/licenses/by/4.0/legalcode", abstract="Plants of Turkey."
    )
    told = await publishing.published()
    archive = await publishing.archive()
    records = await everything(curator, "B")
    published = archive.by_id()
    assert told["rows"] == len(records) == len(published) == len(archive.occurrences) == 748
    for one in records:
        wanted = expected(one)
        row = published[wanted["occurrenceID"]]
        assert {term: row[term] for term in wanted} == wanted
        assert row["license"] == "http://creativecommons.org/licenses/by/4.0/legalcode"
        assert row["modified"]
    history = archive.tables["Identification"]
    assert len(history) == 748
    assert {one[""] for one in history} == set(published)
    assert {one["isAcceptedIdentification"] for one in history} == {"true"}
    assert all(one["scientificName"] == published[one[""]]["scientificName"] for one in history)


async def test_columns_are_terms_and_core_and_extensions_are_known(define: Define) -> None:
    known = {
        one["term_isDefinedBy"] + one["term_localName"]
        for one in csv.DictReader(shared(TERMS).read_text("utf-8").splitlines())
        if one["term_deprecated"] != "true"
    }
    publishing = await define()
    await publishing.published()
    archive = await publishing.archive()
    assert archive.core == "Occurrence"
    own = {
        term
        for terms in archive.terms.values()
        for term in terms
        if term.startswith("http://rs.tdwg.org/dwc")
    }
    assert own <= known
    assert len(archive.terms["Occurrence"]) > 60


def test_every_darwin_core_term_has_a_home_or_a_reason() -> None:
    from dina.base.jsonapi.registry import describe_type
    from dina.modules.collection import module

    registry = {n: describe_type(t, module.vocabularies) for n, t in module.types().items()}
    declared = set(build(registry).fields)
    told = homes()
    for one in csv.DictReader(shared(TERMS).read_text("utf-8").splitlines()):
        if one["term_deprecated"] == "true" or not one["rdf_type"].endswith("Property"):
            continue
        term = f"dwc:{one['term_localName']}"
        assert term in declared or told.get(term), term
    assert iri("dwc:sex") == "http://rs.tdwg.org/dwc/terms/sex"


async def test_values_that_could_break_a_table_survive_as_they_are(
    define: Define, curator: httpx.AsyncClient
) -> None:
    hostile = [
        "=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", 'say "yes"', 'ends with "', '"', "tab\there", "two\nlines",
        "dos\r\nlines", "a\rreturn", "bell\x07 and escape\x1b[31m", "next\u0085line", "line\u2028separator", "\u202ereversed",
        "emoji 🌿", "back\\slash\\n", "]]> a < b & c", "  spaces  ", "a | b", "é as e\u0301",
    ]  # fmt: skip
    ids = {
        await specimen(
            curator, "hostile", event={"habitat": text, "remarks": text}, materialSampleRemarks=text
        ): text
        for text in hostile
    }
    publishing = await define(query=tagged("hostile"), title='A "title" & more\x07', abstract="x\x1by]]>")
    await publishing.published()
    archive = await publishing.archive()
    published = archive.by_id()
    assert len(archive.occurrences) == len(hostile)
    for id_, text in ids.items():
        row = published[f"urn:uuid:{id_}"]
        stored = (await curator.get(f"/collection/v1/material-sample/{id_}?include=collectingEvent")).json()
        kept = stored["data"]["attributes"]["materialSampleRemarks"]
        assert row["materialEntityRemarks"] == kept
        assert row["habitat"] == stored["included"][0]["attributes"]["habitat"]
        assert text.strip() in kept or kept in text
    title = ET.fromstring(archive.files["eml.xml"]).findtext("dataset/title")
    assert title == 'A "title" & more'


async def test_a_derived_specimen_has_what_the_one_above_it_has(
    define: Define, curator: httpx.AsyncClient
) -> None:
    whole = await specimen(
        curator, "derived", {"startEventDateTime": "2001-05", "dwcCountry": "Canada"},
        {"determination": [{"scientificName": "Carex aquatilis Wahlenb.", "isPrimary": True}], "sex": "female"},
    )  # fmt: skip
    part = await made(
        curator, "material-sample",
        {"materialSampleName": "derived-1-a", "materialSampleType": "ORGANISM_PART", "publiclyReleasable": True, "tags": ["derived"]},
        parentMaterialSample=linked("material-sample", whole),
    )  # fmt: skip
    dna = await made(
        curator, "material-sample",
        {"materialSampleName": "derived-1-a-dna", "materialSampleType": "MOLECULAR_SAMPLE", "publiclyReleasable": True, "tags": ["derived"]},
        parentMaterialSample=linked("material-sample", part),
    )  # fmt: skip
    publishing = await define(query=tagged("derived"))
    await publishing.published()
    archive = await publishing.archive()
    rows = archive.by_id()
    for id_ in (whole, part, dna):
        row = rows[f"urn:uuid:{id_}"]
        assert row["scientificName"] == "Carex aquatilis Wahlenb."
        assert (row["eventDate"], row["country"], row["sex"]) == ("2001-05", "Canada", "female")
        assert row["eventID"] == rows[f"urn:uuid:{whole}"]["eventID"]
    assert rows[f"urn:uuid:{dna}"]["basisOfRecord"] == "MaterialSample"
    related = {
        (one[""], one["relationshipOfResource"], one["relatedResourceID"])
        for one in archive.tables["ResourceRelationship"]
    }
    assert related == {
        (f"urn:uuid:{part}", "derived from", f"urn:uuid:{whole}"),
        (f"urn:uuid:{dna}", "derived from", f"urn:uuid:{part}"),
    }


async def test_custom_fields_are_terms_or_facts_and_measurements_hang_on_their_specimen(
    define: Define, curator: httpx.AsyncClient
) -> None:
    vocabulary = (
        await curator.get("/collection/v1/controlled-vocabulary?filter[key]=managed_attribute")
    ).json()["data"][0]["id"]
    for name, kind, more in (
        ("individualCount", "INTEGER", {}),
        ("How many buds", "INTEGER", {"unit": "buds"}),
    ):
        await made(
            curator, "controlled-vocabulary-item",
            {"name": name, "key": name.replace(" ", "_") if " " in name else name, "dinaComponent": "MATERIAL_SAMPLE", "vocabularyElementType": kind, **more},
            controlledVocabulary=linked("controlled-vocabulary", vocabulary),
        )  # fmt: skip
    id_ = await specimen(
        curator, "custom", managedAttributes={"individualCount": "7", "How_many_buds": "12"}, barcode="X1"
    )
    await made(
        curator, "measurement", {"measurementType": "length", "numericValue": 12.5, "unit": "mm", "remarks": "wing"},
        materialSample=linked("material-sample", id_),
    )  # fmt: skip
    publishing = await define(query=tagged("custom"))
    await publishing.published()
    archive = await publishing.archive()
    (row,) = archive.occurrences
    assert row["individualCount"] == "7"
    assert row["dynamicProperties"] == '{"barcode":"X1"}'
    facts = {
        (one["measurementType"], one["measurementValue"], one["measurementUnit"])
        for one in archive.tables["MeasurementOrFact"]
    }
    assert facts == {("How many buds", "12", "buds"), ("length", "12.5", "mm")}


async def test_terms_are_left_out_and_added(define: Define, curator: httpx.AsyncClient) -> None:
    await specimen(curator, "chosen", {"habitat": "bog"}, preparationRemarks="in two parts")
    publishing = await define(
        query=tagged("chosen"), leftOut=["dwc:habitat", "dwc:dynamicProperties"],
        addedTerms=[{"term": "dwc:occurrenceRemarks", "path": "preparationRemarks"}],
    )  # fmt: skip
    await publishing.published()
    (row,) = (await publishing.archive()).occurrences
    assert "habitat" not in row
    assert "dynamicProperties" not in row
    assert row["occurrenceRemarks"] == "in two parts"
    told = (await curator.get(f"/exchange/v1/dataset/{publishing.id}/mapping")).json()["data"]["attributes"][
        "terms"
    ]
    assert {"term": "dwc:occurrenceRemarks", "iri": iri("dwc:occurrenceRemarks"), "fields": ["preparationRemarks"], "composedBy": None} in told  # fmt: skip


async def test_events_can_be_the_core(define: Define, curator: httpx.AsyncClient) -> None:
    event = await made(curator, "collecting-event", {"startEventDateTime": "1999", "habitat": "bog"})
    for number in (1, 2):
        await made(
            curator, "material-sample",
            {"materialSampleName": f"core-{number}", "publiclyReleasable": True, "tags": ["core"]},
            collectingEvent=linked("collecting-event", event),
        )  # fmt: skip
    alone = await specimen(curator, "core", materialSampleName="core-3")
    publishing = await define(query=tagged("core"), core="event")
    await publishing.published()
    archive: Archive = await publishing.archive()
    assert archive.core == "Event"
    events = {one["eventID"]: one for one in archive.tables["Event"]}
    assert set(events) == {f"urn:uuid:{event}", f"urn:uuid:{alone}"}
    assert events[f"urn:uuid:{event}"]["habitat"] == "bog"
    assert sorted(one[""] for one in archive.occurrences) == sorted(
        [f"urn:uuid:{event}", f"urn:uuid:{event}", f"urn:uuid:{alone}"]
    )
