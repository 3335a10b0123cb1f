"""What the checker is told, and by whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dina.base.conformance import run
from dina.base.conformance.command import configured
from dina.base.conformance.config import Identity, Relation, identities, read_file, type_facts
from dina.base.conformance.schema import flaws, misfit
from tests.conformance.harness import BASE, config
from tests.conformance.reference import Api
from tests.conformance.reference.description import describe
from tests.conformance.reference.identity import GROUP, token


def test_everything_can_come_from_the_description() -> None:
    found = config(Api())
    assert found.module == "collection"
    assert found.addresses[:2] == (BASE, "https://api.example.org/api/collection-api")
    specimen = found.types["specimen"]
    assert (specimen.text, specimen.to_one) == ("name", Relation("shelf", "shelf"))
    assert specimen.external == Relation("preparedBy", "person")


def test_a_file_says_more_than_the_description() -> None:
    given = {"types": {"specimen": {"probe": {"text": "remarks"}}}, "aliases": ["/other/v1"], "group": "cnc"}
    found = configured(BASE, given, transport=httpx.MockTransport(Api()))
    assert found.types["specimen"].text == "remarks"
    assert found.types["specimen"].number == "count"
    assert found.aliases == ("https://api.example.org/other/v1",)
    assert found.group == "cnc"


def test_a_service_without_description_needs_only_the_file() -> None:
    given = {"types": {"thing": {"probe": {"text": "label"}}}}
    found = configured(BASE, given, transport=httpx.MockTransport(lambda _: httpx.Response(404)))
    assert list(found.types) == ["thing"]


def test_without_identities_the_service_is_taken_to_be_in_development_mode() -> None:
    transport = httpx.MockTransport(Api())
    assert configured(BASE, {}, transport=transport).dev
    assert not configured(BASE, {}, tokens=["user=abc"], transport=transport).dev


def test_passwords_are_exchanged_for_tokens_which_are_kept() -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            asked.append(request.read().decode())
            return httpx.Response(200, json={"access_token": token("super-user"), "expires_in": 300})
        return api(request)

    api, transport = Api(), httpx.MockTransport(handle)
    found = configured(BASE, {}, users=["super-user=ada:open:sesame"], group=GROUP, transport=transport)
    assert run(replace(found, only=frozenset([95, 102]))).ok
    assert asked == ["grant_type=password&client_id=dina-public&username=ada&password=open%3Asesame"] * 2


def test_targets_of_relationships_are_read_from_the_schema() -> None:
    one = {"properties": {"type": {"enum": ["shelf"]}}}
    schema = {"properties": {"relationships": {"properties": {"place": {"properties": {"data": one}}}}}}
    openapi = {
        "components": {"schemas": {"thing": schema}},
        "x-dina": {"types": {"thing": {"probe": {"toOne": "place"}}}},
    }
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=openapi))
    assert configured(BASE, {}, transport=transport).types["thing"].to_one == Relation("place", "shelf")


def test_missing_members_mean_nothing_to_try() -> None:
    facts = type_facts("thing", {}, {})
    assert not any(facts.has(p) for p in ("text", "number", "to_one", "external", "key_map"))
    assert facts.has("writable")
    assert facts.has("stored")


def test_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "check.toml"
    path.write_text(
        'base = "https://api.example.org/collection/v1"\n'
        '[users.admin]\nname = "admin"\npassword = "$ADMIN_PASSWORD"\n'
        '[tokens]\nuser = "abc"\n'
    )
    monkeypatch.setenv("ADMIN_PASSWORD", "open sesame")
    found = identities(read_file(path))
    assert found == {"admin": Identity("admin", "open sesame"), "user": Identity(token="abc")}


@pytest.mark.parametrize("text", ['colour = "red"', "[users.king]\nname = 'a'\npassword = 'b'"])
def test_words_nobody_knows_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "check.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match="unknown"):
        identities(read_file(path))


@pytest.mark.parametrize(
    ("schema", "value", "wrong"),
    [
        ({"type": "string"}, "x", False),
        ({"type": "string"}, 1, True),
        ({"type": "number"}, 1, False),
        ({"type": "string", "nullable": True}, None, False),
        ({"type": ["string", "null"]}, None, False),
        ({"type": "string"}, None, True),
        ({"enum": ["a"]}, "b", True),
        ({"type": "object", "required": ["a"]}, {}, True),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": 1}, True),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, True),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, True),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], True),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, 1, False),
        ({"anyOf": [{"type": "string"}]}, 1, True),
        ({"allOf": [{"type": "object"}, {"required": ["a"]}]}, {}, True),
        ({"$ref": "#/components/schemas/word"}, 1, True),
        ({"$ref": "#/components/schemas/none"}, 1, True),
    ],
)
def test_values_and_schemas(schema: dict[str, Any], value: Any, wrong: bool) -> None:
    root = {"components": {"schemas": {"word": {"type": "string"}}}}
    assert bool(misfit(schema, value, root)) is wrong


@pytest.mark.parametrize(
    "change",
    [
        {"openapi": "2.0"},
        {"info": {"title": "x"}},
        {"paths": {}},
        {"paths": {"thing": {"get": {"responses": {"200": {}}}}}},
        {"paths": {"/thing": {"get": {}}}},
        {"paths": {"/thing/{id}": {"get": {"responses": {"200": {}}}}}},
        {"components": {"schemas": {"a": {"$ref": "#/components/schemas/none"}}}},
    ],
)
def test_flaws_of_a_description(change: dict[str, Any]) -> None:
    whole = describe("/collection/v1")
    assert flaws(whole) == ""
    assert flaws({**whole, **change})


def test_nothing_is_made_of_a_type_that_cannot_be_deleted() -> None:
    whole = describe("/collection/v1")
    del whole["paths"]["/shelf/{id}"]["delete"]
    found = configured(BASE, {}, transport=httpx.MockTransport(lambda _: httpx.Response(200, json=whole)))
    assert found.types["shelf"].read_only
    assert not found.types["specimen"].read_only
