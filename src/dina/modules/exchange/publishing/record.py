"""One published record with all that hangs on it, and what takes such records to write them somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

IDENTIFICATION_TERMS = (
    "dwc:identificationID", "dwc:scientificName", "dwc:verbatimIdentification", "dwc:scientificNameAuthorship",
    "dwc:namePublishedInYear", "dwc:taxonRank", "dwc:verbatimTaxonRank", "dwc:genericName", "dwc:specificEpithet",
    "dwc:infraspecificEpithet", "dwc:cultivarEpithet", "dwc:higherClassification", "dwc:kingdom", "dwc:phylum",
    "dwc:class", "dwc:order", "dwc:superfamily", "dwc:family", "dwc:subfamily", "dwc:tribe", "dwc:subtribe",
    "dwc:genus", "dwc:subgenus", "dwc:scientificNameID", "dwc:acceptedNameUsage", "dwc:taxonomicStatus",
    "dwc:identificationQualifier", "dwc:identifiedBy", "dwc:identifiedByID", "dwc:dateIdentified",
    "dwc:identificationRemarks", "dwc:typeStatus", "dwc:isAcceptedIdentification", "dwc:organismID",
)  # fmt: skip
MEASUREMENT_TERMS = (
    "dwc:measurementID", "dwc:measurementType", "dwc:measurementValue", "dwc:measurementUnit",
    "dwc:measurementAccuracy", "dwc:measurementMethod", "dwc:measurementDeterminedBy",
    "dwc:measurementDeterminedDate", "dwc:measurementRemarks", "dwc:verbatimMeasurementType",
    "dwc:parentMeasurementID",
)  # fmt: skip
RELATIONSHIP_TERMS = (
    "dwc:resourceRelationshipID", "dwc:resourceID", "dwc:relatedResourceID", "dwc:relationshipOfResource",
    "dwc:relationshipRemarks",
)  # fmt: skip
MULTIMEDIA_TERMS = (
    "dcterms:type", "dcterms:format", "dcterms:identifier", "dcterms:references", "dcterms:title",
    "dcterms:description", "dcterms:created", "dcterms:creator", "dcterms:license", "dcterms:rightsHolder",
)  # fmt: skip
EXTENSIONS: Mapping[str, Sequence[str]] = {
    "identification": IDENTIFICATION_TERMS,
    "measurement": MEASUREMENT_TERMS,
    "relationship": RELATIONSHIP_TERMS,
    "multimedia": MULTIMEDIA_TERMS,
}
"""Tables of which a record may have several rows: kind -> terms."""


@dataclass(slots=True)
class Record:
    """The texts of the terms, and rows of the extensions by kind. `row` is what the API said."""

    id: str
    identifier: str
    event: str
    values: list[str]
    row: list[Any]
    more: dict[str, list[Sequence[str]]] = field(default_factory=dict[str, list[Sequence[str]]])
    line: str = ""


@dataclass(frozen=True)
class Written:
    """A file that was written, with the number of rows of each table in it."""

    name: str
    path: Path
    media_type: str
    format: str
    rows: Mapping[str, int]
    checksum: str


class Sink(Protocol):
    """Takes records one by one, and writes a file at the end."""

    def add(self, record: Record) -> None: ...

    def finish(self, description: bytes) -> Written:
        """Complete the file; `description` is the EML document of this version."""
        ...
