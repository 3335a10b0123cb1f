"""Every row of the contract's tables of statuses and error codes (api.md §13.1, §21): status, code, pointer, nothing written."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.conftest import linked, resource

PERSON = "/agent/v1/person"
SAMPLE = "/collection/v1/material-sample"
ORGANISM = "/collection/v1/organism"
NOBODY = "00000000-0000-4000-8000-000000000000"
JSON_API = "application/vnd.api+json"


def error(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == JSON_API
    document = answer.json()
    assert "data" not in document
    for one in document["errors"]:
        assert one["status"].isdigit()
        assert one["detail"]
        assert one["detail"] != one["code"]
    return document["errors"][0]


async def count(api: httpx.AsyncClient, path: str) -> int:
    return (await api.get(f"{path}/count")).json()["data"]["attributes"]["value"]


BODIES: list[tuple[str, str, Any, int, str, str | None]] = [
    ("malformed JSON", PERSON, b'{"data":', 400, "MALFORMED_DOCUMENT", None),
    ("no data", PERSON, {"meta": {}}, 400, "MALFORMED_DOCUMENT", ""),
    ("an array where an object is due", PERSON, {"data": []}, 400, "MALFORMED_DOCUMENT", "/data"),
    ("a list as document", PERSON, [], 400, "MALFORMED_DOCUMENT", ""),
    ("no type", PERSON, {"data": {"attributes": {}}}, 400, "MALFORMED_DOCUMENT", "/data"),
    ("attributes are no object", PERSON, {"data": {"type": "person", "attributes": 1}}, 400, "MALFORMED_DOCUMENT", "/data/attributes"),
    ("an id that is no UUID", PERSON, resource("person", {"displayName": "A"}, id="7"), 400, "MALFORMED_DOCUMENT", "/data/id"),
    ("an unknown attribute", PERSON, resource("person", {"displayName": "A", "shoe": 43}), 400, "UNKNOWN_ATTRIBUTE", "/data/attributes/shoe"),
    ("an unknown relationship", PERSON, resource("person", {"displayName": "A"}, relationships={"pet": {"data": None}}), 400, "UNKNOWN_RELATIONSHIP", "/data/relationships/pet"),
    ("a script", PERSON, resource("person", {"displayName": "<script>alert(1)</script>"}), 400, "UNSAFE_TEXT", "/data/attributes/displayName"),
    ("an unclosed image", PERSON, resource("person", {"displayName": "A", "remarks": "<img src=x onerror=alert(1)"}), 400, "UNSAFE_TEXT", "/data/attributes/remarks"),
    ("an unknown member of an embedded object", ORGANISM, resource("organism", {"group": "cnc", "determination": [{"verbatimScientificName": "Carex", "colour": "red"}]}), 400, "UNKNOWN_ATTRIBUTE", "/data/attributes/determination/0/colour"),
    ("a required attribute is missing", PERSON, resource("person", {"email": "a@b.ca"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes"),
    ("a blank name", PERSON, resource("person", {"displayName": "  "}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/displayName"),
    ("a text too long", PERSON, resource("person", {"displayName": "A", "givenNames": "x" * 51}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/givenNames"),
    ("a number where text is due", PERSON, resource("person", {"displayName": 7}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/displayName"),
    ("no e-mail address", PERSON, resource("person", {"displayName": "A", "email": "nobody"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/email"),
    ("no web address", PERSON, resource("person", {"displayName": "A", "webpage": "javascript:alert(1)"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/webpage"),
    ("a NUL character", PERSON, resource("person", {"displayName": "A\x00B"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/displayName"),
    ("a date that does not exist", "/collection/v1/collecting-event", resource("collecting-event", {"group": "cnc", "startEventDateTime": "1999-02-31"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/startEventDateTime"),
    ("a date to come", "/collection/v1/collecting-event", resource("collecting-event", {"group": "cnc", "startEventDateTime": "2999"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/startEventDateTime"),
    ("a value outside the enumeration", SAMPLE, resource("material-sample", {"group": "cnc", "materialSampleType": "ROCKET"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes/materialSampleType"),
    ("a broken rule", ORGANISM, resource("organism", {"group": "cnc", "determination": [{"typeStatus": "holotype"}]}), 422, "BUSINESS_RULE", "/data/attributes/determination/0"),
    ("an unknown key of a custom field", SAMPLE, resource("material-sample", {"group": "cnc", "managedAttributes": {"nope": "1"}}), 422, "VOCABULARY_VALUE", "/data/attributes/managedAttributes/nope"),
    ("no group", SAMPLE, resource("material-sample", {"materialSampleName": "X"}), 422, "CONSTRAINT_VIOLATION", "/data/attributes"),
    ("the wrong type", PERSON, resource("organization", {"displayName": "A"}), 409, "TYPE_MISMATCH", "/data/type"),
    ("a link to nothing", SAMPLE, resource("material-sample", {"group": "cnc"}, relationships={"collection": linked("collection", NOBODY)}), 404, "RELATED_NOT_FOUND", "/data/relationships/collection/data"),
    ("a link of the wrong type", SAMPLE, resource("material-sample", {"group": "cnc"}, relationships={"collection": linked("project", NOBODY)}), 422, "LINKAGE_TYPE_MISMATCH", "/data/relationships/collection/data"),
    ("an external link of the wrong type", SAMPLE, resource("material-sample", {"group": "cnc"}, relationships={"preparedBy": linked("cat", NOBODY, many=True)}), 422, "LINKAGE_TYPE_MISMATCH", "/data/relationships/preparedBy/data/0/type"),
    ("a linkage without id", SAMPLE, resource("material-sample", {"group": "cnc"}, relationships={"collection": {"data": {"type": "collection"}}}), 400, "MALFORMED_DOCUMENT", "/data/relationships/collection/data"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "path", "body", "status", "code", "pointer"), BODIES, ids=[b[0] for b in BODIES]
)
async def test_a_bad_body_is_refused_with_code_and_pointer_and_nothing_is_written(
    api: httpx.AsyncClient, case: str, path: str, body: Any, status: int, code: str, pointer: str | None
) -> None:
    before = await count(api, path)
    sent = (
        {"content": body, "headers": {"content-type": JSON_API}}
        if isinstance(body, bytes)
        else {"json": body}
    )
    answer = await api.post(path, **sent)
    found = error(answer)
    assert (answer.status_code, found["code"]) == (status, code), answer.text
    assert found.get("source", {}).get("pointer") == pointer
    assert await count(api, path) == before


QUERIES: list[tuple[str, str, str]] = [
    ("foo=1", "UNKNOWN_PARAMETER", "foo"),
    ("page[limit]=1001", "PAGE_LIMIT_TOO_LARGE", "page[limit]"),
    ("page[limit]=-1", "BAD_PARAMETER", "page[limit]"),
    ("page[offset]=x", "BAD_PARAMETER", "page[offset]"),
    ("page[limit]=", "BAD_PARAMETER", "page[limit]"),
    ("page[after]=zzz", "BAD_PARAMETER", "page[after]"),
    ("filter[nope]=1", "UNKNOWN_ATTRIBUTE", "filter[nope]"),
    ("filter[displayName][WAT]=1", "FILTER_SYNTAX", "filter[displayName][WAT]"),
    ('filter[displayName]="open', "FILTER_SYNTAX", "filter[displayName]"),
    ("filter[createdOn][GT]=x", "BAD_PARAMETER", "filter[createdOn][GT]"),
    ("filter[createdOn][GT]=null", "BAD_PARAMETER", "filter[createdOn][GT]"),
    ("fiql=displayName", "FILTER_SYNTAX", "fiql"),
    ("fiql=(displayName==a", "FILTER_SYNTAX", "fiql"),
    ("filter[rsql]=displayName=in=a", "FILTER_SYNTAX", "filter[rsql]"),
    ("fiql=" + ",".join(f"displayName=={i}" for i in range(60)), "FILTER_TOO_COMPLEX", "filter"),
    ("sort=nope", "UNKNOWN_ATTRIBUTE", "sort"),
    ("sort=", "BAD_PARAMETER", "sort"),
    ("sort=aliases", "BAD_PARAMETER", "sort"),
    ("sort=organizations.createdOn", "BAD_PARAMETER", "sort"),
    ("include=nope", "UNKNOWN_RELATIONSHIP", "include"),
    ("fields[person]=nope", "UNKNOWN_ATTRIBUTE", "fields[person]"),
    ("fields[cat]=name", "UNKNOWN_ATTRIBUTE", "fields[cat]"),
    ("deleted=maybe", "BAD_PARAMETER", "deleted"),
    ("filter[displayName]=%FF", "BAD_PARAMETER", "filter[displayName]=%FF"),
]


@pytest.mark.parametrize(("query", "code", "parameter"), QUERIES, ids=[q[0][:40] for q in QUERIES])
async def test_a_bad_parameter_is_named(
    api: httpx.AsyncClient, query: str, code: str, parameter: str
) -> None:
    answer = await api.get(f"{PERSON}?{query}")
    assert answer.status_code == 400, answer.text
    found = error(answer)
    assert found["code"] == code
    if "%FF" not in query:
        assert found["source"]["parameter"] == parameter


HEADERS: list[tuple[str, str, dict[str, str], int, str]] = [
    ("an unknown media type", "POST", {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    (
        "a media type parameter",
        "POST",
        {"content-type": f"{JSON_API}; version=2"},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    (
        "an unknown extension",
        "POST",
        {"content-type": f'{JSON_API}; ext="urn:x:none"'},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    (
        "another charset",
        "POST",
        {"content-type": f"{JSON_API}; charset=latin-1"},
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    ("nothing acceptable", "GET", {"accept": "text/html"}, 406, "NOT_ACCEPTABLE"),
    (
        "only parametrised types acceptable",
        "GET",
        {"accept": f"{JSON_API}; version=2"},
        406,
        "NOT_ACCEPTABLE",
    ),
    ("a method that is not served", "PUT", {}, 405, "METHOD_NOT_ALLOWED"),
]


@pytest.mark.parametrize(
    ("case", "method", "headers", "status", "code"), HEADERS, ids=[h[0] for h in HEADERS]
)
async def test_bad_headers_and_methods(
    api: httpx.AsyncClient, case: str, method: str, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await api.request(method, PERSON, headers=headers, content=b"{}" if method == "POST" else b"")
    assert (answer.status_code, error(answer)["code"]) == (status, code)
    if status == 405:
        assert "POST" in answer.headers["allow"]


async def test_what_is_not_there_answers_404_and_what_was_deleted_410(api: httpx.AsyncClient) -> None:
    for path in (f"{PERSON}/{NOBODY}", f"{PERSON}/not-a-uuid"):
        answer = await api.get(path)
        assert (answer.status_code, error(answer)["code"]) == (404, "NOT_FOUND")
    answer = await api.get("/agent/v1/nothing")
    assert (answer.status_code, error(answer)["code"]) == (404, "NO_SUCH_ENDPOINT")
    made = (await api.post(PERSON, json=resource("person", {"displayName": "Gone"}))).json()["data"]["id"]
    assert (await api.delete(f"{PERSON}/{made}")).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        body = resource("person", {}, id=made) if method == "PATCH" else None
        answer = await api.request(method, f"{PERSON}/{made}", json=body)
        found = error(answer)
        assert (answer.status_code, found["code"], found["status"]) == (410, "GONE", "410")
    about = found["links"]["about"]
    assert about.endswith(f"audit-snapshot?filter[instanceId]=person/{made}")
    assert len((await api.get(about)).json()["data"]) == 2
    assert (await api.get(found["meta"]["deletedResource"])).json()["data"]["attributes"][
        "deletedBy"
    ] == "dev"


async def test_many_deleted_at_once_say_which_are_not_there_and_which_are_gone(
    api: httpx.AsyncClient,
) -> None:
    gone, here = [
        (await api.post(PERSON, json=resource("person", {"displayName": name}))).json()["data"]["id"]
        for name in ("Gone", "Here")
    ]
    await api.delete(f"{PERSON}/{gone}")
    body = {"data": [{"type": "person", "id": one} for one in (here, gone, NOBODY)]}
    answer = await api.request(
        "DELETE", f"{PERSON}/bulk", json=body, headers={"content-type": "application/vnd.api+json; ext=bulk"}
    )
    told = [(e["status"], e["code"], e["source"]["pointer"]) for e in answer.json()["errors"]]
    assert told == [("410", "GONE", "/data/1/id"), ("404", "NOT_FOUND", "/data/2/id")]
    assert (await api.get(f"{PERSON}/{here}")).status_code == 200


async def test_ids_clash_and_mismatch(api: httpx.AsyncClient) -> None:
    id_ = str(uuid.uuid4())
    assert (await api.post(PERSON, json=resource("person", {"displayName": "A"}, id=id_))).status_code == 201
    answer = await api.post(PERSON, json=resource("person", {"displayName": "B"}, id=id_))
    assert (answer.status_code, error(answer)["code"]) == (409, "ID_IN_USE")
    answer = await api.patch(f"{PERSON}/{id_}", json=resource("person", {"displayName": "C"}, id=NOBODY))
    assert (answer.status_code, error(answer)["code"], error(answer)["source"]["pointer"]) == (
        409,
        "ID_MISMATCH",
        "/data/id",
    )
    assert (await api.get(f"{PERSON}/{id_}")).json()["data"]["attributes"]["displayName"] == "A"


async def test_all_faults_of_a_request_are_reported_together(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        PERSON, json=resource("person", {"displayName": " ", "email": "x", "webpage": "y"})
    )
    pointers = {one["source"]["pointer"] for one in answer.json()["errors"]}
    assert answer.status_code == 422
    assert pointers == {f"/data/attributes/{n}" for n in ("displayName", "email", "webpage")}


async def test_sentences_come_in_french_when_asked(api: httpx.AsyncClient) -> None:
    for headers, query in (
        ({"accept-language": "fr-CA,fr;q=0.9"}, ""),
        ({}, "?lang=fr"),
        ({}, "?language=fr"),
    ):
        answer = await api.post(
            f"{PERSON}{query}", json=resource("person", {"displayName": "A", "email": "x"}), headers=headers
        )
        assert error(answer)["title"] == "Contrainte non respectée"
        assert answer.headers["content-language"] == "fr"
    answer = await api.post(PERSON, json=resource("person", {"displayName": "A", "email": "x"}))
    assert error(answer)["title"] == "Constraint violation"


async def test_too_many_items_and_too_large_bodies(api: httpx.AsyncClient) -> None:
    items = [{"type": "person", "attributes": {"displayName": "x"}}] * 5001
    answer = await api.post(f"{PERSON}/bulk", json={"data": items})
    assert (answer.status_code, error(answer)["code"], error(answer)["meta"]["limit"]) == (
        413,
        "TOO_MANY_ITEMS",
        5000,
    )
    answer = await api.post(PERSON, content=b" " * (21 * 1024 * 1024), headers={"content-type": JSON_API})
    assert (answer.status_code, error(answer)["code"]) == (413, "PAYLOAD_TOO_LARGE")
    deep = "[" * 200 + "]" * 200
    answer = await api.post(
        "/collection/v1/site",
        content=f'{{"data":{{"type":"site","attributes":{{"group":"cnc","name":"x","siteGeom":{deep}}}}}}}',
        headers={"content-type": JSON_API},
    )
    assert (answer.status_code, error(answer)["code"]) == (400, "MALFORMED_DOCUMENT")
