"""Collecting events: who gathered material where, when and how."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import (
    DateText,
    Json,
    KeyMap,
    NestedKeyMap,
    PartialDate,
    Point,
    Resource,
    UuidText,
    attribute,
    external_to_many,
    member,
    to_one,
)
from dina.modules.collection import rules
from dina.modules.collection.resources import disclosure as told
from dina.modules.collection.resources.base import GROUP, Base, managed_attributes_attribute
from dina.modules.collection.resources.calculated import event_disclosure, event_geometry
from dina.modules.collection.resources.place import (
    GeographicPlaceNameSource,
    GeographicPlaceNameSourceDetail,
    GeographicThesaurus,
)
from dina.modules.collection.resources.silenced import SilencedCheck, silenced_checks_attribute


class VerificationStatus(Enum):
    GEOREFERENCING_NOT_POSSIBLE = "GEOREFERENCING_NOT_POSSIBLE"


class GeoreferenceAssertion(TypedDict, total=False):
    """One opinion on where the event took place."""

    dwcDecimalLatitude: Annotated[
        float | None,
        Field(ge=-90, le=90),
        member(en="Latitude", fr="Latitude (°)", term="dwc:decimalLatitude"),
    ]
    dwcDecimalLongitude: Annotated[
        float | None,
        Field(ge=-180, le=180),
        member(en="Longitude", fr="Longitude (°)", term="dwc:decimalLongitude"),
    ]
    dwcCoordinateUncertaintyInMeters: Annotated[
        int | None, Field(ge=0, le=20_037_509),
        member(en="Uncertainty (m)", fr="Incertitude (m)", term="dwc:coordinateUncertaintyInMeters"),
    ]  # fmt: skip
    createdOn: Annotated[str | None, member(en="Recorded on", fr="Consigné le", term="dcterms:created")]
    dwcGeoreferencedDate: Annotated[
        DateText | None, member(en="Georeferenced on", fr="Géoréférencé le", term="dwc:georeferencedDate")
    ]
    georeferencedBy: Annotated[
        list[UuidText] | None,
        member(en="Georeferenced by", fr="Géoréférencé par", term="dwc:georeferencedBy", target="person"),
    ]
    literalGeoreferencedBy: Annotated[
        str | None,
        member(
            en="Georeferenced by (as written)", fr="Géoréférencé par (textuel)", term="dwc:georeferencedBy"
        ),
    ]
    dwcGeoreferenceProtocol: Annotated[
        str | None,
        member(
            en="Georeferencing protocol", fr="Protocole de géoréférencement", term="dwc:georeferenceProtocol"
        ),
    ]
    dwcGeoreferenceSources: Annotated[
        str | None,
        member(en="Georeferencing sources", fr="Sources du géoréférencement", term="dwc:georeferenceSources"),
    ]
    dwcGeoreferenceRemarks: Annotated[
        str | None, Field(max_length=1000),
        member(en="Georeferencing remarks", fr="Remarques sur le géoréférencement", term="dwc:georeferenceRemarks"),
    ]  # fmt: skip
    dwcGeodeticDatum: Annotated[
        str | None, member(en="Datum", fr="Système géodésique", term="dwc:geodeticDatum")
    ]
    isPrimary: Annotated[bool | None, member(en="Primary", fr="Principale")]
    dwcGeoreferenceVerificationStatus: Annotated[
        VerificationStatus | None,
        member(
            en="Verification status", fr="État de vérification", term="dwc:georeferenceVerificationStatus"
        ),
    ]


class CollectingEvent(
    Resource,
    Base,
    type="collecting-event",
    provider=GROUP,
    label=("Collecting event", "Événement de récolte"),
    plural=("Collecting events", "Événements de récolte"),
    title="dwcFieldNumber",
    term="dwc:Event",
    disclosure=told.EVENT,
    prepare=(rules.tidy_event,),
    rules=(
        rules.event_dates_in_order,
        rules.elevation_and_depth_in_order,
        rules.georeferences_agree,
        rules.place_is_one,
        rules.place_has_country,
        rules.event_extensions,
    ),
    batch_rules=(rules.event_managed_attributes,),
    example={"dwcVerbatimLocality": "Whitehorse"},
):
    """The gathering of material at a place and time (dwc:Event, dwc:Location)."""

    version: Mapped[int | None] = attribute(
        en="Version (old name)", fr="Version (ancien nom)", alias_of="resourceVersion", read_only=True
    )
    dwc_field_number: Mapped[str | None] = attribute(
        en="Field number", fr="Numéro de terrain", max=50, listed=True, indexed=True, searchable=True,
        term="dwc:fieldNumber",
    )  # fmt: skip
    dwc_record_number: Mapped[str | None] = attribute(
        en="Collector’s number", fr="Numéro du récolteur", max=50, listed=True, indexed=True, searchable=True,
        term="dwc:recordNumber",
    )  # fmt: skip
    other_record_numbers: Mapped[list[str] | None] = attribute(
        en="Other numbers", fr="Autres numéros", indexed=True, searchable=True
    )
    verbatim_event_date_time: Mapped[str | None] = attribute(
        en="Verbatim date", fr="Date textuelle", searchable=True, term="dwc:verbatimEventDate"
    )
    start_event_date_time: Mapped[PartialDate | None] = attribute(
        en="Collected from", fr="Récolté à partir du", past=True, listed=True, indexed=True, term="dwc:eventDate",
        help_en="As precise as known: 1904, 1904-07 or 1904-07-13.",
        help_fr="Aussi précis que possible : 1904, 1904-07 ou 1904-07-13.",
    )  # fmt: skip
    end_event_date_time: Mapped[PartialDate | None] = attribute(
        en="Collected until", fr="Récolté jusqu’au", past=True, term="dwc:eventDate"
    )
    dwc_recorded_by: Mapped[str | None] = attribute(
        en="Collectors as written", fr="Récolteurs (textuel)", max=250, listed=True, indexed=True, searchable=True,
        term="dwc:recordedBy",
    )  # fmt: skip
    dwc_verbatim_locality: Mapped[str | None] = attribute(
        en="Verbatim locality", fr="Localité textuelle", max=250, listed=True, searchable=True, indexed=True,
        term="dwc:verbatimLocality",
    )  # fmt: skip
    dwc_country: Mapped[str | None] = attribute(
        en="Country", fr="Pays", max=100, listed=True, indexed=True, searchable=True, term="dwc:country"
    )
    dwc_country_code: Mapped[str | None] = attribute(
        en="Country code", fr="Code du pays", max=2, indexed=True, term="dwc:countryCode"
    )
    dwc_state_province: Mapped[str | None] = attribute(
        en="State or province",
        fr="État ou province",
        max=100,
        indexed=True,
        searchable=True,
        term="dwc:stateProvince",
    )
    geo_reference_assertions: Mapped[list[GeoreferenceAssertion] | None] = attribute(
        en="Georeferences", fr="Géoréférences", term="dwc:decimalLatitude", default=None
    )
    disclosure: Mapped[Json | None] = attribute(
        en="What others get to know", fr="Ce que les autres en savent", on_request=True, filterable=False,
        calculated=event_disclosure, term="dwc:dataGeneralizations",
    )  # fmt: skip
    event_geom: Mapped[Point | None] = attribute(
        en="Point",
        fr="Point (géométrie)",
        calculated=event_geometry,
        filterable=False,
        term="dwc:footprintWKT",
    )
    dwc_verbatim_coordinates: Mapped[str | None] = attribute(
        en="Verbatim coordinates", fr="Coordonnées textuelles", term="dwc:verbatimCoordinates"
    )
    dwc_verbatim_latitude: Mapped[str | None] = attribute(
        en="Verbatim latitude", fr="Latitude textuelle", max=25, term="dwc:verbatimLatitude"
    )
    dwc_verbatim_longitude: Mapped[str | None] = attribute(
        en="Verbatim longitude", fr="Longitude textuelle", max=25, term="dwc:verbatimLongitude"
    )
    dwc_verbatim_coordinate_system: Mapped[str | None] = attribute(
        en="Verbatim coordinate system", fr="Système de coordonnées textuel", max=50, vocabulary="coordinate_format",
        term="dwc:verbatimCoordinateSystem",
    )  # fmt: skip
    dwc_verbatim_srs: Mapped[str | None] = attribute(
        en="Verbatim datum", fr="Système géodésique textuel", wire="dwcVerbatimSRS", max=50, vocabulary="srs",
        term="dwc:verbatimSRS",
    )  # fmt: skip
    dwc_verbatim_elevation: Mapped[str | None] = attribute(
        en="Verbatim elevation", fr="Altitude textuelle", max=25, term="dwc:verbatimElevation"
    )
    dwc_verbatim_depth: Mapped[str | None] = attribute(
        en="Verbatim depth", fr="Profondeur textuelle", max=25, term="dwc:verbatimDepth"
    )
    dwc_minimum_elevation_in_meters: Mapped[Decimal | None] = attribute(
        en="Minimum elevation (m)", fr="Altitude minimale (m)", minimum=-15000, maximum=15000, unit="m",
        term="dwc:minimumElevationInMeters",
    )  # fmt: skip
    dwc_maximum_elevation_in_meters: Mapped[Decimal | None] = attribute(
        en="Maximum elevation (m)", fr="Altitude maximale (m)", minimum=-15000, maximum=15000, unit="m",
        term="dwc:maximumElevationInMeters",
    )  # fmt: skip
    dwc_minimum_depth_in_meters: Mapped[Decimal | None] = attribute(
        en="Minimum depth (m)", fr="Profondeur minimale (m)", minimum=0, maximum=15000, unit="m",
        term="dwc:minimumDepthInMeters",
    )  # fmt: skip
    dwc_maximum_depth_in_meters: Mapped[Decimal | None] = attribute(
        en="Maximum depth (m)", fr="Profondeur maximale (m)", minimum=0, maximum=15000, unit="m",
        term="dwc:maximumDepthInMeters",
    )  # fmt: skip
    habitat: Mapped[str | None] = attribute(
        en="Habitat", fr="Milieu", max=500, searchable=True, term="dwc:habitat"
    )
    substrate: Mapped[str | None] = attribute(en="Substrate", fr="Substrat", max=255, vocabulary="substrate")
    host: Mapped[str | None] = attribute(
        en="Host", fr="Hôte", max=250, searchable=True, term="dwc:associatedTaxa"
    )
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, searchable=True, term="dwc:eventRemarks"
    )
    tags: Mapped[list[str] | None] = attribute(en="Tags", fr="Étiquettes", indexed=True)
    publicly_releasable: Mapped[bool | None] = attribute(en="Public", fr="Diffusable")
    not_publicly_releasable_reason: Mapped[str | None] = attribute(
        en="Why it is not public", fr="Raison de non-diffusion", max=500, term="dwc:informationWithheld"
    )
    geographic_place_name_source: Mapped[GeographicPlaceNameSource | None] = attribute(
        en="Source of place names", fr="Source des noms de lieux", term="dwc:locationAccordingTo"
    )
    geographic_place_name_source_detail: Mapped[GeographicPlaceNameSourceDetail | None] = attribute(
        en="Places", fr="Lieux", term="dwc:higherGeography"
    )
    geographic_thesaurus: Mapped[GeographicThesaurus | None] = attribute(
        en="Geographic thesaurus", fr="Thésaurus géographique", term="dwc:higherGeographyID"
    )
    managed_attributes: Mapped[KeyMap] = managed_attributes_attribute()
    extension_values: Mapped[NestedKeyMap] = attribute(en="Extension fields", fr="Champs d’extension")
    silenced_checks: Mapped[list[SilencedCheck] | None] = silenced_checks_attribute()

    collection_method = to_one(
        "collection-method", en="Collection method", fr="Méthode de récolte", term="dwc:samplingProtocol"
    )
    protocol = to_one("protocol", en="Protocol", fr="Protocole", term="dwc:samplingProtocol")
    expedition = to_one("expedition", en="Expedition", fr="Expédition")
    site = to_one("site", en="Site", fr="Site (lieu)", term="dwc:locationID")
    geological_context = to_one(
        "geological-context",
        en="Geological context",
        fr="Contexte géologique",
        term="dwc:geologicalContextID",
    )
    collectors = external_to_many(
        "person", en="Collectors", fr="Récolteurs", wire="collectors", term="dwc:recordedBy"
    )
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
