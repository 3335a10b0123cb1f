"""Metadata in EML 2.0 to 2.2 and the GBIF profile (Ecological Metadata Language, KNB)."""

from __future__ import annotations

from collections.abc import Iterator

from .metadata import Contact, Coverage, Metadata, rights_of
from .xml import Node

_ROLES = ("creator", "metadataProvider", "contact", "associatedParty", "publisher")


def read_eml(root: Node, file: str) -> Metadata:
    """The metadata of an `<eml>` document; parts that are absent stay empty."""
    dataset = root.find("dataset") or root
    language = root.attributes.get("lang") or dataset.value("language")
    found = Metadata(f"EML {root.namespace.rpartition('-')[2]}".strip(), file, language=language)
    found.title = _by_language(dataset.all("title"))
    found.abstract = _by_language(dataset.all("abstract"))
    found.alias = dataset.value("shortName")
    found.published = dataset.value("pubDate")
    found.identifiers = _identifiers(root, dataset)
    for role in _ROLES:
        found.contacts += [_contact(node, role) for node in dataset.all(role)]
    found.contacts += [_contact(node, "personnel") for node in dataset.all("project/personnel")]
    found.rights = _rights(root, dataset)
    found.keywords = [word for node in dataset.all("keywordSet/keyword") if (word := node.value())]
    found.coverages = [cover for node in dataset.all("coverage") if (cover := _coverage(node))]
    found.methods = [text for node in dataset.all("methods/methodStep") if (text := node.whole())]
    sampling = dataset.find("methods/sampling")
    found.sampling = sampling.whole() if sampling else None
    found.citation = dataset.value("citation") or root.value("additionalMetadata/metadata/gbif/citation")
    found.url = dataset.value("distribution/online/url")
    return found


def _by_language(nodes: Iterator[Node]) -> dict[str, str]:
    said: dict[str, str] = {}
    for node in nodes:
        own = node.attributes.get("lang", "")
        values = [(child.attributes.get("lang", own), child.whole()) for child in node.all("value")]
        if text := _without(node, "value"):
            values.insert(0, (own, text))
        for language, value in values:
            if value:
                said[language] = f"{said[language]}\n{value}" if language in said else value
    return said


def _without(node: Node, tag: str) -> str:
    parts = [" ".join(node.text.split()), *(child.whole() for child in node.children if child.tag != tag)]
    return "\n".join(part for part in parts if part)


def _identifiers(root: Node, dataset: Node) -> list[str]:
    found = [text for node in dataset.all("alternateIdentifier") if (text := node.value())]
    package = root.attributes.get("packageId", "").strip()
    if package and package not in found:
        found.append(package)
    return found


def _contact(node: Node, role: str) -> Contact:
    given = " ".join(text for one in node.all("individualName/givenName") if (text := one.value()))
    family = node.value("individualName/surName") or node.value("individualName/surname")
    ids = tuple(
        (one.attributes.get("directory", "") + text if "://" not in text else text)
        for one in node.all("userId")
        if (text := one.value())
    )
    return Contact(
        node.value("role") or role,
        given or None,
        family,
        node.value("organizationName"),
        node.value("positionName"),
        node.value("electronicMailAddress"),
        node.value("phone"),
        node.value("onlineUrl"),
        node.value("address/deliveryPoint"),
        node.value("address/city"),
        node.value("address/administrativeArea"),
        node.value("address/postalCode"),
        node.value("address/country"),
        ids,
    )


def _rights(root: Node, dataset: Node):
    licensed = dataset.find("licensed")
    named = (
        [licensed.value("licenseName"), licensed.value("identifier"), licensed.value("url")]
        if licensed
        else []
    )
    rights = dataset.find("intellectualRights")
    if rights is None:
        gbif = root.value("additionalMetadata/metadata/gbif/rights")
        return rights_of(*named, gbif)
    links = [url for node in _below(rights) if (url := node.attributes.get("url"))]
    text = _flowing(rights)
    return rights_of(text, *links, *named)


def _below(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _below(child)


def _flowing(node: Node) -> str:
    return " ".join(node.whole().split())


def _coverage(node: Node) -> Coverage | None:
    geographic = node.find("geographicCoverage")
    bounds = geographic.find("boundingCoordinates") if geographic else None
    names = [text for one in node.all("geographicCoverage/geographicDescription") if (text := one.whole())]
    begin = node.value("temporalCoverage/rangeOfDates/beginDate/calendarDate") or node.value(
        "temporalCoverage/singleDateTime/calendarDate"
    )
    end = node.value("temporalCoverage/rangeOfDates/endDate/calendarDate")
    taxa = tuple(
        taxon for one in node.all("taxonomicCoverage/taxonomicClassification") for taxon in _taxa(one)
    )
    general = [
        text for one in node.all("taxonomicCoverage/generalTaxonomicCoverage") if (text := one.whole())
    ]
    found = Coverage("\n".join(names + general) or None, _box(bounds), begin, end or begin, taxa)
    return found if found != Coverage() else None


def _taxa(node: Node) -> Iterator[tuple[str | None, str, str | None]]:
    name = node.value("taxonRankValue")
    if name:
        yield node.value("taxonRankName"), name, node.value("commonName")
    for child in node.all("taxonomicClassification"):
        yield from _taxa(child)


def _box(bounds: Node | None) -> tuple[float, float, float, float] | None:
    if bounds is None:
        return None
    try:
        west, east, south, north = (
            float(bounds.value(f"{side}BoundingCoordinate") or "")
            for side in ("west", "east", "south", "north")
        )
    except ValueError:
        return None
    return west, east, south, north
