"""A specimen for everybody: what is released, in Darwin Core terms, and nothing of what is withheld."""

from __future__ import annotations

import httpx

from dina.app import App
from tests.conftest import client_of, linked
from tests.modules.exchange.conftest import made, specimen

SECRET = "XYZZY"
PATH = "/exchange/v1/specimens"


async def test_a_released_specimen_has_its_terms(demo: App, curator: httpx.AsyncClient) -> None:
    id_ = await specimen(
        curator, "page", {"dwcCountry": "Canada", "startEventDateTime": "1998-06"},
        {"determination": [{"scientificName": "Carex nigra", "isPrimary": True}, {"scientificName": "Carex acuta"}]},
    )  # fmt: skip
    async with client_of(demo) as anybody:
        told = (await anybody.get(f"{PATH}/{id_}")).json()["data"]
        linked_data = await anybody.get(f"{PATH}/{id_}", headers={"accept": "application/ld+json"})
    terms = told["attributes"]["terms"]
    assert (terms["dwc:country"], terms["dwc:eventDate"]) == ("Canada", "1998-06")
    assert terms["dwc:scientificName"] == "Carex nigra"
    assert len(told["attributes"]["identification"]) == 2
    assert linked_data.headers["content-type"] == "application/ld+json"
    assert linked_data.json()["dwc:country"] == "Canada"
    assert linked_data.json()["@id"] == told["links"]["about"]


async def test_what_is_not_released_is_not_there(demo: App, curator: httpx.AsyncClient) -> None:
    hidden = [
        await specimen(curator, "hide", publiclyReleasable=None),
        await specimen(curator, "hide", publiclyReleasable=False, notPubliclyReleasableReason=SECRET),
        await specimen(curator, "hide", isRestricted=True),
    ]
    gone = await specimen(curator, "hide")
    assert (await curator.delete(f"/collection/v1/material-sample/{gone}")).status_code == 204
    async with client_of(demo) as anybody:
        for id_ in (*hidden, gone, "00000000-0000-4000-8000-000000000000"):
            assert (await anybody.get(f"{PATH}/{id_}")).status_code == 404


async def test_places_of_sensitive_taxa_stay_coarse_and_a_part_has_the_event_of_the_whole(
    demo: App, curator: httpx.AsyncClient
) -> None:
    await made(
        curator,
        "sensitive-taxon",
        {"scientificName": "Carex secreta", "action": "GENERALISE", "coordinatePrecision": 1},
    )
    whole = await specimen(
        curator, "coarse",
        {"dwcVerbatimLocality": SECRET, "dwcCountry": "Canada",
         "geoReferenceAssertions": [{"dwcDecimalLatitude": 45.4321, "dwcDecimalLongitude": -75.1234, "isPrimary": True}]},
        {"determination": [{"scientificName": "Carex secreta", "isPrimary": True}]},
    )  # fmt: skip
    part = await made(
        curator, "material-sample",
        {"materialSampleName": "coarse-part", "publiclyReleasable": True, "tags": ["coarse"]},
        parentMaterialSample=linked("material-sample", whole),
    )  # fmt: skip
    async with client_of(demo) as anybody:
        for id_ in (whole, part):
            answer = await anybody.get(f"{PATH}/{id_}")
            terms = answer.json()["data"]["attributes"]["terms"]
            assert terms["dwc:country"] == "Canada"
            assert (terms["dwc:decimalLatitude"], terms["dwc:decimalLongitude"]) == ("45.5", "-75.5")
            assert SECRET not in answer.text
