"""The descriptor of a Darwin Core archive, meta.xml (Darwin Core text guide)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from dina.modules.exchange.publishing.mapping.darwin_core import DWC, iri

TEXT_GUIDE = "http://rs.tdwg.org/dwc/text/"


@dataclass(frozen=True)
class Described:
    """One table of an archive: its file, what a row is, its terms.

    The first column of an extension is the core id, before its terms; of a core it is the first of its terms.
    """

    file: str
    row_type: str
    terms: Sequence[str]


ROW_TYPES = {
    "occurrence": DWC + "Occurrence",
    "event": DWC + "Event",
    "identification": DWC + "Identification",
    "measurement": DWC + "MeasurementOrFact",
    "relationship": DWC + "ResourceRelationship",
    "multimedia": "http://rs.gbif.org/terms/1.0/Multimedia",
}


def meta_xml(core: Described, extensions: Sequence[Described]) -> bytes:
    """`meta.xml`: how the files are written and which term each column holds."""
    root = ET.Element("archive", {"xmlns": TEXT_GUIDE, "metadata": "eml.xml"})
    for position, one in enumerate((core, *extensions)):
        table = ET.SubElement(
            root,
            "extension" if position else "core",
            {
                "encoding": "UTF-8",
                "fieldsTerminatedBy": "\\t",
                "linesTerminatedBy": "\\n",
                "fieldsEnclosedBy": '"',
                "ignoreHeaderLines": "1",
                "rowType": one.row_type,
            },
        )
        ET.SubElement(ET.SubElement(table, "files"), "location").text = one.file
        ET.SubElement(table, "coreid" if position else "id", {"index": "0"})
        for index, term in enumerate(one.terms, 1 if position else 0):
            ET.SubElement(table, "field", {"index": str(index), "term": iri(term)})
    ET.indent(root)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True)
