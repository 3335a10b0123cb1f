"""The fields of an index, as clients of the wire build their query pages from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dina.modules.search.query.fields import Below, FieldKind, Registry
from dina.modules.search.wire.indexes import Index
from dina.modules.search.wire.naming import place_of

TYPES: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "text",
    FieldKind.NUMBER: "double",
    FieldKind.BOOLEAN: "boolean",
    FieldKind.DATE: "date",
    FieldKind.DATETIME: "date",
    FieldKind.UUID: "keyword",
    FieldKind.POINT: "geo_shape",
}
TEXT_TWINS = ("keyword", "prefix", "infix", "prefix_reverse", "autocomplete")
NUMERIC_TWINS = frozenset({"materialSampleName", "name", "dwcCatalogNumber", "barcode"})
SUBTYPES = {FieldKind.DATE: "local_date", FieldKind.DATETIME: "date_time"}


def mapping(index: Index, fields: Registry) -> dict[str, Any]:
    """Attributes of the record, and of each linked one by relationship; paths as the wire has them."""
    place = place_of(index, fields)
    links = [link for link, _ in place.links]
    own = [path for path in fields.paths() if not any(path.startswith(link + ".") for link in links)]
    return {
        "index_name": index.name,
        "attributes": [
            {"name": "id", "type": "keyword", "path": "data"},
            {"name": "type", "type": "keyword", "path": "data"},
            *(one for path in sorted(own) if (one := attribute(path, fields, "data.attributes")) is not None),
        ],
        "relationships": [
            {
                "name": "type",
                "path": "included",
                "value": type_,
                "referencedBy": link.rpartition(".")[2],
                "attributes": below(link, links, fields),
            }
            for link, type_ in place.links
        ],
    }


def below(link: str, links: list[str], fields: Registry) -> list[dict[str, Any]]:
    """The fields of a linked record, without those of records linked to it."""
    here = Below(fields, link)
    deeper = tuple(other[len(link) + 1 :] + "." for other in links if other.startswith(link + "."))
    found = (
        attribute(path, here, "attributes") for path in sorted(here.paths()) if not path.startswith(deeper)
    )
    return [one for one in found if one is not None]


def attribute(path: str, fields: Registry, prefix: str) -> dict[str, Any] | None:
    """One field; None for what holds no value of its own."""
    kind = fields.kind(path)
    if kind is None or kind not in TYPES or path == "id" or path.endswith(".*"):
        return None
    head, _, name = path.rpartition(".")
    out: dict[str, Any] = {"name": name, "type": TYPES[kind], "path": f"{prefix}.{head}" if head else prefix}
    if kind is FieldKind.TEXT:
        out["fields"] = [*TEXT_TWINS, *(("keyword_numeric",) if name in NUMERIC_TWINS else ())]
        out["distinct_term_agg"] = True
    if kind in SUBTYPES:
        out["subtype"] = SUBTYPES[kind]
    return out
