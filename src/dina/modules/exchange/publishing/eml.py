"""The description of a data set as EML 2.2 (Ecological Metadata Language), as aggregators read it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

EML = "https://eml.ecoinformatics.org/eml-2.2.0"
SCHEMA = "https://eml.ecoinformatics.org/eml-2.2.0 https://rs.gbif.org/schema/eml-gbif-profile/1.3/eml.xsd"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold."""
TITLES = {
    "http://creativecommons.org/publicdomain/zero/1.0/legalcode": "Public Domain (CC0 1.0)",
    "http://creativecommons.org/licenses/by/4.0/legalcode": "Creative Commons Attribution (CC-BY) 4.0 License",
    "http://creativecommons.org/licenses/by-nc/4.0/legalcode": "Creative Commons Attribution Non Commercial (CC-BY-NC) 4.0 License",
}
RESPONSIBLE = {"creator": "creator", "metadataProvider": "metadataProvider", "contact": "contact"}
"""Roles that EML has elements for; the others are associated parties with their role."""


@dataclass(frozen=True)
class Party:
    """Somebody who stands for the data set, with what may be published of them."""

    role: str
    name: str = ""
    organization: str = ""
    position: str = ""
    email: str = ""
    identifier: str = ""


def eml_xml(
    dataset: Mapping[str, Any],
    parties: Sequence[Party],
    coverage: Mapping[str, Any],
    *,
    id_: str,
    number: int,
    published: str,
    url: str = "",
) -> bytes:
    """`eml.xml` of one version; `dataset` are the attributes of the data set, `published` a day."""
    ET.register_namespace("eml", EML)
    root = ET.Element(
        f"{{{EML}}}eml",
        {
            "packageId": f"{id_}/v{number}",
            "system": "https://dina-project.net",
            "scope": "system",
            XML_LANG: "en",
            "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation": SCHEMA,
        },
    )
    whole = ET.SubElement(root, "dataset")
    _text(whole, "alternateIdentifier", id_)
    if url:
        _text(whole, "alternateIdentifier", url)
    _text(whole, "title", dataset["title"]).set(XML_LANG, "en")
    if dataset.get("frenchTitle"):
        _text(whole, "title", dataset["frenchTitle"]).set(XML_LANG, "fr")
    everybody = list(parties) or [
        Party("creator", organization=dataset.get("rightsHolder") or dataset["title"])
    ]
    _parties(whole, "creator", _of(everybody, "creator"))
    _parties(whole, "metadataProvider", _of(everybody, "metadataProvider"))
    for one in parties:
        if one.role not in RESPONSIBLE:
            _text(_party(ET.SubElement(whole, "associatedParty"), one), "role", one.role)
    _text(whole, "pubDate", published[:10])
    _text(whole, "language", dataset.get("language") or "en")
    if dataset.get("abstract") or dataset.get("frenchAbstract"):
        _paragraphs(whole, "abstract", dataset.get("abstract"), dataset.get("frenchAbstract"))
    keywords = dataset.get("keywords") or []
    words = ET.SubElement(whole, "keywordSet")
    for word in keywords or ["Occurrence"]:
        _text(words, "keyword", word)
    _text(words, "keywordThesaurus", "n/a" if keywords else "GBIF Dataset Type Vocabulary")
    _licence(whole, dataset.get("licence"))
    if dataset.get("webpage"):
        online = ET.SubElement(ET.SubElement(whole, "distribution", {"scope": "document"}), "online")
        _text(online, "url", dataset["webpage"]).set("function", "information")
    _coverage(whole, coverage)
    if dataset.get("purpose"):
        _paragraphs(whole, "purpose", dataset["purpose"])
    kept = ET.SubElement(whole, "maintenance")
    _paragraphs(kept, "description", "Published from the collection's own system.")
    _text(kept, "maintenanceUpdateFrequency", frequency(dataset.get("schedule")))
    _parties(whole, "contact", _of(everybody, "contact"))
    _methods(whole, dataset.get("methods") or [])
    more = ET.SubElement(ET.SubElement(ET.SubElement(root, "additionalMetadata"), "metadata"), "gbif")
    _text(more, "dateStamp", f"{published[:10]}T00:00:00Z")
    _text(more, "hierarchyLevel", "dataset")
    if dataset.get("citation"):
        _text(more, "citation", dataset["citation"])
    ET.indent(root)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def frequency(schedule: str | None) -> str:
    return {"daily": "daily", "weekly": "weekly", "monthly": "monthly"}.get(schedule or "", "unkown")


