"""Published data sets told to programs: the RSS feed and inventory of the IPT, DCAT, and the data of a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree as ET

from dina.modules.exchange.publishing.eml import FORBIDDEN

IPT, DC = "http://ipt.gbif.org/", "http://purl.org/dc/elements/1.1/"
Found = Mapping[str, Any]


def address_of(one: Found, base: str, name: str, number: int | str | None = None) -> str:
    return f"{base}/datasets/{one['id']}/versions/{number or one['number']}/{name}"


def about(one: Found) -> Mapping[str, Any]:
    """The description as it was published."""
    return one["metadata"].get("dataset", {})


def archive_of(one: Found) -> Mapping[str, Any] | None:
    return next((file for file in one["files"] if file["format"] == "dwca"), None)


def records_of(one: Found) -> int:
    counts: Mapping[str, Mapping[str, int]] = one["rowCounts"] or {}
    told = counts.get("dwca") or next(iter(counts.values()), {})
    return next(iter(told.values()), 0)


def rss(found: Sequence[Found], base: str) -> bytes:
    """RSS 2.0 with the elements by which GBIF's programs find archives and their descriptions."""
    ET.register_namespace("ipt", IPT)
    ET.register_namespace("dc", DC)
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    _put(channel, "title", "Published data sets")
    _put(channel, "link", f"{base}/datasets")
    _put(channel, "description", "Versions of data sets, the latest first")
    _put(channel, "language", "en")
    if found:
        _put(channel, "pubDate", rfc822(found[0]["publishedOn"]))
    for one in found:
        told = about(one)
        item = ET.SubElement(channel, "item")
        _put(item, "title", f"{told.get('title', '')} - Version {one['number']}")
        _put(item, "link", f"{base}/datasets/{one['id']}")
        _put(item, "description", told.get("abstract") or "")
        _put(item, "author", next((p["name"] for p in one["metadata"].get("parties", []) if p["name"]), ""))
        _put(item, f"{{{IPT}}}eml", address_of(one, base, "eml.xml"))
        archive = archive_of(one)
        if archive:
            _put(item, f"{{{IPT}}}dwca", address_of(one, base, archive["name"]))
        _put(item, "pubDate", rfc822(one["publishedOn"]))
        _put(item, "guid", f"{one['id']}/v{one['number']}").set("isPermaLink", "false")
    ET.indent(root)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = FORBIDDEN.sub("", text)
    return child


def rfc822(moment: str) -> str:
    return format_datetime(dt.datetime.fromisoformat(moment.replace("Z", "+00:00")))


def inventory(found: Sequence[Found], base: str) -> dict[str, Any]:
    """The members that an IPT's inventory has, and ours beside them."""
    return {
        "registeredResources": [
            {
                "title": about(one).get("title"),
                "type": "SAMPLINGEVENT" if about(one).get("core") == "event" else "OCCURRENCE",
                "id": one["id"],
                "records": records_of(one),
                "lastPublished": one["publishedOn"][:10],
                "version": str(one["number"]),
                "licence": about(one).get("licence"),
                "eml": address_of(one, base, "eml.xml"),
                **({"dwca": address_of(one, base, archive["name"])} if (archive := archive_of(one)) else {}),
                "recordsByExtension": {
                    name.removesuffix(".txt"): rows
                    for name, rows in (archive["rows"] if archive else {}).items()
                },
                "page": f"{base}/datasets/{one['id']}",
            }
            for one in found
        ]
    }


def dcat(found: Sequence[Found], base: str) -> dict[str, Any]:
    """A catalogue (DCAT 3) in JSON-LD."""
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "spdx": "http://spdx.org/rdf/terms#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@id": f"{base}/datasets",
        "@type": "dcat:Catalog",
        "dct:title": {"@value": "Published data sets", "@language": "en"},
        "dcat:dataset": [described(one, base) for one in found],
    }


def described(one: Found, base: str) -> dict[str, Any]:
    """One data set as linked data; also what a page embeds."""
    told, covered = about(one), one["coverage"] or {}
    result: dict[str, Any] = {
        "@id": f"{base}/datasets/{one['id']}",
        "@type": "dcat:Dataset",
        "dct:identifier": one["id"],
        "dct:title": spoken(told.get("title"), told.get("frenchTitle")),
        "dct:description": spoken(told.get("abstract"), told.get("frenchAbstract")),
        "dct:issued": {"@value": one["publishedOn"], "@type": "xsd:dateTime"},
        "dcat:version": str(one["number"]),
        "dcat:keyword": told.get("keywords") or [],
        "dct:creator": [
            {"@type": "foaf:Agent", "foaf:name": p["name"] or p["organization"]}
            | ({"@id": p["identifier"]} if p["identifier"].startswith("http") else {})
            for p in one["metadata"].get("parties", [])
            if p["role"] == "creator"
        ],
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": address_of(one, base, file["name"])},
                "dcat:mediaType": file["mediaType"],
                "dcat:byteSize": file["size"],
                "spdx:checksum": {"spdx:algorithm": "sha256", "spdx:checksumValue": file["checksum"]},
            }
            for file in one["files"]
            if file["format"] != "eml"
        ],
    }
    if told.get("licence"):
        result["dct:license"] = {"@id": told["licence"]}
    box, dates = covered.get("box"), covered.get("dates")
    if box:
        corners = [(box["west"], box["south"]), (box["east"], box["south"]), (box["east"], box["north"]),
                   (box["west"], box["north"]), (box["west"], box["south"])]  # fmt: skip
        result["dct:spatial"] = {"dcat:bbox": f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"}
    if dates:
        result["dct:temporal"] = {"dcat:startDate": dates["first"], "dcat:endDate": dates["last"]}
    return result


def spoken(english: str | None, french: str | None) -> list[dict[str, str]]:
    return [
        {"@value": text, "@language": language}
        for text, language in ((english, "en"), (french, "fr"))
        if text
    ]


def page(one: Found, versions: Sequence[Found], retired: int, base: str) -> dict[str, Any]:
    """All that a page about a data set shows, its links included."""

    def linked(version: Found) -> list[dict[str, Any]]:
        return [
            {**file, "href": address_of(one, base, file["name"], version["number"])}
            for file in version["files"]
        ]

    return {
        "id": one["id"],
        "version": one["number"],
        "publishedOn": one["publishedOn"],
        "records": records_of(one),
        "dataset": {name: value for name, value in about(one).items() if name != "group"},
        "contacts": one["metadata"].get("parties", []),
        "terms": one["metadata"].get("terms", []),
        "coverage": one["coverage"],
        "warnings": one["warnings"],
        "files": linked(one),
        "checksum": one["checksum"],
        "versions": [{**version, "files": linked(version)} for version in versions],
        "retired": {"count": retired, "href": f"{base}/datasets/{one['id']}/retired"},
        "links": {"feed": f"{base}/rss.do", "catalogue": f"{base}/dcat", "list": f"{base}/datasets"},
        "linkedData": {**dcat([], base), "dcat:dataset": [described(one, base)]},
    }
