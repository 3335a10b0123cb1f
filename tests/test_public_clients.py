"""The consortium's own Python client, unmodified, against a server started as people start it (api.md §32)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

pytest.importorskip("dinapy")
from dinapy.apis.agentapi.personapi import PersonAPI
from dinapy.apis.collectionapi.collectingeventapi import CollectingEventAPI
from dinapy.apis.collectionapi.formtemplateapi import FormTemplateAPI
from dinapy.apis.collectionapi.materialsampleapi import MaterialSampleAPI
from dinapy.apis.collectionapi.organismapi import OrganismAPI
from dinapy.apis.collectionapi.splitconfigurationapi import SplitConfigurationAPI
from dinapy.dinaapi import DinaAPI
from dinapy.schemas.collecting_event_pydantic import (
    CollectingEventAttributes,
    CollectingEventData,
    CollectingEventDocument,
)
from dinapy.schemas.material_sample_pydantic import (
    MaterialSampleAttributes,
    MaterialSampleData,
    MaterialSampleDocument,
)
from dinapy.schemas.pydantic_base import RelationshipData, RelationshipLinkage


@pytest.fixture
def signed_in(demo_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The client reads who and where from the environment."""
    for name, value in {
        "KEYCLOAK_USERNAME": "curator", "KEYCLOAK_PASSWORD": "curator", "KEYCLOAK_URL": demo_server,
        "CLIENT_ID": "dina-public", "REALM_NAME": "dina", "SECURE": "false",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    DinaAPI.token = None
    return demo_server


def data(answer: Any) -> Any:
    return (answer.json() if isinstance(answer, requests.Response) else answer)["data"]


def to_one(type_: str, id_: str) -> RelationshipData:
    return RelationshipData(data=RelationshipLinkage(type=type_, id=id_))


def test_people_are_made_found_changed_and_removed(signed_in: str) -> None:
    people = PersonAPI()
    attributes = {"displayName": "Agnes Arber", "givenNames": "Agnes", "familyNames": "Arber"}
    id_ = data(people.create_entity({"data": {"type": "person", "attributes": attributes}}))["id"]
    assert people.find(id_)["data"]["attributes"]["displayName"] == "Agnes Arber"
    change = {"type": "person", "id": id_, "attributes": {"remarks": "botanist"}}
    assert data(people.update_entity(id_, {"data": change}))["attributes"]["remarks"] == "botanist"
    change["attributes"] = {"remarks": "plant morphologist"}
    assert data(people.bulk_update({"data": [change]}))[0]["attributes"]["remarks"] == "plant morphologist"
    found = data(people.get_entity_by_param({"filter[displayName][EQ]": "Agnes Arber"}))
    assert [one["id"] for one in found] == [id_]
    people.remove_entity(id_)
    with pytest.raises(requests.HTTPError, match="410"):
        people.find(id_)


def test_a_sample_goes_round_through_the_clients_models_unchanged(signed_in: str) -> None:
    events, organisms, samples = CollectingEventAPI(), OrganismAPI(), MaterialSampleAPI()
    event = CollectingEventDocument(
        data=CollectingEventData(
            type="collecting-event",
            attributes=CollectingEventAttributes(
                group="demo", startEventDateTime="1911-05", dwcVerbatimLocality="Ottawa"
            ),
        )
    )
    event_id = data(events.create_entity(event.serialize()))["id"]
    organism = {
        "group": "demo",
        "determination": [{"verbatimScientificName": "Carex aquatilis Wahlenb.", "isPrimary": True}],
    }
    organism_id = data(organisms.create_entity({"data": {"type": "organism", "attributes": organism}}))["id"]
    made = MaterialSampleDocument(
        data=MaterialSampleData(
            type="material-sample",
            attributes=MaterialSampleAttributes(
                group="demo", materialSampleName="PY 1", materialSampleType="WHOLE_ORGANISM", tags=["new"]
            ),
            relationships={
                "collectingEvent": to_one("collecting-event", event_id),
                "organism": RelationshipData(data=[RelationshipLinkage(type="organism", id=organism_id)]),
            },
        )
    )
    id_ = data(samples.create_entity(made.serialize()))["id"]
    read = samples.get_entity(id_).json()
    document = MaterialSampleDocument.deserialize(read)
    again = data(samples.update_entity(id_, document.serialize()))
    ignored = {"lastUpdatedOn", "resourceVersion"}
    assert {k: v for k, v in again["attributes"].items() if k not in ignored} == {
        k: v for k, v in read["data"]["attributes"].items() if k not in ignored
    }
    assert data(samples.bulk_update({"data": [document.serialize()["data"]]}))[0]["id"] == id_
    found = samples.get_entities(
        include_params="collectingEvent,organism", filter_params={"filter[materialSampleName][EQ]": "PY 1"}
    )
    included = {
        one["type"]
        for one in (found.json() if isinstance(found, requests.Response) else found).get("included", [])
    }
    assert included == {"collecting-event", "organism"}
    samples.remove_entity(id_)


def test_templates_and_split_configurations_are_kept(signed_in: str) -> None:
    template = {
        "group": "demo",
        "name": "beetles",
        "restrictToCreatedBy": False,
        "viewConfiguration": {"components": []},
    }
    made = data(FormTemplateAPI().create_entity({"data": {"type": "form-template", "attributes": template}}))
    assert made["attributes"]["viewConfiguration"] == {"components": []}
    split = {
        "group": "demo", "name": "tissue", "strategy": "TYPE_BASED", "characterType": "NUMBER", "separator": "DASH",
        "materialSampleTypeCreatedBySplit": "MOLECULAR_SAMPLE",
    }  # fmt: skip
    made = data(
        SplitConfigurationAPI().create_entity({"data": {"type": "split-configuration", "attributes": split}})
    )
    assert made["attributes"]["strategy"] == "TYPE_BASED"


def test_the_client_asks_anew_when_its_token_is_refused(signed_in: str) -> None:
    people = PersonAPI()
    assert DinaAPI.token is not None
    DinaAPI.token["access_token"] = "x.y.z"
    assert data(people.get_entity_by_param({"page[limit]": 1}))