def _of(parties: Sequence[Party], role: str) -> Sequence[Party]:
    """Those of a role, else the first of all: every data set has a creator, a provider and a contact."""
    return [one for one in parties if one.role == role] or parties[:1]


def _text(parent: ET.Element, name: str, value: Any) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = FORBIDDEN.sub("", str(value))
    return child


def _paragraphs(parent: ET.Element, name: str, *texts: str | None) -> None:
    section = ET.SubElement(parent, name)
    for text in texts:
        for part in re.split(r"\n\s*\n", text or ""):
            if part.strip():
                _text(section, "para", part.strip())


def _parties(parent: ET.Element, name: str, parties: Sequence[Party]) -> None:
    for one in parties:
        _party(ET.SubElement(parent, name), one)


def _party(element: ET.Element, one: Party) -> ET.Element:
    if one.name:
        given, _, last = one.name.rpartition(" ")
        if ", " in one.name:
            last, _, given = one.name.partition(", ")
        person = ET.SubElement(element, "individualName")
        if given:
            _text(person, "givenName", given)
        _text(person, "surName", last)
    if one.organization:
        _text(element, "organizationName", one.organization)
    if one.position:
        _text(element, "positionName", one.position)
    if one.email:
        _text(element, "electronicMailAddress", one.email)
    if one.identifier:
        directory, _, _ = one.identifier.rpartition("/")
        _text(element, "userId", one.identifier).set("directory", directory + "/" if directory else "unknown")
    return element


def _licence(parent: ET.Element, licence: str | None) -> None:
    if not licence:
        return
    para = ET.SubElement(ET.SubElement(parent, "intellectualRights"), "para")
    para.text = "This work is licensed under a "
    link = ET.SubElement(para, "ulink", {"url": licence})
    _text(link, "citetitle", TITLES.get(licence, licence))
    link.tail = "."


def _coverage(parent: ET.Element, covered: Mapping[str, Any]) -> None:
    box, dates, taxa = covered.get("box"), covered.get("dates"), covered.get("taxa")
    if not (box or dates or taxa):
        return
    element = ET.SubElement(parent, "coverage")
    if box:
        place = ET.SubElement(element, "geographicCoverage")
        _text(place, "geographicDescription", ", ".join(covered.get("countries") or []) or "See coordinates")
        bounds = ET.SubElement(place, "boundingCoordinates")
        for side in ("west", "east", "north", "south"):
            _text(bounds, f"{side}BoundingCoordinate", box[side])
    if dates:
        time = ET.SubElement(element, "temporalCoverage")
        first, last = whole_day(dates["first"]), whole_day(dates["last"], end=True)
        if first == last:
            _text(ET.SubElement(time, "singleDateTime"), "calendarDate", first)
        else:
            span = ET.SubElement(time, "rangeOfDates")
            _text(ET.SubElement(span, "beginDate"), "calendarDate", first)
            _text(ET.SubElement(span, "endDate"), "calendarDate", last)
    if taxa:
        taxonomic = ET.SubElement(element, "taxonomicCoverage")
        for rank, names in taxa.items():
            for name in names:
                one = ET.SubElement(taxonomic, "taxonomicClassification")
                _text(one, "taxonRankName", rank)
                _text(one, "taxonRankValue", name)


def whole_day(date: str, *, end: bool = False) -> str:
    """A partial date as EML takes it: a year, or a day; a month is given by its first or last day."""
    year, _, month = date.partition("-")
    if len(date) != len("2000-01"):
        return date
    day = calendar.monthrange(int(year), int(month))[1] if end else 1
    return f"{date}-{day:02d}"


def _methods(parent: ET.Element, steps: Sequence[Mapping[str, Any]]) -> None:
    told = [one for one in steps if any(one.values())]
    if not told:
        return
    methods = ET.SubElement(parent, "methods")
    for one in told:
        _paragraphs(ET.SubElement(methods, "methodStep"), "description", one.get("description") or "-")
    for one in told:
        if one.get("sampling") or one.get("studyExtent"):
            sampling = ET.SubElement(methods, "sampling")
            _paragraphs(ET.SubElement(sampling, "studyExtent"), "description", one.get("studyExtent") or "-")
            _paragraphs(sampling, "samplingDescription", one.get("sampling") or "-")
    for one in told:
        if one.get("qualityControl"):
            _paragraphs(ET.SubElement(methods, "qualityControl"), "description", one["qualityControl"])
