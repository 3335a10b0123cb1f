"""Tables of cases for the rules of the collection module: what is sent, and where it is broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dina.base.jsonapi.writing.model import check_attributes
from dina.base.resource import Draft
from dina.base.text import catalogue
from dina.modules.collection import module, rules
from dina.modules.collection.rules.managed import value_fits
from dina.modules.collection.rules.vocabularies import key_of

ONE = "0198a6c2-0000-7000-8000-000000000001"
OTHER = "0198a6c2-0000-7000-8000-000000000002"
Cases = list[tuple[dict[str, Any], list[tuple[str, str]]]]


def draft(type_: str, attributes: dict[str, Any] | None = None, **relationships: Any) -> Draft:
    return Draft(type_, ONE, attributes or {}, relationships)


def received(type_: str, attributes: dict[str, Any]) -> Draft:
    """The draft as rules see it after the attributes have been validated."""
    values, errors = check_attributes(module.types()[type_], attributes)
    assert errors == []
    return draft(type_, values)


def broken(rule: Callable[[Draft], Any], one: Draft) -> list[tuple[str, str | None]]:
    return [(error.key, error.pointer) for error in rule(one)]


@pytest.mark.parametrize(
    ("parent", "event", "count"), [(None, None, 0), (OTHER, None, 0), (None, OTHER, 0), (OTHER, OTHER, 1)]
)
def test_a_sample_has_a_parent_or_an_event(parent: str | None, event: str | None, count: int) -> None:
    one = draft("material-sample", parentMaterialSample=parent, collectingEvent=event)
    expected = ("sample.parentOrEvent", "/relationships/parentMaterialSample")
    assert broken(rules.parent_or_event, one) == [expected] * count


END = "/attributes/endEventDateTime"
DATES = [
    (None, None, []),
    ("1902", None, []),
    ("1902", "1902", []),
    ("1902", "1902-07-14", []),
    ("1902-07-14", "1902", []),
    ("1902-07-14", "1902-07", []),
    ("1902-07-14T09:30", "1902-07-14", []),
    ("1902-07-14", "1902-08", []),
    (None, "1902", [("event.endWithoutStart", END)]),
    ("1902-07-14", "1902-07-13", [("event.endBeforeStart", END)]),
    ("1902-07", "1901", [("event.endBeforeStart", END)]),
    ("1902-07-14T09:30", "1902-07-14T09:29", [("event.endBeforeStart", END)]),
]


@pytest.mark.parametrize(("start", "end", "expected"), DATES)
def test_an_event_ends_after_its_start(start: str | None, end: str | None, expected: list[Any]) -> None:
    one = draft("collecting-event", {"startEventDateTime": start, "endEventDateTime": end})
    assert broken(rules.event_dates_in_order, one) == expected


@pytest.mark.parametrize("what", ["Elevation", "Depth"])
@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (None, None, None),
        ("10", None, None),
        ("10", "10.0", None),
        ("9", "10", None),
        (None, "10", "event.maximumWithoutMinimum"),
        ("10", "9.99", "event.maximumBelowMinimum"),
    ],
)
def test_a_maximum_has_its_minimum(what: str, low: str | None, high: str | None, key: str | None) -> None:
    one = draft("collecting-event", {f"dwcMinimum{what}InMeters": low, f"dwcMaximum{what}InMeters": high})
    expected = [(key, f"/attributes/dwcMaximum{what}InMeters")] if key else []
    assert broken(rules.elevation_and_depth_in_order, one) == expected


def assertion(latitude: float | None = None, longitude: float | None = None, **more: Any) -> dict[str, Any]:
    given = {"dwcDecimalLatitude": latitude, "dwcDecimalLongitude": longitude, **more}
    return {name: value for name, value in given.items() if value is not None}


LIST = "/attributes/geoReferenceAssertions"
GEOREFERENCES: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
    ([], []),
    ([assertion(45.5, -73.6, isPrimary=True)], []),
    ([assertion(45.5, -73.6, isPrimary=True), assertion(45.6, -73.5)], []),
    ([assertion(45.5, -73.6)], [("event.onePrimaryGeoreference", LIST)]),
    (
        [assertion(45.5, -73.6, isPrimary=True), assertion(45.6, -73.5, isPrimary=True)],
        [("event.onePrimaryGeoreference", LIST)],
    ),
    ([assertion(45.5, isPrimary=True)], [("event.halfACoordinate", f"{LIST}/0")]),
]


@pytest.mark.parametrize(("assertions", "expected"), GEOREFERENCES)
def test_georeferences_agree(assertions: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    one = received("collecting-event", {"geoReferenceAssertions": assertions})
    assert broken(rules.georeferences_agree, one) == expected


def test_what_cannot_be_georeferenced_has_no_coordinates() -> None:
    given = assertion(
        45.5, -73.6, isPrimary=True, dwcGeoreferenceVerificationStatus="GEOREFERENCING_NOT_POSSIBLE"
    )
    one = received("collecting-event", {"geoReferenceAssertions": [given]})
    assert broken(rules.georeferences_agree, one) == [
        ("event.notPossibleButGiven", f"{LIST}/0/dwcDecimalLatitude"),
        ("event.notPossibleButGiven", f"{LIST}/0/dwcDecimalLongitude"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [
        ("dwcDecimalLatitude", 90, True),
        ("dwcDecimalLatitude", 90.01, False),
        ("dwcDecimalLatitude", -91, False),
        ("dwcDecimalLongitude", -180, True),
        ("dwcDecimalLongitude", 180.5, False),
    ],
)
def test_coordinates_are_on_earth(name: str, value: float, good: bool) -> None:
    given = {"geoReferenceAssertions": [{name: value, "isPrimary": True}]}
    _, errors = check_attributes(module.types()["collecting-event"], given)
    assert [error.pointer for error in errors] == ([] if good else [f"{LIST}/0/{name}"])


DETAIL = "/attributes/geographicPlaceNameSourceDetail"


@pytest.mark.parametrize(
    ("source", "detail", "expected"),
    [
        (None, None, []),
        ("OSM", {"customGeographicPlace": "the bog"}, []),
        (None, {"customGeographicPlace": "the bog"}, [("event.placeWithoutSource", DETAIL)]),
        (
            "OSM",
            {"customGeographicPlace": "the bog", "selectedGeographicPlace": {"id": "1"}},
            [("event.twoPlaces", f"{DETAIL}/customGeographicPlace")],
        ),
    ],
)
def test_place_details_need_their_source_and_one_place(
    source: str | None, detail: dict[str, Any] | None, expected: list[tuple[str, str]]
) -> None:
    given = {"geographicPlaceNameSource": source, "geographicPlaceNameSourceDetail": detail}
    assert broken(rules.place_is_one, draft("collecting-event", given)) == expected


def test_the_server_fills_in_what_an_event_implies() -> None:
    one = draft(
        "collecting-event",
        {
            "geoReferenceAssertions": [{"dwcDecimalLatitude": 1.0, "createdOn": "1900-01-01T00:00:00Z"}],
            "managedAttributes": {"soil": "peat", "empty": "", "none": None},
            "geographicPlaceNameSourceDetail": {
                "country": {"name": "Canada", "code": "ca"},
                "stateProvince": {"name": "Ontario"},
            },
        },
    )
    rules.tidy_event(one)
    made = one.attributes
    assert made["geoReferenceAssertions"][0]["isPrimary"] is True
    assert made["geoReferenceAssertions"][0]["createdOn"] > "2020"
    assert made["managedAttributes"] == {"soil": "peat"}
    assert (made["dwcCountry"], made["dwcCountryCode"], made["dwcStateProvince"]) == (
        "Canada",
        "CA",
        "Ontario",
    )
    assert made["geographicPlaceNameSourceDetail"]["recordedOn"] > "2020"


def test_the_time_of_a_place_look_up_is_the_server_s() -> None:
    one = draft(
        "collecting-event", {"geographicPlaceNameSourceDetail": {"recordedOn": "1900-01-01T00:00:00Z"}}
    )
    rules.tidy_event(one)
    assert one.attributes["geographicPlaceNameSourceDetail"]["recordedOn"] > "2020"


PLACE = "/attributes/determination"
DETERMINATIONS: list[tuple[list[dict[str, Any]], list[tuple[str, str]]]] = [
    ([], []),
    ([{"scientificName": "Acer rubrum", "isPrimary": True}], []),
    ([{"verbatimScientificName": "Acer sp.", "isPrimary": True}], []),
    ([{"isPrimary": True}], [("determination.unnamed", f"{PLACE}/0")]),
    (
        [{"scientificName": "Acer"}, {"scientificName": "Acer rubrum"}],
        [("determination.onePrimary", PLACE)],
    ),
    (
        [{"scientificName": "A", "isPrimary": True}, {"scientificName": "B", "isPrimary": True}],
        [("determination.onePrimary", PLACE)],
    ),
    (
        [
            {"scientificName": "A", "isPrimary": True, "isFiledAs": True},
            {"scientificName": "B", "isFiledAs": True},
        ],
        [("determination.oneFiledAs", PLACE)],
    ),
    (
        [{"verbatimScientificName": "A", "scientificNameSource": "GNA", "isPrimary": True}],
        [
            ("determination.sourceWithoutName", f"{PLACE}/0/scientificNameSource"),
            ("determination.sourceWithoutDetails", f"{PLACE}/0/scientificNameSource"),
        ],
    ),
    (
        [
            {
                "scientificName": "A",
                "isPrimary": True,
                "scientificNameDetails": {
                    "classificationPath": "Plantae|Acer",
                    "classificationRanks": "kingdom",
                },
            }
        ],
        [("determination.unequalClassification", f"{PLACE}/0/scientificNameDetails/classificationRanks")],
    ),
    (
        [
            {
                "scientificName": "A",
                "scientificNameSource": "COLPLUS",
                "isPrimary": True,
                "scientificNameDetails": {
                    "classificationPath": "Plantae|Acer",
                    "classificationRanks": "kingdom|genus",
                },
            }
        ],
        [],
    ),
]


@pytest.mark.parametrize(("determinations", "expected"), DETERMINATIONS)
def test_determinations_agree(determinations: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    one = received("organism", {"determination": determinations})
    assert broken(rules.determinations_agree, one) == expected


def test_a_name_typed_in_needs_no_details() -> None:
    given = [{"verbatimScientificName": "Acer sp.", "scientificNameSource": "CUSTOM", "isPrimary": True}]
    assert broken(rules.determinations_agree, received("organism", {"determination": given})) == []


def test_ranks_without_a_path_are_unequal() -> None:
    details = {"classificationRanks": "kingdom"}
    given = [{"scientificName": "Acer", "isPrimary": True, "scientificNameDetails": details}]
    found = broken(rules.determinations_agree, received("organism", {"determination": given}))
    assert [key for key, _ in found] == ["determination.unequalClassification"]


def test_a_single_determination_becomes_primary() -> None:
    one = draft("organism", {"determination": [{"scientificName": "Acer rubrum"}]})
    rules.single_determination_is_primary(one)
    assert one.attributes["determination"] == [{"scientificName": "Acer rubrum", "isPrimary": True}]
    two = draft("organism", {"determination": [{"scientificName": "A"}, {"scientificName": "B"}]})
    rules.single_determination_is_primary(two)
    assert two.attributes["determination"] == [{"scientificName": "A"}, {"scientificName": "B"}]


@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [
        (None, None, []),
        ("A", 1, []),
        ("A", None, [("location.nullWellCol", "/attributes/wellRow")]),
        (None, 1, [("location.nullWellRow", "/attributes/wellColumn")]),
    ],
)
def test_a_well_has_row_and_column(row: str | None, column: int | None, expected: list[Any]) -> None:
    one = draft("storage-unit-usage", {"wellRow": row, "wellColumn": column})
    assert broken(rules.well_is_whole, one) == expected


@pytest.mark.parametrize(
    ("unit", "kind", "count"), [(ONE, None, 0), (None, ONE, 0), (None, None, 1), (ONE, ONE, 1)]
)
def test_a_position_is_in_a_unit_or_of_a_type(unit: str | None, kind: str | None, count: int) -> None:
    one = draft("storage-unit-usage", storageUnit=unit, storageUnitType=kind)
    assert broken(rules.unit_or_type, one) == [("storage.unitOrType", "/relationships/storageUnit")] * count


@pytest.mark.parametrize(
    ("sample", "associated", "expected"),
    [
        (ONE, OTHER, []),
        (ONE, ONE, [("association.withItself", "/relationships/associatedSample")]),
        (ONE, None, [("association.incomplete", "/relationships/associatedSample")]),
    ],
)
def test_an_association_joins_two_samples(sample: str, associated: str | None, expected: list[Any]) -> None:
    one = draft("association", sample=sample, associatedSample=associated)
    assert broken(rules.association_of_two, one) == expected


@pytest.mark.parametrize("type_", ["project", "expedition"])
@pytest.mark.parametrize(
    ("start", "end", "key"),
    [
        (None, None, None),
        ("1913-06-01", None, None),
        ("1913-06-01", "1913-06-01", None),
        ("1913-06-01", "1913-05-31", "period.endBeforeStart"),
        (None, "1913-05-31", "period.endWithoutStart"),
    ],
)
def test_a_period_ends_after_its_start(
    type_: str, start: str | None, end: str | None, key: str | None
) -> None:
    found = broken(rules.ends_after_start, draft(type_, {"startDate": start, "endDate": end}))
    assert found == ([(key, "/attributes/endDate")] if key else [])


def test_contributors_have_known_roles() -> None:
    given = [{"roles": ["project_leader"]}, {"roles": ["data_curator", "cook"]}]
    assert broken(rules.contributor_roles, draft("project", {"contributors": given})) == [
        ("controlledVocabulary.value.invalid", "/attributes/contributors/1/roles/1")
    ]


@pytest.mark.parametrize(
    ("key", "from_vocabulary", "good"),
    [
        ("forward_primer", True, True),
        ("buffer", False, True),
        ("buffer", True, False),
        ("forward_primer", False, False),
    ],
)
def test_protocol_data_say_whether_they_are_of_the_vocabulary(
    key: str, from_vocabulary: bool, good: bool
) -> None:
    given = {"protocolData": [{"key": key, "vocabularyBased": from_vocabulary}]}
    expected = [] if good else [("vocabulary.keyNotFound", "/attributes/protocolData/0/key")]
    assert broken(rules.protocol_data_keys, draft("protocol", given)) == expected


def test_protocol_data_are_taken_as_clients_send_them() -> None:
    element = {"elementType": "concentration", "vocabularyBased": True, "value": "0.3", "unit": "uL.rxn"}
    data = [{"key": "forward_primer", "vocabularyBased": True, "protocolDataElement": [element]}]
    _, errors = check_attributes(module.types()["protocol"], {"protocolData": data})
    assert errors == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Wing length", "wing_length"),
        ("wingLength", "wing_length"),
        ("Wing length (mm)", "wing_length_mm"),
        ("No. of eggs", "no_of_eggs"),
        ("  pH  ", "p_h"),
    ],
)
def test_keys_are_made_from_names(name: str, key: str) -> None:
    assert key_of(name) == key
    one = draft("controlled-vocabulary-item", {"name": name})
    rules.key_from_name(one)
    assert one.attributes["key"] == key
    assert "." not in key


def test_a_given_key_stays() -> None:
    one = draft("controlled-vocabulary-item", {"name": "Wing length", "key": "wing"})
    rules.key_from_name(one)
    assert one.attributes["key"] == "wing"


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"dinaComponent": "MATERIAL_SAMPLE", "uriTemplate": "https://example.org/$1"}, []),
        (
            {"dinaComponent": "KITCHEN"},
            [("controlledVocabularyItem.component.unknown", "/attributes/dinaComponent")],
        ),
        (
            {"uriTemplate": "https://example.org/"},
            [("controlledVocabulary.uriTemplate.missingPlaceholder", "/attributes/uriTemplate")],
        ),
    ],
)
def test_a_vocabulary_item_is_sound(attributes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert broken(rules.item_is_sound, draft("controlled-vocabulary-item", attributes)) == expected


@pytest.mark.parametrize(
    ("kind", "value", "good"),
    [
        ("INTEGER", "12", True),
        ("INTEGER", "-12", True),
        ("INTEGER", "1.5", False),
        ("DECIMAL", "1.5", True),
        ("DECIMAL", "1,5", False),
        ("BOOL", "true", True),
        ("BOOL", "FALSE", True),
        ("BOOL", "yes", False),
        ("DATE", "2021-02-28", True),
        ("DATE", "2021-02-30", False),
        ("DATE", "2021-02", False),
        ("STRING", "anything", True),
        (None, "anything", True),
    ],
)
def test_values_of_managed_attributes_fit_their_type(kind: str | None, value: str, good: bool) -> None:
    assert value_fits(kind, value) is good


def test_every_rule_has_its_sentence() -> None:
    folder = Path(rules.__file__).parent
    source = "".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    used = set(re.findall(r'"((?:[a-z][A-Za-z]+)(?:\.[a-z][A-Za-z]+)+)"', source))
    used = {key for key in used if not key.endswith((".toml", ".py"))}
    assert used
    assert used <= {*module.messages, *catalogue()["message"]}
