"""Rules that need the database or the whole request: status, code, pointer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest

from tests.conftest import linked, resource
from tests.modules.collection.storage_facts import GROUP, made, said, sample

BASE = "/collection/v1"
TODAY = dt.datetime.now(dt.UTC).date().isoformat()
PLACE = "geographicPlaceNameSourceDetail"


@pytest.mark.parametrize("type_", ["collecting-event", "site"])
@pytest.mark.parametrize("country", [None, {}, {"name": ""}])
async def test_place_details_need_the_country(api: httpx.AsyncClient, type_: str, country: Any) -> None:
    detail: dict[str, Any] = {"customGeographicPlace": "the bog", "country": country}
    attributes = {"group": GROUP, "geographicPlaceNameSource": "OSM", PLACE: detail}
    attributes |= {"name": "Bog"} if type_ == "site" else {}
    answer = await api.post(f"{BASE}/{type_}", json=resource(type_, attributes))
    assert answer.status_code == 422
    assert said(answer)[0][:2] == ("CONSTRAINT_VIOLATION", f"/data/attributes/{PLACE}/country")
    detail["country"] = {"name": "Canada", "code": "CA"}
    assert (await api.post(f"{BASE}/{type_}", json=resource(type_, attributes))).status_code == 201


async def vocabulary(api: httpx.AsyncClient, class_: str) -> str:
    attributes = {"name": f"List of {class_}", "type": "SYSTEM", "vocabClass": class_}
    answer = await api.post(
        f"{BASE}/controlled-vocabulary", json=resource("controlled-vocabulary", attributes)
    )
    if answer.status_code == 201:
        return answer.json()["data"]["id"]
    key = attributes["name"].lower().replace(" ", "_")
    return (await api.get(f"{BASE}/controlled-vocabulary/{key}")).json()["data"]["id"]


@pytest.mark.parametrize(("class_", "status"), [("CONTROLLED_TERM", 422), ("QUALIFIED_VALUE", 201)])
async def test_a_controlled_term_has_no_accepted_values(
    api: httpx.AsyncClient, class_: str, status: int
) -> None:
    body = resource(
        "controlled-vocabulary-item", {"group": GROUP, "name": f"Item of {class_}", "acceptedValues": ["a"]},
        relationships={"controlledVocabulary": linked("controlled-vocabulary", await vocabulary(api, class_))},
    )  # fmt: skip
    answer = await api.post(f"{BASE}/controlled-vocabulary-item", json=body)
    assert answer.status_code == status
    if status == 422:
        assert said(answer)[0][:2] == ("BUSINESS_RULE", "/data/attributes/acceptedValues")
        rule = "controlledVocabulary.acceptedValueOnControlledTerm"
        assert answer.json()["errors"][0]["meta"]["rule"] == rule


async def test_a_custom_field_of_another_component_is_told_apart(api: httpx.AsyncClient) -> None:
    managed = "01998155-a6f0-7c2f-9fcc-994d74222f9c"
    attributes = {
        "group": GROUP, "name": "Only for events", "dinaComponent": "COLLECTING_EVENT",
        "vocabularyElementType": "STRING",
    }  # fmt: skip
    await made(
        api, "controlled-vocabulary-item", attributes, controlledVocabulary=("controlled-vocabulary", managed)
    )
    body = resource(
        "material-sample", {"group": GROUP, "managedAttributes": {"only_for_events": "x", "nowhere": "y"}}
    )
    answer = await api.post(f"{BASE}/material-sample", json=body)
    assert answer.status_code == 422
    pointer = "/data/attributes/managedAttributes"
    found = [(e["code"], e["source"]["pointer"], e["meta"]["rule"]) for e in answer.json()["errors"]]
    assert found == [
        ("VOCABULARY_VALUE", f"{pointer}/only_for_events", "managedAttribute.keyContext.invalid"),
        ("VOCABULARY_VALUE", f"{pointer}/nowhere", "managedAttribute.key.invalid"),
    ]


async def test_a_project_with_parts_does_not_become_a_part(api: httpx.AsyncClient) -> None:
    whole, other = [await made(api, "project", {"group": GROUP, "name": name}) for name in ("Whole", "Other")]
    part = await made(api, "project", {"group": GROUP, "name": "Part"}, parentProject=("project", whole))

    async def put(id_: str, inside: str | None) -> httpx.Response:
        link = linked("project", inside) if inside else {"data": None}
        body = resource("project", id=id_, relationships={"parentProject": link})
        return await api.patch(f"{BASE}/project/{id_}", json=body)

    for id_, inside, rule in ((whole, other, "project.hasParts"), (other, part, "project.oneLevel")):
        answer = await put(id_, inside)
        assert answer.status_code == 422
        assert said(answer)[0][:2] == ("BUSINESS_RULE", "/data/relationships/parentProject")
        assert answer.json()["errors"][0]["meta"]["rule"] == rule
    assert (await put(part, None)).status_code == 200
    assert (await put(whole, other)).status_code == 200


async def state_of(api: httpx.AsyncClient, id_: str, **attributes: Any) -> Any:
    answer = await api.patch(
        f"{BASE}/material-sample/{id_}", json=resource("material-sample", attributes, id=id_)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["attributes"]["stateChangedOn"]


async def test_the_day_of_a_change_of_state_is_noted(api: httpx.AsyncClient) -> None:
    id_ = await sample(api, "intact")
    assert (await api.get(f"{BASE}/material-sample/{id_}")).json()["data"]["attributes"][
        "stateChangedOn"
    ] is None
    assert await state_of(api, id_, materialSampleRemarks="looked at") is None
    assert await state_of(api, id_, materialSampleState="damaged") == TODAY
    assert await state_of(api, id_, materialSampleState="lost", stateChangedOn="1999-12-31") == "1999-12-31"
    assert await state_of(api, id_, materialSampleState="lost") == "1999-12-31"
    assert await state_of(api, id_, materialSampleState=None) == TODAY


@pytest.mark.parametrize(
    ("action", "pointer"),
    [
        ({}, ""),
        ({"actionType": " ", "date": "2026-01-01"}, ""),
        ({"actionType": "loan back", "date": "soon"}, "/date"),
        ({"actionType": "loan back", "assignedTo": {"type": "user"}}, "/assignedTo"),
        ({"actionType": "loan back", "assignedTo": {"type": "person", "id": "0198a6c2-0000-7000-8000-000000000001"}}, "/assignedTo"),
    ],
)  # fmt: skip
async def test_a_scheduled_action_says_what_is_to_be_done(
    api: httpx.AsyncClient, action: dict[str, Any], pointer: str
) -> None:
    actions = [{"actionType": "photograph"}, action]
    body = resource("material-sample", {"group": GROUP, "scheduledActions": actions})
    answer = await api.post(f"{BASE}/material-sample", json=body)
    assert answer.status_code == 422
    assert said(answer)[0][1] == f"/data/attributes/scheduledActions/1{pointer}"


async def test_a_custom_field_in_use_stays(api: httpx.AsyncClient) -> None:
    managed = "01998155-a6f0-7c2f-9fcc-994d74222f9c"
    attributes = {"group": GROUP, "dinaComponent": "MATERIAL_SAMPLE", "vocabularyElementType": "STRING"}
    vocabulary = ("controlled-vocabulary", managed)
    used, unused = [
        await made(
            api, "controlled-vocabulary-item", {**attributes, "name": name}, controlledVocabulary=vocabulary
        )
        for name in ("Used field", "Unused field")
    ]
    id_ = await sample(api, "says it", managedAttributes={"used_field": "yes"})
    path = f"{BASE}/controlled-vocabulary-item"
    assert (await api.delete(f"{path}/{unused}")).status_code == 204
    answer = await api.delete(f"{path}/{used}")
    assert answer.status_code == 422
    assert said(answer) == [
        ("STILL_REFERENCED", None, "«Used field» is used by 1 record. It can be retired instead.")
    ]
    await api.delete(f"{BASE}/material-sample/{id_}")
    assert (await api.delete(f"{path}/{used}")).status_code == 204


@pytest.mark.parametrize(
    ("vocabulary", "component"),
    [
        *(
            ("managed_attribute", c)
            for c in ("COLLECTING_EVENT", "PREPARATION", "ORGANISM", "DETERMINATION", "SITE")
        ),
        ("identifier_type", "COLLECTION"),
        ("type_status", None),
        ("association_type", None),
        ("project_role", None),
    ],
)
async def test_use_is_looked_for_where_items_are_used(
    api: httpx.AsyncClient, vocabulary: str, component: str | None
) -> None:
    found = (await api.get(f"{BASE}/controlled-vocabulary/{vocabulary}")).json()["data"]["id"]
    attributes = {"group": GROUP, "name": f"Nobody says {component}", "dinaComponent": component}
    item = await made(
        api, "controlled-vocabulary-item", attributes, controlledVocabulary=("controlled-vocabulary", found)
    )
    assert (await api.delete(f"{BASE}/controlled-vocabulary-item/{item}")).status_code == 204
