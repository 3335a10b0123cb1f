"""Only what the public may see is ever published: probes for everything that might slip through."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import linked
from tests.modules.exchange.conftest import Define, changed, made, specimen, tagged

SECRET = "XYZZY"


async def test_only_released_specimens_are_published(define: Define, curator: httpx.AsyncClient) -> None:
    open_ = await specimen(curator, "probe")
    for attributes in (
        {"publiclyReleasable": None},
        {"publiclyReleasable": False, "notPubliclyReleasableReason": SECRET},
        {"isRestricted": True},
    ):
        await specimen(curator, "probe", **{"materialSampleRemarks": SECRET, **attributes})
    gone = await specimen(curator, "probe", materialSampleRemarks=SECRET)
    assert (await curator.delete(f"/collection/v1/material-sample/{gone}")).status_code == 204
    publishing = await define(query=tagged("probe"))
    await publishing.published()
    archive = await publishing.archive()
    assert [one["occurrenceID"] for one in archive.occurrences] == [f"urn:uuid:{open_}"]
    assert not any(SECRET.encode() in content for content in archive.files.values())
    await publishing.change(withRestricted=True)
    await publishing.published()
    assert len((await publishing.archive()).occurrences) == 2


@pytest.mark.parametrize(
    "filters",
    [
        {"filter[tags]": "wide", "filter[publiclyReleasable]": "null"},
        {"filter[tags]": "wide", "filter[publiclyReleasable][EQ]": "null"},
        {"filter[tags]": "wide", "filter[publiclyReleasable][NEQ]": "true"},
        {"fiql": "tags==wide,publiclyReleasable==null"},
        {"filter[tags]": "wide", "filter[parentMaterialSample.publiclyReleasable]": "false"},
    ],
)
async def test_a_filter_cannot_widen_what_is_published(
    define: Define, curator: httpx.AsyncClient, filters: dict[str, str]
) -> None:
    await specimen(curator, "wide", publiclyReleasable=None)
    publishing = await define(query={"type": "material-sample", "filters": filters})
    told = await publishing.publish()
    assert told["state"] == "failed"
    assert told["errors"][0]["detail"].startswith(
        ("There is nothing to publish", "The data could not be read")
    )


async def test_what_is_told_to_the_group_alone_is_not_told(
    define: Define, curator: httpx.AsyncClient
) -> None:
    """Restrictions, due actions and storage are for the house, also of a released specimen."""
    id_ = await specimen(
        curator, "inside", isRestricted=True, restrictionRemarks=SECRET,
        scheduledActions=[{"actionType": SECRET, "date": "2030-01-01"}],
    )  # fmt: skip
    publishing = await define(query=tagged("inside"), withRestricted=True)
    await publishing.published()
    archive = await publishing.archive()
    assert archive.by_id()[f"urn:uuid:{id_}"]
    assert not any(SECRET.encode() in content for content in archive.files.values())


async def test_a_withheld_event_says_nothing(define: Define, curator: httpx.AsyncClient) -> None:
    id_ = await specimen(
        curator, "secret", {"dwcVerbatimLocality": SECRET, "dwcCountry": SECRET, "publiclyReleasable": False},
        {"determination": [{"scientificName": "Carex nigra", "isPrimary": True}]},
    )  # fmt: skip
    publishing = await define(query=tagged("secret"))
    await publishing.published()
    archive = await publishing.archive()
    row = archive.by_id()[f"urn:uuid:{id_}"]
    assert row["scientificName"] == "Carex nigra"
    assert (row["eventID"], row["country"]) == ("", "")
    assert not any(SECRET.encode() in content for content in archive.files.values())


async def test_a_withheld_parent_is_neither_named_nor_inherited_from(
    define: Define, curator: httpx.AsyncClient
) -> None:
    parent = await specimen(
        curator, "parent", {"dwcVerbatimLocality": SECRET}, publiclyReleasable=False, identifiers={"occurrence_id": SECRET}
    )  # fmt: skip
    child = await made(
        curator, "material-sample", {"materialSampleName": "child", "publiclyReleasable": True, "tags": ["parent"]},
        parentMaterialSample=linked("material-sample", parent),
    )  # fmt: skip
    publishing = await define(query=tagged("parent"))
    await publishing.published()
    archive = await publishing.archive()
    assert [one["occurrenceID"] for one in archive.occurrences] == [f"urn:uuid:{child}"]
    for content in archive.files.values():
        assert SECRET.encode() not in content
        assert parent.encode() not in content


async def test_places_of_sensitive_taxa_are_rounded_and_their_words_left_out(
    define: Define, curator: httpx.AsyncClient
) -> None:
    rule = await made(
        curator, "sensitive-taxon",
        {"scientificName": "Falco rusticolus", "action": "GENERALISE", "coordinatePrecision": 0.1},
    )  # fmt: skip
    event = {
        "dwcVerbatimLocality": SECRET, "habitat": SECRET, "remarks": SECRET, "dwcVerbatimCoordinates": SECRET,
        "dwcVerbatimLatitude": SECRET, "dwcCountry": "Canada", "startEventDateTime": "2011-06-05",
        "geoReferenceAssertions": [
            {"dwcDecimalLatitude": 61.23456, "dwcDecimalLongitude": -135.98765, "isPrimary": True,
             "dwcGeoreferenceRemarks": SECRET}
        ],
    }  # fmt: skip
    id_ = await specimen(
        curator,
        "falcon",
        event,
        {"determination": [{"scientificName": "Falco rusticolus", "isPrimary": True}]},
    )
    publishing = await define(query=tagged("falcon"), formats=["dwca", "dwc-dp"])
    await publishing.published()
    archive = await publishing.archive()
    row = archive.by_id()[f"urn:uuid:{id_}"]
    assert (row["decimalLatitude"], row["decimalLongitude"]) == ("61.25", "-135.95")
    assert float(row["coordinateUncertaintyInMeters"]) > 7000
    assert row["dataGeneralizations"] == "Coordinates are rounded to 0.1 degrees to protect the taxon."
    assert row["informationWithheld"]
    assert (row["country"], row["eventDate"]) == ("Canada", "2011-06-05")
    page = await publishing.page()
    assert page["coverage"]["box"] == {"west": -135.95, "east": -135.95, "south": 61.25, "north": 61.25}
    package = await publishing.file("dwc-dp.zip")
    for content in (*archive.files.values(), package):
        assert SECRET.encode() not in content
        assert b"61.23456" not in content
    await changed(curator, "collection", "sensitive-taxon", rule, action="WITHHOLD", coordinatePrecision=None)
    await publishing.published()
    row = (await publishing.archive()).by_id()[f"urn:uuid:{id_}"]
    assert (row["decimalLatitude"], row["decimalLongitude"]) == ("", "")
    assert "withheld" in row["informationWithheld"]


async def test_of_people_the_name_is_published_and_nothing_else(
    define: Define, curator: httpx.AsyncClient
) -> None:
    answer = await curator.post(
        "/agent/v1/person",
        json={"data": {"type": "person", "attributes": {"displayName": "Ana Roy", "email": "ana@secret.example", "remarks": SECRET}}},
        headers={"content-type": "application/vnd.api+json"},
    )  # fmt: skip
    person = answer.json()["data"]["id"]
    event = await made(
        curator,
        "collecting-event",
        {"startEventDateTime": "1990"},
        collectors=linked("person", person, many=True),
    )
    await made(
        curator, "material-sample", {"materialSampleName": "p", "publiclyReleasable": True, "tags": ["people"]},
        collectingEvent=linked("collecting-event", event),
    )  # fmt: skip
    publishing = await define(query=tagged("people"), contacts=[{"person": person, "role": "creator"}])
    await publishing.published()
    archive = await publishing.archive()
    assert archive.occurrences[0]["recordedBy"] == "Ana Roy"
    assert b"<surName>Roy</surName>" in archive.files["eml.xml"]
    for content in archive.files.values():
        assert b"secret.example" not in content
        assert SECRET.encode() not in content


async def test_a_data_set_speaks_for_its_own_group(define: Define, curator: httpx.AsyncClient) -> None:
    await specimen(curator, "mine")
    publishing = await define(query=tagged("mine"))
    await publishing.published()
    other = await define(
        query={"type": "material-sample", "filters": {"filter[tags]": "mine", "filter[group]": "cnc"}}
    )
    assert (await other.publish())["state"] == "failed"
