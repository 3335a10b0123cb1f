"""Sets of extra fields: how they are read, and what may be said in them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from dina.modules.collection.extensions import EXTENSIONS
from tests.conftest import resource
from tests.modules.collection.storage_facts import GROUP, said

BASE = "/collection/v1"
RISK = "Risk Group 2 (RG2)"


async def test_extensions_are_listed_by_the_component_they_have_fields_for(api: httpx.AsyncClient) -> None:
    everything = (await api.get(f"{BASE}/extension", params={"page[limit]": "1000"})).json()
    assert everything["meta"]["totalResourceCount"] == len(EXTENSIONS)
    asked = {"filter[extension.fields.dinaComponent]": "RESTRICTION", "sort": "key"}
    found = (await api.get(f"{BASE}/extension", params=asked)).json()["data"]
    assert [one["id"] for one in found] == ["cfia_ppc", "phac_animal_rg", "phac_cl", "phac_human_rg"]
    narrow = asked | {"filter[extension.key][EQ]": "phac_cl", "filter[extension.fields.key]": "level"}
    assert [one["id"] for one in (await api.get(f"{BASE}/extension", params=narrow)).json()["data"]] == [
        "phac_cl"
    ]
    none = asked | {"filter[extension.fields.key]": "ph"}
    assert (await api.get(f"{BASE}/extension", params=none)).json()["data"] == []
    page = (await api.get(f"{BASE}/extension", params={"page[limit]": "2", "page[offset]": "1"})).json()
    assert len(page["data"]) == 2
    assert "page%5Boffset%5D=3" in page["links"]["next"]


async def test_an_extension_tells_its_fields_in_both_languages(api: httpx.AsyncClient) -> None:
    found = (await api.get(f"{BASE}/extension/phac_human_rg")).json()["data"]
    assert found["type"] == "extension"
    extension = found["attributes"]["extension"]
    assert (extension["key"], extension["version"]) == ("phac_human_rg", "2022-02")
    (field,) = extension["fields"]
    assert (field["key"], field["dinaComponent"]) == ("risk_group", "RESTRICTION")
    assert RISK in field["acceptedValues"]
    assert {one["lang"] for one in field["multilingualDescription"]["descriptions"]} == {"en", "fr"}
    assert (await api.get(f"{BASE}/extension/nowhere")).status_code == 404


async def test_a_field_is_read_by_extension_and_key(api: httpx.AsyncClient) -> None:
    found = (await api.get(f"{BASE}/field-extension-value/mixs_soil_v5.horizon")).json()["data"]
    assert found["id"] == "mixs_soil_v5.horizon"
    assert found["attributes"]["extensionKey"] == "mixs_soil_v5"
    assert found["attributes"]["extensionName"] == "MIxS Soil v5"
    assert found["attributes"]["field"]["name"] == "Horizon"
    for key in ("mixs_soil_v5.nowhere", "nowhere.horizon", "mixs_soil_v5"):
        assert (await api.get(f"{BASE}/field-extension-value/{key}")).status_code == 404


def test_every_field_has_labels_and_keys_without_dots() -> None:
    for extension in EXTENSIONS.values():
        assert extension.fields, extension.key
        for key, field in extension.fields.items():
            assert "." not in key
            assert field.label.en
            assert field.label.fr
            assert field.component in ("RESTRICTION", "COLLECTING_EVENT", "MATERIAL_SAMPLE", "PROJECT")


GOOD: list[tuple[str, str, dict[str, Any]]] = [
    (
        "material-sample",
        "extensionValues",
        {"agronomy_ontology_v1": {"crop": "barley", "1000_grain_weight": "41.5"}},
    ),
    ("material-sample", "extensionValues", {"mixs_soil_v6": {"ph": "7.4"}}),
    ("material-sample", "restrictionFieldsExtension", {"phac_animal_rg": {"risk_group": RISK.lower()}}),
    (
        "collecting-event",
        "extensionValues",
        {"mixs_soil_v4": {"ph": "7.4", "tillage": "none", "store_cond": "-80"}},
    ),
    ("project", "extensionValues", {"ncbi_sra_project_v1": {"submitted_to_sra": "2020-01-01"}}),
    ("material-sample", "extensionValues", {}),
]
BAD: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("material-sample", "extensionValues", {"nowhere": {"a": "b"}}, "/nowhere", "extension.unknown"),
    ("material-sample", "extensionValues", {"a/b": {"a": "b"}}, "/a~1b", "extension.unknown"),
    ("collecting-event", "extensionValues", {"mixs_soil_v5": {"x": "1"}}, "/mixs_soil_v5/x", "extension.field.unknown"),
    ("material-sample", "extensionValues", {"mixs_soil_v5": {"ph": "7"}}, "/mixs_soil_v5/ph", "extension.field.component"),
    ("project", "extensionValues", {"mixs_soil_v5": {"ph": "7"}}, "/mixs_soil_v5/ph", "extension.field.component"),
    ("collecting-event", "extensionValues", {"mixs_soil_v5": {"ph": "  "}}, "/mixs_soil_v5/ph", "extension.value.blank"),
    (
        "material-sample", "restrictionFieldsExtension", {"phac_cl": {"level": "9"}}, "/phac_cl/level",
        "extension.value.notAccepted",
    ),
    (
        "material-sample", "restrictionFieldsExtension", {"mixs_soil_v5": {"ph": "7"}}, "/mixs_soil_v5/ph",
        "extension.field.component",
    ),
    (
        "material-sample", "extensionValues", {"agronomy_ontology_v1": {"1000_grain_weight": "heavy"}},
        "/agronomy_ontology_v1/1000_grain_weight", "extension.value.kind",
    ),
]  # fmt: skip
NAMES = {"material-sample": "materialSampleName", "collecting-event": "dwcFieldNumber", "project": "name"}


@pytest.mark.parametrize(("type_", "attribute", "value"), GOOD)
async def test_known_fields_take_their_values(
    api: httpx.AsyncClient, type_: str, attribute: str, value: dict[str, Any]
) -> None:
    body = resource(type_, {"group": GROUP, NAMES[type_]: "extended", attribute: value})
    answer = await api.post(f"{BASE}/{type_}", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["attributes"][attribute] == value


@pytest.mark.parametrize(("type_", "attribute", "value", "pointer", "rule"), BAD)
async def test_what_does_not_fit_a_field_is_refused(
    api: httpx.AsyncClient, type_: str, attribute: str, value: dict[str, Any], pointer: str, rule: str
) -> None:
    body = resource(type_, {"group": GROUP, NAMES[type_]: "extended", attribute: value})
    answer = await api.post(f"{BASE}/{type_}", json=body)
    assert answer.status_code == 422
    assert said(answer)[0][:2] == ("VOCABULARY_VALUE", f"/data/attributes/{attribute}{pointer}")
    assert answer.json()["errors"][0]["meta"]["rule"] == rule


async def test_vocabularies_are_found_under_their_newer_name_too(api: httpx.AsyncClient) -> None:
    old = (await api.get(f"{BASE}/vocabulary/materialSampleState")).json()["data"]
    new = (await api.get(f"{BASE}/vocabulary2/materialSampleState")).json()["data"]
    assert old == new
    assert (await api.get(f"{BASE}/vocabulary2")).json()["meta"]["totalResourceCount"] > 5
    assert (await api.get(f"{BASE}/protocol-element/quantity")).json()["data"]["attributes"]["term"]
    assert (await api.get(f"{BASE}/protocol-element")).json()["meta"]["totalResourceCount"] == 2
