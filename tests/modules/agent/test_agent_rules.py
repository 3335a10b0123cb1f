"""Tables of cases for the rules of agents: what is sent, and where it is broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.modules.agent import module, rules


def draft(type_: str, **attributes: Any) -> Draft:
    return Draft(type_, "0198a6c2-0000-7000-8000-000000000001", attributes, {})


def broken(rule: Callable[[Draft], Any], one: Draft) -> list[tuple[str, str | None]]:
    return [(error.key, error.pointer) for error in rule(one)]


IDENTIFIERS = [
    ("orcid", "0000-0002-1825-0097", True),
    ("orcid", "https://orcid.org/0000-0002-1825-0097", True),
    ("orcid", "http://orcid.org/0000-0001-5109-3700", True),
    ("orcid", "0000-0002-1694-233X", True),
    ("ORCID", "0000-0002-1825-0097", True),
    ("orcid", "0000-0002-1825-0098", False),
    ("orcid", "0000-0002-1694-2331", False),
    ("orcid", "0000-0001-2825-0097", False),
    ("orcid", "0000000218250097", False),
    ("orcid", "0000-0002-1825", False),
    ("orcid", "https://example.org/0000-0002-1825-0097", False),
    ("orcid", "Ada Botanist", False),
    ("isni", "0000 0001 2146 438X", True),
    ("isni", "000000012146438X", True),
    ("isni", "0000 0001 2146 4380", False),
    ("isni", "0000 0001 2146", False),
    ("viaf", "75121530", True),
    ("viaf", "https://viaf.org/viaf/75121530", True),
    ("viaf", "75121530a", False),
    ("viaf", "0", False),
    ("wikidata", "Q1339", True),
    ("wikidata", "https://www.wikidata.org/wiki/Q1339", True),
    ("wikidata", "P1339", False),
    ("wikidata", "Q", False),
    ("wikidata", "Q0", False),
    ("harvard", "whatever they say", True),
]


@pytest.mark.parametrize(("namespace", "value", "good"), IDENTIFIERS)
def test_identifiers_have_the_form_and_check_character_of_their_registry(
    namespace: str, value: str, good: bool
) -> None:
    found = broken(rules.identifier_is_well_formed, draft("identifier", namespace=namespace, value=value))
    expected = [] if good else [(f"identifier.{namespace.lower()}.invalid", "/attributes/value")]
    assert found == expected


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        (None, []),
        ([], []),
        (["A. Botanist", "Botanist, A."], []),
        (["A. Botanist", " "], [("alias.blank", "/attributes/aliases/1")]),
        (["A", "B", "A"], [("alias.repeated", "/attributes/aliases/2")]),
    ],
)
def test_aliases_say_something_once(aliases: list[str] | None, expected: list[tuple[str, str]]) -> None:
    assert broken(rules.aliases_are_names, draft("person", aliases=aliases)) == expected


EN, FR = {"languageCode": "en", "name": "Museum"}, {"languageCode": "fr", "name": "Musée"}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([EN, FR], []),
        ([], [("organization.unnamed", "/attributes/names")]),
        ([EN, EN], [("organization.languageTwice", "/attributes/names/1/languageCode")]),
        ([{**EN, "name": " "}], [("organization.blankName", "/attributes/names/0/name")]),
        ([{**EN, "languageCode": "EN"}], [("multilingual.language", "/attributes/names/0/languageCode")]),
        ([{"name": "Museum"}], [("multilingual.language", "/attributes/names/0/languageCode")]),
    ],
)
def test_an_organization_has_one_name_a_language(
    names: list[dict[str, str]], expected: list[tuple[str, str]]
) -> None:
    assert broken(rules.organization_is_named, draft("organization", names=names)) == expected


@pytest.mark.parametrize(
    ("template", "count"), [("https://orcid.org/$1", 0), (None, 0), ("https://orcid.org/", 1)]
)
def test_a_uri_template_has_a_place_for_the_value(template: str | None, count: int) -> None:
    found = broken(rules.uri_template_has_a_place, draft("identifier-type", uriTemplate=template))
    expected = ("controlledVocabulary.uriTemplate.missingPlaceholder", "/attributes/uriTemplate")
    assert found == [expected] * count


class Table:
    """Answers one query with the given keys."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys
        self.queries = 0

    async def execute(self, query: Any, values: Any) -> Table:
        self.queries += 1
        self.wanted = set(values[0])
        return self

    async def fetchall(self) -> list[tuple[str]]:
        return [(key,) for key in self.keys if key in self.wanted]


async def known(table: Table, *namespaces: str) -> list[tuple[int, str | None]]:
    drafts = [draft("identifier", namespace=one, value="x") for one in namespaces]
    context = RuleContext(table, "agent")  # type: ignore[arg-type]
    found: list[tuple[int, Error]] = list(await rules.namespace_is_known(drafts, context))
    return [(position, error.pointer) for position, error in found]


async def test_a_namespace_is_an_identifier_type() -> None:
    table = Table("orcid", "harvard")
    found = await known(table, "harvard", "nowhere", "orcid", "nowhere")
    assert found == [(1, "/attributes/namespace"), (3, "/attributes/namespace")]
    assert table.queries == 1


async def test_a_namespace_is_known_in_any_case() -> None:
    assert await known(Table("orcid"), "ORCID") == []


def test_every_rule_has_its_sentence() -> None:
    from dina.base.text import catalogue

    module.types()
    keys = {*module.messages, *catalogue()["message"]}
    used = {
        "alias.blank", "alias.repeated", "organization.unnamed", "organization.blankName",
        "organization.languageTwice", "multilingual.language", "identifier.namespace.unknown",
        "controlledVocabulary.uriTemplate.missingPlaceholder",
        *(f"identifier.{registry}.invalid" for registry in rules.CHECKS),
    }  # fmt: skip
    assert used <= keys
