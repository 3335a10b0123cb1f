"""A custom field in use is retired: forms offer it no more, and records that have it keep it."""

from __future__ import annotations

import uuid
from typing import Any

from tests.browser.test_events import PREFIX, SAMPLE, Api, api

__all__ = ["api"]
ITEM = "controlled-vocabulary-item"


async def test_a_retired_custom_field_is_in_no_new_form_and_stays_where_it_is(api: Api) -> None:
    name = f"Wing span {uuid.uuid4().hex[:6]}"
    vocabulary = await api.client.get(
        f"{PREFIX}/controlled-vocabulary?filter[key]=managed_attribute", headers=api.headers
    )
    link = {"type": "controlled-vocabulary", "id": vocabulary.json()["data"][0]["id"]}
    attributes: dict[str, Any] = {
        "name": name, "dinaComponent": "MATERIAL_SAMPLE", "vocabularyElementType": "STRING", "group": "demo",
    }  # fmt: skip
    data = {"type": ITEM, "attributes": attributes, "relationships": {"controlledVocabulary": {"data": link}}}
    made = await api.client.post(f"{PREFIX}/{ITEM}", json={"data": data}, headers=api.headers)
    assert made.status_code == 201, made.text
    item = made.json()["data"]
    values = {
        "materialSampleName": f"RETIRED-{item['id'][:8]}",
        "managedAttributes": {item["attributes"]["key"]: "12 mm"},
    }
    specimen = await api.make(SAMPLE, values)
    page = (await api.client.get(f"/en/{ITEM}/{item['id']}")).text
    assert f"/en/{ITEM}/{item['id']}/edit#retired" in page
    form = {name: str(value) for name, value in item["attributes"].items() if isinstance(value, str | int)}
    form |= {"retired": "true", "controlledVocabulary": link["id"], "_record": item["id"]}
    sent = await api.send(f"/en/{ITEM}/{item['id']}/edit", **form)
    assert "is saved" in sent.text
    stored = (await api.client.get(f"{PREFIX}/{ITEM}/{item['id']}", headers=api.headers)).json()["data"]
    assert stored["attributes"]["retired"] is True
    control = f'name="managedAttributes.{item["attributes"]["key"]}"'
    assert control not in (await api.client.get("/en/specimens/new")).text
    assert control in (await api.client.get(f"/en/specimens/{specimen}/edit")).text
    assert "12 mm" in (await api.client.get(f"/en/specimens/{specimen}")).text


async def test_a_value_of_a_vocabulary_leads_to_the_records_that_have_it(api: Api) -> None:
    asked = "filter[controlledVocabulary.key]=type_status&filter[key]=neotype"
    found = await api.client.get(f"{PREFIX}/{ITEM}?{asked}", headers=api.headers)
    item = found.json()["data"][0]["id"]
    identified = [
        {"scientificName": f"Carex {uuid.uuid4().hex[:6]}", "typeStatus": "neotype", "isPrimary": True}
    ]
    organism = await api.make("organism", {"determination": identified})
    page = (await api.client.get(f"/en/{ITEM}/{item}/uses")).text
    assert "/en/clean-up?type=material-sample&amp;field=organism.determination.typeStatus" in page
    there = page.split('href="/en/organism?')[1].split('"')[0]
    listed = await api.client.get(f"/en/organism?{there}&sort=-createdOn&limit=200".replace("&amp;", "&"))
    assert organism in listed.text
