"""Metadata files of any dialect: EML, Dublin Core, DataCite, the YAML or JSON of the Catalogue of Life."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from .eml import read_eml
from .encoding import detect, scan
from .limits import Limits
from .metadata import Contact, Metadata, rights_of
from .problems import SourceError, SourceProblem
from .xml import Node, tree_in_any_encoding

NAMES = ("eml.xml", "metadata.xml", "metadata.yaml", "metadata.yml", "metadata.json")
_MOST = 4 << 20
_ROLES = (
    "contact",
    "creator",
    "author",
    "editor",
    "publisher",
    "contributor",
    "organisation",
    "authorsAndEditors",
)
Read = tuple[Metadata | None, list[SourceProblem]]


def describe(path: Path, file: str, limits: Limits) -> Read:
    """The metadata of a file and what is wrong with them: never an error, rows do not depend on it."""
    try:
        if path.stat().st_size > min(_MOST * 4, limits.xml_document):
            return None, [SourceProblem("xml_large", file)]
        if path.suffix.casefold() in (".yaml", ".yml", ".json"):
            found, problems = _mapping(path, file)
        else:
            found, problems = _xml(path, file, limits)
    except SourceError as error:
        return None, [error.problem()]
    except (RecursionError, OSError, ValueError) as error:
        return None, [SourceProblem("metadata_unreadable", file, None, {"detail": str(error)[:200]})]
    return found, problems + (judge(found) if found else [])


def judge(found: Metadata) -> list[SourceProblem]:
    """What a reader of the metadata would miss: title, creator, contact, abstract, a clear licence."""
    lacking = [
        word
        for word, there in (
            ("title", any(found.title.values())),
            ("creator", found.having("creator") or found.having("author") or found.having("editor")),
            ("contact", found.contacts),
        )
        if not there
    ]
    problems: list[SourceProblem] = []
    if lacking:
        problems.append(SourceProblem("metadata_incomplete", found.file, None, {"what": ", ".join(lacking)}))
    if found.rights and not found.rights.licence:
        problems.append(SourceProblem("licence_unclear", found.file, None, {"text": found.rights.text[:200]}))
    return problems


def _xml(path: Path, file: str, limits: Limits) -> Read:
    root, problem = tree_in_any_encoding(path, file, limits)
    problems = [problem] if problem else []
    if root.tag == "eml" or (root.tag == "dataset" and root.find("title")):
        return read_eml(root, file), problems
    if "datacite" in root.namespace:
        return _datacite(root, file), problems
    if any("purl.org/dc" in child.namespace for child in root.children):
        return _dublin(root, file), problems
    problems.append(SourceProblem("metadata_unknown", file, root.line, {"element": root.tag[:60]}))
    return None, problems


def _dublin(root: Node, file: str) -> Metadata:
    found = Metadata("Dublin Core", file, language=root.value("language"))
    for node in root.all("title"):
        found.title[node.attributes.get("lang", "")] = node.whole()
    text = [words for tag in ("abstract", "description") for node in root.all(tag) if (words := node.whole())]
    found.abstract = {"": text[0]} if text else {}
    found.citation = root.value("bibliographicCitation")
    found.identifiers = [text for node in root.all("identifier") if (text := node.value())]
    found.keywords = [
        w.strip() for n in root.all("subject") for w in (n.value() or "").split(";") if w.strip()
    ]
    found.published = root.value("issued") or root.value("created") or root.value("date")
    found.url = root.value("source")
    found.rights = rights_of(root.value("license") or root.value("rights"))
    for role in ("creator", "publisher", "contributor"):
        found.contacts += [
            Contact(role, organization=name) for node in root.all(role) if (name := node.value())
        ]
    return found


def _datacite(root: Node, file: str) -> Metadata:
    found = Metadata("DataCite", file, language=root.value("language"), version=root.value("version"))
    for node in root.all("titles/title"):
        found.title.setdefault(node.attributes.get("lang", ""), node.whole())
    for node in root.all("descriptions/description"):
        found.abstract.setdefault(node.attributes.get("lang", ""), node.whole())
    found.identifiers = [
        text
        for at in ("identifier", "alternateIdentifiers/alternateIdentifier")
        for n in root.all(at)
        if (text := n.value())
    ]
    found.published = root.value("publicationYear")
    found.keywords = [text for node in root.all("subjects/subject") if (text := node.value())]
    said = [t for n in root.all("rightsList/rights") for t in (n.value(), n.attributes.get("rightsURI")) if t]
    found.rights = rights_of(*said)
    for node in root.all("creators/creator"):
        name = node.value("creatorName")
        given, family = node.value("givenName"), node.value("familyName")
        found.contacts.append(Contact("creator", given, family, None if family else name))
    return found


def _mapping(path: Path, file: str) -> Read:
    raw = path.read_bytes()
    if len(raw) > _MOST:
        return None, [SourceProblem("xml_large", file)]
    text = raw.decode(detect(path, scan(path)).name, "replace")
    if path.suffix.casefold() == ".json":
        try:
            said = json.loads(text)
        except json.JSONDecodeError as error:
            values = {"column": error.colno, "detail": error.msg}
            return None, [SourceProblem("json_broken", file, error.lineno, values)]
    else:
        try:
            said = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else None
            return None, [SourceProblem("yaml_broken", file, line, {"detail": error.problem or ""})]
        except (yaml.YAMLError, ValueError) as error:
            return None, [SourceProblem("yaml_broken", file, None, {"detail": str(error)[:200]})]
    if not isinstance(said, dict):
        return None, [SourceProblem("metadata_unknown", file, None, {"element": type(said).__name__})]
    return of_mapping(said, file), []


def of_mapping(said: dict[Any, Any], file: str) -> Metadata:
    """Metadata of the Catalogue of Life (metadata.yaml of ColDP) and its older spellings."""
    found = Metadata("ColDP", file)
    found.title = {"": title} if (title := _text(said.get("title"))) else {}
    found.alias = _text(said.get("alias"))
    found.abstract = {"": text} if (text := _text(said.get("description"))) else {}
    found.version = _text(said.get("version"))
    found.published = _text(said.get("issued") or said.get("released"))
    found.citation = _text(said.get("citation"))
    found.url = _text(said.get("url") or said.get("website"))
    found.rights = rights_of(_text(said.get("license")))
    found.keywords = [text for one in _several(said.get("keyword")) if (text := _text(one))]
    for role in _ROLES:
        for one in _several(said.get(role)) + _several(said.get(role + "s")):
            found.contacts.append(_person(one, {"organisation": "publisher"}.get(role, role)))
    ids = said.get("identifier")
    pairs = ids.items() if isinstance(ids, dict) else ((None, one) for one in _several(ids))
    found.identifiers = [f"{key}:{text}" if key else text for key, one in pairs if (text := _text(one))]
    found.identifiers += [text for key in ("doi", "issn") if (text := _text(said.get(key)))]
    return found


def _several(value: Any) -> list[Any]:
    return value[:1000] if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    if isinstance(value, bool | int | float | str):
        return str(value).strip() or None
    return value.isoformat() if isinstance(value, date | datetime) else None


def _person(one: Any, role: str) -> Contact:
    if not isinstance(one, dict):
        return Contact(role, organization=_text(one))
    said: dict[str, str | None] = {str(key): _text(value) for key, value in one.items()}
    ids = tuple(value for key in ("orcid", "rorid") if (value := said.get(key)))
    organization = said.get("organisation") or said.get("organization") or said.get("name")
    return Contact(
        role,
        said.get("given") or said.get("givenName"),
        said.get("family") or said.get("familyName"),
        organization,
        said.get("department"),
        said.get("email"),
        None,
        said.get("url"),
        None,
        said.get("city"),
        said.get("state"),
        None,
        said.get("country"),
        ids,
    )
