"""Geology, living collections, mycology, observations, surveys and measurements, as clients meet them."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.conftest import linked, resource

BASE = "/collection/v1"
Faults = list[tuple[str, str]]


async def post(
    api: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any
) -> httpx.Response:
    """`links` are relationships: an identifier `(type, id)` or a list of them."""
    relationships = {
        name: {"data": [{"type": t, "id": i} for t, i in link]} if isinstance(link, list) else linked(*link)
        for name, link in links.items()
    }
    grouped = attributes if ONLY_GROUP[type_] else {"group": "cnc", **attributes}
    return await api.post(f"{BASE}/{type_}", json=resource(type_, grouped, relationships=relationships))


ONLY_GROUP = {
    "material-sample": False, "collecting-event": False, "meteorite": False, "accession": False, "survey": False,
    "observation": False, "mineral-identification": True, "planting": True, "condition-check": True,
    "propagation": True, "viability-test": True, "measurement": True,
}  # fmt: skip
"""Types that take their group from what they are linked with."""


async def made(
    api: httpx.AsyncClient, type_: str, attributes: dict[str, Any], **links: Any
) -> dict[str, Any]:
    answer = await post(api, type_, attributes, **links)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def sample(api: httpx.AsyncClient) -> tuple[str, str]:
    return "material-sample", (await made(api, "material-sample", {}))["id"]


def faults(answer: httpx.Response) -> Faults:
    if answer.status_code == 201:
        return []
    assert answer.status_code == 422, answer.text
    return [
        (e["meta"].get("rule") or e["code"], e["source"]["pointer"].removeprefix("/data"))
        for e in answer.json()["errors"]
    ]


def at(name: str) -> str:
    return f"/attributes/{name}"


UNLISTED = "controlledVocabulary.value.invalid"
OF_A_SAMPLE: list[tuple[str, dict[str, Any], Faults]] = [
    ("mineral-identification", {"kind": "mineral", "name": "Quartz", "variety": "Amethyst", "imaSymbol": "Qz",
     "formula": "SiO2", "strunzClass": "4.DA.05", "danaClass": "75.1.3.1", "crystalSystem": "trigonal",
     "minimumHardness": 7, "maximumHardness": 7, "method": "xrd"}, []),
    ("mineral-identification", {"kind": "rock", "name": "Basalt", "rockClass": "volcanic", "composition": [
        {"component": "SiO2", "value": 49.2, "unit": "percent_mass", "uncertainty": 0.4},
        {"component": "TiO2", "minimum": 1, "maximum": 2, "unit": "percent_mass"},
        {"component": "Ir", "belowDetection": True}]}, []),
    ("mineral-identification", {"kind": "mineral", "name": "Quartz", "strunzClass": "4-DA"},
     [("CONSTRAINT_VIOLATION", at("strunzClass"))]),
    ("mineral-identification", {"kind": "pebble", "name": "Quartz"}, [(UNLISTED, at("kind"))]),
    ("mineral-identification", {"kind": "mineral", "name": "Q", "minimumHardness": 7, "maximumHardness": 6},
     [("range.disorder", at("maximumHardness"))]),
    ("mineral-identification", {"kind": "rock", "name": "Tuff", "composition": [
        {"component": "SiO2", "value": 90, "unit": "percent_mass"},
        {"component": "Al2O3", "value": 30, "unit": "percent_mass"}]},
     [("composition.moreThanWhole", at("composition"))]),
    ("mineral-identification", {"kind": "rock", "name": "Tuff", "composition": [
        {"component": "SiO2", "value": 9}, {"component": "FeO", "minimum": 3, "maximum": 2, "unit": "ppm"},
        {"component": "FeO", "value": 1, "unit": "ppm"}]},
     [("composition.unitMissing", at("composition/0")), ("range.disorder", at("composition/1")),
      ("composition.twice", at("composition/2/component"))]),
    ("planting", {"bed": "Rock garden", "plantedOn": "2020-05", "removedOn": "2022", "removalReason": "died"}, []),
    ("planting", {"plantedOn": "2020-05", "removedOn": "2020-04-30"},
     [("period.endBeforeStart", at("removedOn"))]),
    ("planting", {"removalReason": "died"}, [("planting.reasonWithoutRemoval", at("removalReason"))]),
    ("planting", {"latitude": 45.5}, [("event.halfACoordinate", at("latitude"))]),
    ("condition-check", {"checkedOn": "2024", "livingStatus": "dead", "causeOfDeath": "unknown"}, []),
    ("condition-check", {"checkedOn": "2024", "livingStatus": "dead"},
     [("condition.deathWithoutCause", at("livingStatus"))]),
    ("condition-check", {"checkedOn": "2024", "livingStatus": "alive", "causeOfDeath": "frost"},
     [("condition.causeWithoutDeath", at("causeOfDeath"))]),
    ("condition-check", {"checkedOn": "2024", "livingStatus": "alive", "countTotal": 3, "countAlive": 4},
     [("range.partAboveWhole", at("countAlive"))]),
    ("condition-check", {"checkedOn": "2024", "livingStatus": "alive", "phenology": ["flowering", "singing"]},
     [(UNLISTED, at("phenology/1"))]),
    ("propagation", {"method": "grafting", "quantityStarted": 4, "quantitySucceeded": 5},
     [("range.partAboveWhole", at("quantitySucceeded"))]),
    ("viability-test", {"testKind": "germination", "testedOn": "2024", "countTested": 10, "countViable": 8,
     "countEmpty": 3}, [("viability.moreThanTested", at("countTested"))]),
    ("viability-test", {"testKind": "germination", "testedOn": "2024", "countTested": 0},
     [("CONSTRAINT_VIOLATION", at("countTested"))]),
    ("measurement", {"measurementType": "body_length", "numericValue": 41, "unit": "mm"}, []),
    ("measurement", {"measurementType": "body_length", "minimumValue": 40, "maximumValue": 42, "unit": "mm"}, []),
    ("measurement", {"measurementType": "colour", "textValue": "10YR 4/3"}, []),
    ("measurement", {"measurementType": "other", "verbatimMeasurementType": "Stickiness", "textValue": "some"}, []),
    ("measurement", {"measurementType": "body_length", "numericValue": 41, "unit": "Cel"},
     [("measurement.wrongUnit", at("unit"))]),
    ("measurement", {"measurementType": "body_length", "numericValue": 41},
     [("range.unitMissing", "/attributes")]),
    ("measurement", {"measurementType": "ph", "numericValue": 7, "unit": "mm"}, [("measurement.noUnit", at("unit"))]),
    ("measurement", {"measurementType": "ph", "numericValue": 20},
     [("measurement.notPlausible", at("numericValue"))]),
    ("measurement", {"measurementType": "temperature", "numericValue": -460, "unit": "[degF]"},
     [("measurement.notPlausible", at("numericValue"))]),
    ("measurement", {"measurementType": "temperature", "numericValue": -459, "unit": "[degF]"}, []),
    ("measurement", {"measurementType": "relative_humidity", "numericValue": 85, "unit": "%"}, []),
    ("measurement", {"measurementType": "count", "textValue": "many", "numericValue": 3},
     [("measurement.twoValues", at("textValue"))]),
    ("measurement", {"measurementType": "count", "numericValue": 5, "minimumValue": 6, "maximumValue": 9},
     [("measurement.outsideRange", at("numericValue"))]),
    ("measurement", {"measurementType": "count", "minimumValue": 9, "maximumValue": 6},
     [("range.disorder", at("maximumValue"))]),
    ("measurement", {"measurementType": "count"}, [("measurement.noValue", "/attributes")]),
    ("measurement", {"measurementType": "other", "numericValue": 1},
     [("measurement.otherUnexplained", "/attributes")]),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "attributes", "expected"), OF_A_SAMPLE)
async def test_what_is_said_of_a_specimen_must_be_sound(
    api: httpx.AsyncClient, type_: str, attributes: dict[str, Any], expected: Faults
) -> None:
    assert faults(await post(api, type_, attributes, materialSample=await sample(api))) == expected


ALONE: list[tuple[str, dict[str, Any], Faults]] = [
    ("meteorite", {"name": "M1", "fallOrFind": "fall", "fallenOn": "2000-01-18", "foundOn": "2000-01-25",
     "classification": "C2-ung", "shockStage": "S1", "weatheringGrade": "W0", "totalKnownMassInGrams": 10_000}, []),
    ("meteorite", {"name": "M2", "fallOrFind": "find", "fallenOn": "1999"},
     [("meteorite.findHasNoFall", at("fallenOn"))]),
    ("meteorite", {"name": "M3", "fallenOn": "2000-02", "foundOn": "2000-01-25"},
     [("meteorite.foundBeforeFall", at("foundOn"))]),
    ("meteorite", {"name": "M4", "shockStage": "9"}, [("CONSTRAINT_VIOLATION", at("shockStage"))]),
    ("accession", {"accessionNumber": "a1", "ipenNumber": "CA-0-MTJB-2024-0117", "countryOfOrigin": "CA",
     "provenanceType": "W", "wildPropagation": "S", "biologicalStatus": "100", "acquisitionSource": "14",
     "storageTypes": ["13", "40"], "multilateralStatus": "1"}, []),
    ("accession", {"accessionNumber": "a2", "ipenNumber": "XX-1-B-1234567", "countryOfOrigin": "DE"}, []),
    ("accession", {"accessionNumber": "a3", "ipenNumber": "CA-MTJB-2024"}, [("accession.ipenForm", at("ipenNumber"))]),
    ("accession", {"accessionNumber": "a4", "ipenNumber": "QQ-0-MTJB-1"},
     [("accession.noSuchCountry", at("ipenNumber"))]),
    ("accession", {"accessionNumber": "a5", "ipenNumber": "US-0-MTJB-1", "countryOfOrigin": "CA"},
     [("accession.ipenCountry", at("ipenNumber"))]),
    ("accession", {"accessionNumber": "a6", "provenanceType": "G", "wildPropagation": "V"},
     [("accession.notWild", at("wildPropagation"))]),
    ("accession", {"accessionNumber": "a7", "biologicalStatus": "150", "storageTypes": ["13", "14"]},
     [(UNLISTED, at("biologicalStatus")), (UNLISTED, at("storageTypes/1"))]),
    ("survey", {"name": "s", "samplingEffortValue": 12, "samplingEffortUnit": "trap_nights",
     "isSamplingEffortReported": True, "totalAreaSampledValue": 9, "totalAreaSampledUnit": "ha",
     "geospatialScopeAreaValue": 1, "geospatialScopeAreaUnit": "km2"}, []),
    ("survey", {"name": "s", "samplingEffortValue": 12}, [("range.unitMissing", at("samplingEffortValue"))]),
    ("survey", {"name": "s", "isSamplingEffortReported": True},
     [("survey.reportedButMissing", at("isSamplingEffortReported"))]),
    ("survey", {"name": "s", "hasVouchers": False, "voucherInstitutions": ["CAN"]},
     [("survey.givenButNotReported", at("voucherInstitutions"))]),
    ("survey", {"name": "s", "absentTaxa": ["Rana"]}, [("survey.absencesNotReported", at("absentTaxa"))]),
    ("survey", {"name": "s", "targetTaxonomicScope": ["Aves"], "excludedTaxonomicScope": ["Strigidae", "aves"]},
     [("survey.inAndOut", at("excludedTaxonomicScope/1"))]),
    ("survey", {"name": "s", "totalAreaSampledValue": 2, "totalAreaSampledUnit": "km2",
     "geospatialScopeAreaValue": 100, "geospatialScopeAreaUnit": "ha"},
     [("survey.areaAboveScope", at("totalAreaSampledValue"))]),
    ("survey", {"name": "s", "startedOn": "2024-05", "endedOn": "2023"}, [("period.endBeforeStart", at("endedOn"))]),
    ("observation", {"basisOfRecord": "MachineObservation", "scientificName": "Vulpes vulpes", "individualCount": 2,
     "minimumCount": 1, "maximumCount": 3, "sex": "female", "lifeStage": "adult", "behaviour": "foraging"}, []),
    ("observation", {"basisOfRecord": "HumanObservation"}, [("observation.unnamed", "/attributes")]),
    ("observation", {"basisOfRecord": "PreservedSpecimen", "verbatimName": "fox"}, [(UNLISTED, at("basisOfRecord"))]),
    ("observation", {"basisOfRecord": "HumanObservation", "verbatimName": "fox", "individualCount": 0},
     [("observation.presentButNone", at("individualCount"))]),
    ("observation", {"basisOfRecord": "HumanObservation", "verbatimName": "fox", "individualCount": 5,
     "maximumCount": 3}, [("range.disorder", at("maximumCount"))]),
    ("observation", {"basisOfRecord": "HumanObservation", "scientificName": "Rana", "occurrenceStatus": "absent"},
     [("observation.absentWithoutSurvey", at("occurrenceStatus"))]),
    ("material-sample", {"growthSubstrate": {"substrate": "log", "decayStage": 3, "layer": "underside"},
     "hostOrganism": {"name": "Betula", "part": "trunk", "condition": "dead", "association": "saprotroph"}}, []),
    ("material-sample", {"growthSubstrate": {"substrate": "cloud"}, "hostOrganism": {"name": "Betula", "part": "elbow"}},
     [(UNLISTED, at("hostOrganism/part")), (UNLISTED, at("growthSubstrate/substrate"))]),
    ("material-sample", {"growthSubstrate": {"substrate": "log", "decayStage": 6}},
     [("CONSTRAINT_VIOLATION", at("growthSubstrate/decayStage"))]),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "attributes", "expected"), ALONE)
async def test_what_stands_by_itself_must_be_sound(
    api: httpx.AsyncClient, type_: str, attributes: dict[str, Any], expected: Faults
) -> None:
    for name in ("name", "accessionNumber"):
        if name in attributes:
            attributes = {**attributes, name: f"{attributes[name]} {uuid.uuid4().hex[:8]}"}
    assert faults(await post(api, type_, attributes)) == expected


async def test_a_measurement_is_of_exactly_one_thing(api: httpx.AsyncClient) -> None:
    event = ("collecting-event", (await made(api, "collecting-event", {}))["id"])
    given = {"measurementType": "air_temperature", "numericValue": 21.5, "unit": "Cel"}
    assert (await made(api, "measurement", given, collectingEvent=event))["attributes"]["group"] == "cnc"
    both = await post(api, "measurement", given, collectingEvent=event, materialSample=await sample(api))
    assert faults(both) == [("measurement.ofOneThing", "/relationships/materialSample")]
    assert (await post(api, "measurement", given)).status_code in (403, 422)


async def test_errors_name_the_property_in_the_language_of_the_reader(api: httpx.AsyncClient) -> None:
    type_, id_ = await sample(api)
    body = resource(
        "measurement",
        {"measurementType": "air_temperature", "numericValue": 21.5, "unit": "mm"},
        relationships={"materialSample": linked(type_, id_)},
    )
    answer = await api.post(f"{BASE}/measurement", json=body, headers={"accept-language": "fr"})
    assert answer.json()["errors"][0]["detail"] == "On ne mesure pas « Température de l’air » en mm."


async def test_measurements_are_found_by_value_and_by_what_they_are_of(api: httpx.AsyncClient) -> None:
    thing = await sample(api)
    for value in (10.5, 11.5, 12.5):
        await made(
            api, "measurement", {"measurementType": "ear_length", "numericValue": value, "unit": "mm"},
            materialSample=thing,
        )  # fmt: skip
    query = f"filter[materialSample.id]={thing[1]}&filter[numericValue][GOE]=11&filter[numericValue][LT]=12.5"
    found = (await api.get(f"{BASE}/measurement?{query}")).json()["data"]
    assert [one["attributes"]["numericValue"] for one in found] == [11.5]


async def test_a_specimen_has_one_primary_mineral_identification(api: httpx.AsyncClient) -> None:
    thing = await sample(api)
    first = {"kind": "mineral", "name": "Fluorite", "isPrimary": True}
    await made(api, "mineral-identification", first, materialSample=thing)
    again = await post(api, "mineral-identification", {**first, "name": "Calcite"}, materialSample=thing)
    assert [key for key, _ in faults(again)] == ["mineral.onePrimary"]
    await made(api, "mineral-identification", {"kind": "mineral", "name": "Calcite"}, materialSample=thing)


async def test_pieces_are_identified_as_a_meteorite(api: httpx.AsyncClient) -> None:
    fallen = await made(api, "meteorite", {"name": f"Tagish {uuid.uuid4()}", "totalKnownMassInGrams": 10000})
    thing = await sample(api)
    await made(
        api, "mineral-identification", {"kind": "meteorite", "name": "C2 chondrite", "isPrimary": True},
        materialSample=thing, meteorite=("meteorite", fallen["id"]),
    )  # fmt: skip
    query = f"filter[meteorite.id]={fallen['id']}&include=materialSample,meteorite"
    answer = (await api.get(f"{BASE}/mineral-identification?{query}")).json()
    assert {one["type"] for one in answer["included"]} == {"material-sample", "meteorite"}


async def test_the_dead_stay_dead(api: httpx.AsyncClient) -> None:
    plant = await sample(api)
    dead = {"checkedOn": "2023-08", "livingStatus": "dead", "causeOfDeath": "drought"}
    await made(api, "condition-check", dead, materialSample=plant)
    for day, status, expected in (
        ("2023-07-01", "alive", []),
        ("2023-08-15", "dying", []),
        ("2024", "alive", [("condition.deadSince", at("livingStatus"))]),
        ("2024", "not_found", []),
    ):
        check = {"checkedOn": day, "livingStatus": status}
        assert faults(await post(api, "condition-check", check, materialSample=plant)) == expected, day


async def test_percentages_are_computed(api: httpx.AsyncClient) -> None:
    seeds = await sample(api)
    test = {
        "testKind": "germination", "testedOn": "2024-02", "countTested": 50, "countViable": 33, "countEmpty": 4,
        "countInfested": 1,
    }  # fmt: skip
    found = (await made(api, "viability-test", test, materialSample=seeds))["attributes"]
    assert (found["percentViable"], found["percentViableOfFilled"]) == (66, 73.3)
    empty = {"testKind": "cut", "testedOn": "2024", "countTested": 2, "countEmpty": 2, "countViable": 0}
    found = (await made(api, "viability-test", empty, materialSample=seeds))["attributes"]
    assert (found["percentViable"], found["percentViableOfFilled"]) == (0, None)
    cuttings = {"method": "cutting", "quantityStarted": 24, "quantitySucceeded": 17}
    raised = await made(api, "propagation", cuttings, materialSample=seeds, offspring=[await sample(api)])
    assert raised["attributes"]["percentSucceeded"] == 70.8
    low = await api.get(
        f"{BASE}/viability-test?filter[materialSample.id]={seeds[1]}&filter[percentViable][LT]=50"
    )
    assert low.json()["meta"]["results"] == 1
    own = await post(api, "propagation", cuttings, materialSample=seeds, offspring=[seeds])
    assert faults(own) == [("propagation.ofItself", "/relationships/offspring")]


async def test_an_accession_number_is_taken_once_and_names_its_donor(api: httpx.AsyncClient) -> None:
    number = uuid.uuid4().hex
    donor = ("organization", str(uuid.uuid4()))
    plant = await sample(api)
    one = await made(api, "accession", {"accessionNumber": number}, donor=donor, materialSamples=[plant])
    assert one["relationships"]["donor"]["data"] == {"type": donor[0], "id": donor[1]}
    again = await post(api, "accession", {"accessionNumber": number})
    assert again.status_code in (409, 422)
    found = await api.get(f"{BASE}/accession?filter[materialSamples.id]={plant[1]}")
    assert [a["id"] for a in found.json()["data"]] == [one["id"]]


ABSENT = {"basisOfRecord": "HumanObservation", "occurrenceStatus": "absent"}
ABSENCES: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({"isAbsenceReported": True, "targetTaxonomicScope": ["Rana"]}, {"scientificName": "Rana pipiens"}, None),
    (
        {"isAbsenceReported": True, "targetTaxonomicScope": ["rana pipiens"]},
        {"scientificName": "Rana pipiens"},
        None,
    ),
    (
        {"isAbsenceReported": True, "targetTaxonomicScope": ["Anura"]},
        {"scientificName": "Rana pipiens", "higherClassification": ["Amphibia", "Anura"]},
        None,
    ),
    (
        {"isAbsenceReported": True, "targetTaxonomicScope": ["Anura"]},
        {"scientificName": "Rana pipiens"},
        "observation.outsideTaxonomicScope",
    ),
    (
        {
            "isAbsenceReported": True,
            "targetTaxonomicScope": ["Anura"],
            "excludedTaxonomicScope": ["Bufonidae"],
        },
        {"scientificName": "Anaxyrus", "higherClassification": ["Anura", "Bufonidae"]},
        "observation.outsideTaxonomicScope",
    ),
    (
        {"isAbsenceReported": False, "targetTaxonomicScope": ["Rana"]},
        {"scientificName": "Rana pipiens"},
        "observation.absencesNotReported",
    ),
    ({"targetTaxonomicScope": ["Rana"]}, {"scientificName": "Rana"}, "observation.absencesNotReported"),
    ({"isAbsenceReported": True}, {"scientificName": "Rana"}, "observation.outsideTaxonomicScope"),
    (
        {"isAbsenceReported": True, "targetTaxonomicScope": ["Rana"], "targetLifeStageScope": ["adult"]},
        {"scientificName": "Rana", "lifeStage": "larva"},
        "observation.outsideLifeStageScope",
    ),
    (
        {"isAbsenceReported": True, "targetTaxonomicScope": ["Rana"], "targetLifeStageScope": ["adult"]},
        {"scientificName": "Rana", "lifeStage": "adult"},
        None,
    ),
]


@pytest.mark.parametrize(("survey", "observation", "key"), ABSENCES)
async def test_absence_is_stated_only_where_it_was_looked_for(
    api: httpx.AsyncClient, survey: dict[str, Any], observation: dict[str, Any], key: str | None
) -> None:
    one = await made(api, "survey", {"name": "Frogs", **survey})
    answer = await post(api, "observation", ABSENT | observation, survey=("survey", one["id"]))
    assert faults(answer) == ([(key, at("occurrenceStatus"))] if key else [])


async def test_a_part_of_a_survey_has_the_scope_of_the_whole(api: httpx.AsyncClient) -> None:
    whole = await made(
        api, "survey", {"name": "Frogs", "isAbsenceReported": True, "targetTaxonomicScope": ["Anura"]}
    )
    visit = await made(api, "survey", {"name": "Night 1"}, parentSurvey=("survey", whole["id"]))
    absent = ABSENT | {"scientificName": "Rana", "higherClassification": ["Anura"]}
    await made(api, "observation", absent, survey=("survey", visit["id"]))
    counted = await post(api, "observation", absent | {"individualCount": 1}, survey=("survey", visit["id"]))
    assert faults(counted) == [("observation.absentButCounted", at("individualCount"))]
