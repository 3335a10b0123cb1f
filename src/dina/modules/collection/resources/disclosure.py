"""What those outside a group are told of its records, and which taxa ask for care."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import (
    Boolean,
    FromClause,
    Uuid,
    case,
    cast,
    column,
    false,
    func,
    literal_column,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.elements import ColumnElement

from dina.base.resource import (
    Disclosure,
    MultilingualDescription,
    PartialDate,
    Resource,
    attribute,
)
from dina.modules.collection import rules
from dina.modules.collection.resources.base import SUPER_USER, Base
from dina.modules.collection.resources.calculated import without_sensitive_taxa, worked


def not_withheld(table: FromClause) -> ColumnElement[bool]:
    """Unless somebody said that it is not for the public, those who are signed in may see it."""
    return table.c.publicly_releasable.is_not(False)


def withheld(table: FromClause) -> ColumnElement[bool]:
    return table.c.publicly_releasable.is_(False)


def of_withheld_samples(table: FromClause) -> ColumnElement[bool]:
    """Organisms of withheld samples that are in no other."""
    candidates = func.collection.organisms_of_withheld_samples().table_valued(column("id", Uuid()))
    return table.c.id.in_(select(candidates.c.id)) & ~func.collection.organism_is_shown(table.c.id, False)


def released(table: FromClause) -> ColumnElement[bool]:
    """Without signing in only what somebody has released."""
    return table.c.publicly_releasable.is_(True) & table.c.deleted_on.is_(None)


# As `organism_is_shown` of disclosure.sql, planned with the statement: whole tables are read through this.
SAMPLES = """
FROM collection.material_sample_organism l JOIN collection.material_sample s ON s.id = l.source_id
WHERE l.target_id = {id} AND s.deleted_on IS NULL"""
SHOWN = worked(
    f"EXISTS (SELECT 1 {SAMPLES} AND s.publicly_releasable IS NOT FALSE) OR NOT EXISTS (SELECT 1 {SAMPLES})",
    Boolean,
    id="id",
)
RELEASED = worked(f"EXISTS (SELECT 1 {SAMPLES} AND s.publicly_releasable IS TRUE)", Boolean, id="id")


def of_shown_sample(table: FromClause) -> ColumnElement[bool]:
    """An organism is shown with the samples it is in."""
    return SHOWN(table)


def of_released_sample(table: FromClause) -> ColumnElement[bool]:
    return RELEASED(table)


def no_row(table: FromClause) -> ColumnElement[bool]:
    return false()


def every_row(table: FromClause) -> ColumnElement[bool]:
    return true()


def nothing(table: FromClause) -> ColumnElement[Any]:
    return null()


def empty_object(table: FromClause) -> ColumnElement[Any]:
    return cast(literal_column("'{}'"), JSONB())


def unless_sensitive(column: str) -> Any:
    """The value, unless a sensitive taxon was found there."""

    def value(table: FromClause) -> ColumnElement[Any]:
        open_ = func.collection.coordinate_precision(table.c.id, table.c.group).is_(None)
        return case((without_sensitive_taxa(table), table.c[column]), (open_, table.c[column]), else_=null())

    return value


def coarse_georeferences(table: FromClause) -> ColumnElement[Any]:
    assertions = cast(table.c.geo_reference_assertions, JSONB())
    told = func.collection.coarse_georeferences(
        assertions,
        func.collection.coordinate_precision(table.c.id, table.c.group),
        type_=JSONB(),
    )
    return case((without_sensitive_taxa(table), assertions), else_=told)


SAMPLE = Disclosure(
    not_withheld,
    released,
    withheld,
    {
        "notPubliclyReleasableReason": nothing,
        "restrictionFieldsExtension": empty_object,
        "restrictionRemarks": nothing,
        "scheduledActions": nothing,
        "silencedChecks": nothing,
        "storageUnitUsage": nothing,
    },
)
EVENT = Disclosure(
    not_withheld,
    released,
    withheld,
    {
        "notPubliclyReleasableReason": nothing,
        "silencedChecks": nothing,
        "geoReferenceAssertions": coarse_georeferences,
        **{
            member: unless_sensitive(column)
            for member, column in {
                "dwcVerbatimCoordinates": "dwc_verbatim_coordinates",
                "dwcVerbatimLatitude": "dwc_verbatim_latitude",
                "dwcVerbatimLongitude": "dwc_verbatim_longitude",
                "dwcVerbatimLocality": "dwc_verbatim_locality",
                "dwcVerbatimElevation": "dwc_verbatim_elevation",
                "geographicPlaceNameSourceDetail": "geographic_place_name_source_detail",
                "habitat": "habitat",
                "remarks": "remarks",
                "managedAttributes": "managed_attributes",
                "site": "site_id",
            }.items()
        },
    },
)
ORGANISM = Disclosure(of_shown_sample, of_released_sample, of_withheld_samples)


class DisclosureAction(Enum):
    WITHHOLD = "WITHHOLD"
    GENERALISE = "GENERALISE"


class SensitiveTaxon(
    Resource, Base, type="sensitive-taxon", provider=SUPER_USER, label=("Sensitive taxon", "Taxon sensible"),
    plural=("Sensitive taxa", "Taxons sensibles"), title="scientificName", rules=(rules.generalising_says_how_far,),
    disclosure=Disclosure(no_row, no_row, every_row),
    example={"scientificName": "Falco rusticolus", "action": "GENERALISE", "coordinatePrecision": 0.1},
):  # fmt: skip
    """A taxon whose places the group tells to others only roughly, or not at all (dwc:dataGeneralizations).

    It covers every identification of that name, of its genus, or with the name in its classification, in all
    that was gathered in one event and all that is derived from it.
    """

    scientific_name: Mapped[str] = attribute(
        en="Scientific name", fr="Nom scientifique", max=250, not_blank=True, listed=True, indexed=True,
        searchable=True, term="dwc:scientificName",
    )  # fmt: skip
    action: Mapped[DisclosureAction] = attribute(
        en="What others get", fr="Ce que voient les autres", listed=True, vocabulary="disclosureAction",
        term="dwc:dataGeneralizations",
    )  # fmt: skip
    coordinate_precision: Mapped[Decimal | None] = attribute(
        en="Coordinates rounded to", fr="Coordonnées arrondies à", minimum=0.001, maximum=10, unit="°", listed=True,
        term="dwc:coordinatePrecision",
    )  # fmt: skip
    reason: Mapped[MultilingualDescription | None] = attribute(
        en="Reason", fr="Raison", term="dwc:informationWithheld"
    )
    until: Mapped[PartialDate | None] = attribute(en="Until", fr="Jusqu’au", term="dcterms:valid")
