"""The declared types of the agent and collection modules against the written wire facts, and their labels.

The wire facts are Markdown tables in a folder beside the repository (`DINA_SHARED` or `../shared`); without
it the comparison is skipped.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from annotated_types import MaxLen
from pydantic.fields import FieldInfo
from typing_extensions import is_typeddict

from dina.base.jsonapi.writing.model import check_attributes
from dina.base.resource import Attribute, Member, ResourceType
from dina.modules.agent import module as agent
from dina.modules.collection import module as collection

MODULES = {"agent": agent, "collection": collection}
SHARED = Path(os.environ.get("DINA_SHARED") or Path(__file__).resolve().parents[4] / "shared")
WIRE = SHARED / "design" / "wire"

PREFIXES = {
    "chrono", "dcterms", "dwc", "dwciri", "eco", "foaf", "ggbn", "ltc", "mcpd", "obo", "prov", "rdfs", "schema",
    "skos",
}  # fmt: skip
BASIC = {"createdBy", "createdOn", "lastUpdatedOn", "resourceVersion"}
HEADINGS = {"CollectionControlledVocabularyItemDto.TYPENAME": "controlled-vocabulary-item"}
KINDS = {
    "string": {"text", "partial-date"},
    "integer": {"integer"},
    "decimal": {"decimal"},
    "boolean": {"boolean"},
    "date": {"date"},
    "array of string": {"texts"},
    "map string→string": {"key-map"},
    "map string→(map string→string)": {"nested-key-map"},
    "multilingual title": {"multilingual-title"},
    "multilingual description": {"multilingual-description"},
}


@dataclass
class Facts:
    """One type of the wire facts: attribute -> (type, constraints, default), relationship -> (target, …)."""

    attributes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    relationships: dict[str, tuple[str, str, str]] = field(default_factory=dict)


def cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def read_facts(text: str) -> dict[str, Facts]:
    """The tables of one file, by type name or name of the embedded object."""
    found: dict[str, Facts] = {}
    facts, relationships = Facts(), False
    for line in text.splitlines():
        heading = re.match(r"#{2,3} `?([\w().-]+)`?(?: — (\w+))?", line)
        if heading:
            name = heading[2].removesuffix("Dto") if heading[1] == "(embedded)" else heading[1]
            facts = found.setdefault(HEADINGS.get(name, name), Facts())
        elif line.startswith(("| attribute", "| field", "| relationship")):
            relationships = line.startswith("| relationship")
        elif line.startswith("| `"):
            name, *rest = cells(line)
            rest += [""] * (3 - len(rest))
            into = facts.relationships if relationships else facts.attributes
            into[name.strip("`")] = (rest[0], rest[1], rest[2])
    return found


def stated(constraints: str, pattern: str) -> str | None:
    match = re.search(pattern, constraints)
    return match[1] if match else None


def attribute_differences(fact: Attribute, wire: tuple[str, str, str]) -> list[str]:
    """How one attribute differs from its line."""
    type_, constraints, default = wire
    out: list[str] = []
    limit = stated(constraints, r"size ≤ ([\d_]+)")
    if fact.kind.name == "text" and str(fact.max) != str(limit and int(limit)):
        out.append(f"limit {fact.max}, not {limit}")
    for name, ours in (("Min", fact.minimum), ("Max", fact.maximum)):
        bound = stated(constraints, rf"{name}\(value = (-?\d+)\)")
        if (ours is None) != (bound is None) or (bound is not None and float(bound) != ours):
            out.append(f"{name} {ours}, not {bound}")
    required = "required" in constraints and not default
    given = fact.generated or fact.default is not None or fact.kind.is_map
    if required and not fact.required and not given:
        out.append("not required")
    if fact.required and not required:
        out.append("required")
    if "not blank" in constraints and not (fact.not_blank or fact.generated):
        out.append("may be blank")
    choices = type_.removeprefix("enum: ").split(" | ") if type_.startswith("enum") else []
    if list(fact.kind.choices) != choices and not type_.startswith("`"):
        out.append(f"choices {list(fact.kind.choices)}")
    if type_ in KINDS and fact.kind.name not in KINDS[type_] and not fact.generated:
        out.append(f"{fact.kind.name}, not {type_}")
    if ("Past" in constraints) != fact.past:
        out.append("past")
    return out


def type_differences(resource: ResourceType, facts: Facts) -> list[str]:
    out: list[str] = []
    for name, wire in facts.attributes.items():
        if name in resource.attributes:
            said = attribute_differences(resource.attributes[name], wire) if name not in BASIC else []
            out += [f"{resource.type}.{name}: {what}" for what in said]
        elif name not in resource.relationships:
            out.append(f"{resource.type}.{name}: absent")
    for name in resource.attributes.keys() - facts.attributes.keys() - BASIC:
        out.append(f"{resource.type}.{name}: not on the wire")
    for name, (target, many, internal) in facts.relationships.items():
        ours = resource.relationships.get(name)
        if ours is None:
            out.append(f"{resource.type}.{name}: absent")
        elif (f"`{ours.target}`", ours.many, ours.external) != (
            target,
            many == "to-many",
            internal == "external",
        ):
            out.append(f"{resource.type}.{name}: other target or cardinality")
    for name in resource.relationships.keys() - facts.relationships.keys() - facts.attributes.keys():
        out.append(f"{resource.type}.{name}: not on the wire")
    return sorted(out)


def members(form: Any) -> dict[str, tuple[tuple[Any, ...], Any]]:
    """Members of an embedded object, inner objects included: name -> (metadata, inner annotation)."""
    found: dict[str, tuple[tuple[Any, ...], Any]] = {}
    for name, hint in get_type_hints(form, include_extras=True).items():
        metadata = hint.__metadata__ if get_origin(hint) is Annotated else ()
        found.setdefault(name, (metadata, hint))
        for inner in forms_in(hint):
            for inner_name, value in members(inner).items():
                found.setdefault(inner_name, value)
    return found


def forms_in(hint: Any) -> list[Any]:
    if is_typeddict(hint):
        return [hint]
    return [form for part in get_args(hint) for form in forms_in(part)]


def limit_of(metadata: tuple[Any, ...]) -> int | None:
    for one in metadata:
        if isinstance(one, FieldInfo):
            return next((m.max_length for m in one.metadata if isinstance(m, MaxLen)), None)
    return None


EMBEDDED = {
    "agent": {"OrganizationName": ("organization", "names")},
    "collection": {
        "Determination": ("organism", "determination"),
        "GeoreferenceAssertion": ("collecting-event", "geoReferenceAssertions"),
        "GeographicPlaceNameSourceDetail": ("collecting-event", "geographicPlaceNameSourceDetail"),
        "GeographicThesaurus": ("collecting-event", "geographicThesaurus"),
        "HostOrganism": ("material-sample", "hostOrganism"),
        "Citation": ("material-sample", "citations"),
        "CitationAuthor": ("material-sample", "citations"),
        "ScheduledAction": ("material-sample", "scheduledActions"),
        "InstitutionIdentifier": ("institution", "identifiers"),
    },
}

# Types that the wire does not have.
OURS = {
    "collection": {
        "process", "sensitive-taxon",
        "accession", "condition-check", "geological-context", "geological-interval", "measurement", "meteorite",
        "mineral-identification", "observation", "planting", "propagation", "survey", "viability-test",
    }
}  # fmt: skip

# Where ours says something else than the wire, and why.
NAMES = "names are indexed, and an index entry must fit a page of the database"
BREADTH = "kinds of collections that the wire does not know"
OPEN = "open: still to be brought in line with the wire"
KNOWN = {
    "agent": {
        "person.displayName: limit 250, not None": NAMES,
        "person.email: limit 250, not None": NAMES,
        "person.webpage: limit 250, not None": OPEN,
        "organization.names: required": "an organization has a name",
        "identifier-type.key: required": "a type without key cannot be named",
        "identifier-type.name: required": OPEN,
        "OrganizationName.languageCode: limit 2, not None": "two letters",
        "OrganizationName.name: limit 500, not None": NAMES,
    },
    "collection": {
        **{
            f"{type_}.name: limit 250, not None": NAMES
            for type_ in (
                "assemblage", "collection", "collection-method", "expedition", "institution",
                "preparation-method", "preparation-type", "project", "protocol", "site",
                "split-configuration", "storage-unit",
            )
        },
        "material-sample.materialSampleName: limit 250, not None": NAMES,
        "collecting-event.group: limit 50, not None": "groups are named in at most 50 characters",
        "association.group: not on the wire": "inherited from what it is linked with",
        "storage-unit-usage.group: not on the wire": "inherited from what it is linked with",
        "collecting-event.disclosure: not on the wire": "what others get to know of a place",
        "controlled-vocabulary-item.retired: not on the wire": "what is in use cannot be deleted",
        "collecting-event.silencedChecks: not on the wire": "values that look like a mistake and are none",
        "material-sample.silencedChecks: not on the wire": "values that look like a mistake and are none",
        "storage-unit.group: limit 50, not None": "groups are named in at most 50 characters",
        "storage-unit.group: required": "rights are judged by the group",
        "material-sample.geologicalContext: not on the wire": BREADTH,
        "collecting-event.geologicalContext: not on the wire": BREADTH,
        "material-sample.growthSubstrate: not on the wire": BREADTH,
    },
}  # fmt: skip


def wire_of(name: str) -> dict[str, Facts]:
    path = WIRE / f"{name}.md"
    if not path.is_file():
        pytest.skip(f"the wire facts are not here: {path}")
    return read_facts(path.read_text("utf-8"))


def embedded_differences(name: str) -> list[str]:
    facts, types = wire_of(name), MODULES[name].types()
    out: list[str] = []
    for form, (type_, attribute) in EMBEDDED[name].items():
        ours = members(types[type_].attributes[attribute].kind.member)
        for member_name, (_, constraints, _) in facts[form].attributes.items():
            limit = stated(constraints, r"(?:size ≤ |Size\(.*?max = )([\d_]+)")
            if member_name not in ours:
                out.append(f"{form}.{member_name}: absent")
            elif str(limit_of(ours[member_name][0])) != str(limit):
                out.append(f"{form}.{member_name}: limit {limit_of(ours[member_name][0])}, not {limit}")
    return out


@pytest.mark.parametrize("name", MODULES)
def test_every_difference_from_the_wire_is_known(name: str) -> None:
    facts, types = wire_of(name), MODULES[name].types()
    assert set(types) - set(facts) == OURS.get(name, set())
    found = [
        what
        for type_, resource in types.items()
        if type_ in facts
        for what in type_differences(resource, facts[type_])
    ]
    assert sorted(found + embedded_differences(name)) == sorted(KNOWN[name])


RESOURCES = [
    pytest.param(resource, id=f"{name}-{type_}")
    for name, module in MODULES.items()
    for type_, resource in module.types().items()
]


def embedded_facts(resource: ResourceType) -> dict[str, tuple[Any, ...]]:
    return {
        f"{name}.{inner}": metadata
        for name, fact in resource.attributes.items()
        if fact.kind.member is not None
        for inner, (metadata, _) in members(fact.kind.member).items()
    }


@pytest.mark.parametrize("resource", RESOURCES)
def test_everything_has_a_label_in_both_languages(resource: ResourceType) -> None:
    labels = {name: fact.label for name, fact in (resource.attributes | resource.relationships).items()}
    for name, metadata in embedded_facts(resource).items():
        found = [one.label for one in metadata if isinstance(one, Member)]
        assert found, f"{resource.type}.{name} has no label"
        labels[name] = found[0]
    for name, label in labels.items():
        assert label.en.strip(), name
        assert label.fr.strip(), name
        assert name.rsplit(".", 1)[-1] not in (label.en, label.fr), name


@pytest.mark.parametrize("resource", RESOURCES)
def test_terms_have_a_known_prefix(resource: ResourceType) -> None:
    terms = {name: fact.term for name, fact in resource.attributes.items()} | {"": resource.term}
    terms |= {name: link.term for name, link in resource.relationships.items()}
    for name, metadata in embedded_facts(resource).items():
        terms[name] = next((one.term for one in metadata if isinstance(one, Member)), None)
    unknown = {name: term for name, term in terms.items() if term and term.split(":")[0] not in PREFIXES}
    assert unknown == {}


@pytest.mark.parametrize("resource", RESOURCES)
def test_examples_are_valid_attributes(resource: ResourceType) -> None:
    assert resource.example
    _, errors = check_attributes(resource, dict(resource.example))
    assert errors == []


@pytest.mark.parametrize("name", MODULES)
def test_vocabulary_elements_are_named_in_both_languages(name: str) -> None:
    for vocabulary, elements in MODULES[name].vocabularies.items():
        keys = [element["key"] for element in elements]
        assert len(keys) == len(set(keys)), vocabulary
        for element in elements:
            assert element["en"], (vocabulary, element)
            assert element["fr"], (vocabulary, element)


@pytest.mark.parametrize("name", MODULES)
def test_messages_say_the_same_in_both_languages(name: str) -> None:
    for key, texts in MODULES[name].messages.items():
        placeholders = {language: set(re.findall(r"{(\w+)}", texts[language])) for language in ("en", "fr")}
        assert placeholders["en"] == placeholders["fr"], key


def test_seeded_vocabularies_carry_the_ids_that_clients_know() -> None:
    path = WIRE / "collection-rules.md"
    if not path.is_file():
        pytest.skip(f"the wire facts are not here: {path}")
    from dina.modules.collection import SEEDED, VOCABULARIES

    text = path.read_text("utf-8")
    rows = re.findall(r"^\| [\w ]+ \| (\w+) \| ([0-9a-f-]{36}) \| (.+) \|$", text, re.MULTILINE)
    written = {key: (id_, *kinds.split(", ")) for key, id_, kinds in rows}
    assert {one["key"]: (one["id"], one["type"], one["class"]) for one in SEEDED} == written
    items = re.findall(
        r"^- (coordinate_format|project_role|type_status|association_type)[^:]*: (.+)$", text, re.MULTILINE
    )
    for vocabulary, listed in items:
        keys = re.findall(r"[a-z_]+(?= RO_|,|$)", listed)
        assert [element["key"] for element in VOCABULARIES[vocabulary]] == keys


STANDARDS = {"dwc": "terms", "eco": "humboldt", "chrono": "chronometricage"}


@pytest.mark.parametrize("resource", RESOURCES)
def test_terms_are_in_their_standards(resource: ResourceType) -> None:
    folder = SHARED / "data/standards/tdwg-terms"
    if not folder.is_dir():
        pytest.skip(f"the standards are not here: {folder}")
    known: set[str] = set()
    for prefix, name in STANDARDS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            known |= {f"{prefix}:{row['term_localName']}" for row in csv.DictReader(lines)}
    terms = {fact.term for fact in resource.attributes.values()} | {resource.term}
    terms |= {link.term for link in resource.relationships.values()}
    for metadata in embedded_facts(resource).values():
        terms |= {one.term for one in metadata if isinstance(one, Member)}
    assert {term for term in terms if term and term.split(":")[0] in STANDARDS} - known == set()


TERMS_OF_LINKS = {
    "collecting-event": {"dwc:eventID"},
    "geological-context": {"dwc:geologicalContextID"},
    "organism": {"dwc:organismID"},
    "metadata": {"dwc:associatedMedia"},
}


@pytest.mark.parametrize("resource", RESOURCES)
def test_links_to_what_darwin_core_names_say_its_term(resource: ResourceType) -> None:
    for name, link in resource.relationships.items():
        if link.target in TERMS_OF_LINKS:
            assert link.term in TERMS_OF_LINKS[link.target], name
    people = {
        "collectors": "dwc:recordedBy",
        "recordedBy": "dwc:recordedBy",
        "determiner": "dwc:identifiedBy",
    }
    for name, term in people.items():
        if name in resource.relationships:
            assert resource.relationships[name].term == term


@pytest.mark.parametrize("resource", RESOURCES)
def test_vocabularies_that_are_named_are_there(resource: ResourceType) -> None:
    stored = {"identifier_type", "coordinate_format", "type_status", "association_type", "project_role"}
    there = set(MODULES[resource.module].vocabularies) | stored
    named = {fact.vocabulary for fact in resource.attributes.values() if fact.vocabulary}
    for metadata in embedded_facts(resource).values():
        named |= {one.vocabulary for one in metadata if isinstance(one, Member) and one.vocabulary}
    assert named <= there
