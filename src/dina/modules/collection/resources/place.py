"""Places as geographic sources describe them, and sites."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import (
    Json,
    KeyMap,
    MultilingualDescription,
    Resource,
    attribute,
    external_to_many,
    member,
)
from dina.modules.collection import rules
from dina.modules.collection.resources.base import (
    GROUP,
    Base,
    description_attribute,
    managed_attributes_attribute,
    name_attribute,
)


class GeographicPlaceNameSource(Enum):
    OSM = "OSM"


class GeographicThesaurusSource(Enum):
    TGN = "TGN"


class SourceAdministrativeLevel(TypedDict, total=False):
    """A place in the source of place names; `element` is N (node), W (way) or R (relation)."""

    id: Annotated[str | None, member(en="Source id", fr="Identifiant dans la source")]
    element: Annotated[str | None, Field(pattern="^[NWR]$"), member(en="Element", fr="Élément")]
    placeType: Annotated[str | None, member(en="Kind of place", fr="Genre de lieu")]
    name: Annotated[str | None, member(en="Name", fr="Nom", term="dwc:higherGeography")]


class Country(TypedDict, total=False):
    code: Annotated[
        str | None,
        Field(min_length=2, max_length=2),
        member(en="Country code", fr="Code du pays", term="dwc:countryCode"),
    ]
    name: Annotated[str | None, member(en="Country", fr="Pays", term="dwc:country")]


class GeographicPlaceNameSourceDetail(TypedDict, total=False):
    """What the source of place names says about where it was."""

    sourceUrl: Annotated[str | None, member(en="Source address", fr="Adresse de la source")]
    customGeographicPlace: Annotated[str | None, member(en="Own place name", fr="Nom de lieu libre")]
    selectedGeographicPlace: Annotated[
        SourceAdministrativeLevel | None, member(en="Chosen place", fr="Lieu choisi")
    ]
    higherGeographicPlaces: Annotated[
        list[SourceAdministrativeLevel] | None, member(en="Higher places", fr="Lieux supérieurs")
    ]
    stateProvince: Annotated[
        SourceAdministrativeLevel | None, member(en="State or province", fr="État ou province")
    ]
    country: Annotated[Country | None, member(en="Country", fr="Pays")]
    recordedOn: Annotated[str | None, member(en="Recorded on", fr="Consigné le")]


class GeographicThesaurus(TypedDict, total=False):
    source: Annotated[GeographicThesaurusSource, member(en="Thesaurus", fr="Thésaurus (source)")]
    subjectId: Annotated[str, member(en="Subject id", fr="Identifiant du sujet")]
    preferredTerm: Annotated[str, member(en="Preferred term", fr="Terme privilégié")]
    preferredParent: Annotated[str | None, member(en="Preferred parent", fr="Parent privilégié")]
    additionalParents: Annotated[list[str] | None, member(en="Other parents", fr="Autres parents")]


class Site(
    Resource, Base, type="site", provider=GROUP, label=("Site", "Site"), title="name", term="dcterms:Location",
    rules=(rules.place_is_one, rules.place_has_country), batch_rules=(rules.site_managed_attributes,), example={"name": "Plot 7"},
):  # fmt: skip
    """A place that is visited again and again."""

    name: Mapped[str] = name_attribute(term="dwc:locality")
    code: Mapped[str | None] = attribute(
        en="Code", fr="Code", max=50, listed=True, indexed=True, term="dwc:locationID"
    )
    site_geom: Mapped[Json | None] = attribute(
        en="Geometry", fr="Géométrie", filterable=False, term="dwc:footprintWKT"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    geographic_place_name_source: Mapped[GeographicPlaceNameSource | None] = attribute(
        en="Source of place names", fr="Source des noms de lieux"
    )
    geographic_place_name_source_detail: Mapped[GeographicPlaceNameSourceDetail | None] = attribute(
        en="Places", fr="Lieux"
    )
    dwc_country: Mapped[str | None] = attribute(
        en="Country", fr="Pays", max=100, listed=True, term="dwc:country"
    )
    dwc_country_code: Mapped[str | None] = attribute(
        en="Country code", fr="Code du pays", max=2, term="dwc:countryCode"
    )
    dwc_state_province: Mapped[str | None] = attribute(
        en="State or province", fr="État ou province", max=100, term="dwc:stateProvince"
    )
    managed_attributes: Mapped[KeyMap] = managed_attributes_attribute()

    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
