"""Organisms in a sample and what they were identified as."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import DateText, KeyMap, Resource, UuidText, attribute, member
from dina.modules.collection import rules
from dina.modules.collection.resources import disclosure
from dina.modules.collection.resources.base import GROUP, Base, managed_attributes_attribute


class ScientificNameSource(Enum):
    CUSTOM = "CUSTOM"
    COLPLUS = "COLPLUS"
    GNA = "GNA"


class ScientificNameDetails(TypedDict, total=False):
    """What the source of a name said about it."""

    labelHtml: Annotated[
        str | None, Field(max_length=255), member(en="Formatted name", fr="Nom mis en forme", html=True)
    ]
    classificationPath: Annotated[
        str | None,
        Field(max_length=1000),
        member(en="Classification", fr="Classification (chemin)", term="dwc:higherClassification"),
    ]
    classificationRanks: Annotated[
        str | None, Field(max_length=1000), member(en="Ranks", fr="Rangs", term="dwc:taxonRank")
    ]
    sourceUrl: Annotated[
        str | None, member(en="Source address", fr="Adresse de la source", term="dwc:scientificNameID")
    ]
    recordedOn: Annotated[DateText | None, member(en="Looked up on", fr="Consulté le")]
    currentName: Annotated[
        str | None,
        Field(max_length=250),
        member(en="Current name", fr="Nom actuel", term="dwc:acceptedNameUsage"),
    ]
    isSynonym: Annotated[bool | None, member(en="Synonym", fr="Synonyme", term="dwc:taxonomicStatus")]


class ParsedScientificName(TypedDict, total=False):
    """What the name parser made of the scientific name, else of the verbatim one; set by the server."""

    canonicalName: Annotated[str | None, member(en="Canonical name", fr="Nom canonique")]
    canonicalNameWithRanks: Annotated[
        str | None, member(en="Canonical name with ranks", fr="Nom canonique avec rangs")
    ]
    authorship: Annotated[
        str | None, member(en="Authorship", fr="Auteurs du nom", term="dwc:scientificNameAuthorship")
    ]
    year: Annotated[
        str | None,
        member(en="Year of publication", fr="Année de publication", term="dwc:namePublishedInYear"),
    ]
    rank: Annotated[
        str | None, member(en="Rank as written", fr="Rang tel qu’écrit", term="dwc:verbatimTaxonRank")
    ]
    genus: Annotated[str | None, member(en="Genus", fr="Genre", term="dwc:genericName")]
    specificEpithet: Annotated[
        str | None, member(en="Specific epithet", fr="Épithète spécifique", term="dwc:specificEpithet")
    ]
    infraspecificEpithet: Annotated[
        str | None,
        member(en="Infraspecific epithet", fr="Épithète infraspécifique", term="dwc:infraspecificEpithet"),
    ]
    cultivarEpithet: Annotated[
        str | None, member(en="Cultivar", fr="Cultivar (épithète)", term="dwc:cultivarEpithet")
    ]
    cardinality: Annotated[int, member(en="Number of elements", fr="Nombre d’éléments")]
    hybrid: Annotated[str | None, member(en="Hybrid", fr="Hybride")]
    qualifier: Annotated[
        str | None,
        member(en="Qualifier in the name", fr="Qualificatif dans le nom", term="dwc:identificationQualifier"),
    ]
    unparsed: Annotated[str | None, member(en="Not understood", fr="Non compris")]
    quality: Annotated[int, member(en="Quality of the reading", fr="Qualité de la lecture")]
    formattedName: Annotated[
        str, member(en="Formatted for print", fr="Mis en forme pour l’impression", html=True)
    ]


class Determination(TypedDict, total=False):
    """One identification of an organism (dwc:Identification): who said when that it is what."""

    verbatimScientificName: Annotated[
        str | None, Field(max_length=250),
        member(en="Verbatim scientific name", fr="Nom scientifique textuel", term="dwc:verbatimIdentification"),
    ]  # fmt: skip
    verbatimDeterminer: Annotated[
        str | None, Field(max_length=250),
        member(en="Verbatim determiner", fr="Déterminateur textuel", term="dwc:identifiedBy"),
    ]  # fmt: skip
    verbatimDate: Annotated[
        str | None,
        Field(max_length=50),
        member(en="Verbatim date", fr="Date textuelle", term="dwc:dateIdentified"),
    ]
    scientificName: Annotated[
        str | None,
        Field(max_length=250),
        member(en="Scientific name", fr="Nom scientifique", term="dwc:scientificName"),
    ]
    transcriberRemarks: Annotated[
        str | None,
        Field(max_length=1000),
        member(en="Transcriber’s remarks", fr="Remarques de transcription"),
    ]
    verbatimRemarks: Annotated[
        str | None, Field(max_length=1000), member(en="Verbatim remarks", fr="Remarques textuelles")
    ]
    determinationRemarks: Annotated[
        str | None, Field(max_length=1000),
        member(en="Remarks on the identification", fr="Remarques sur l’identification", term="dwc:identificationRemarks"),
    ]  # fmt: skip
    typeStatus: Annotated[
        str | None, Field(max_length=50),
        member(en="Type status", fr="Statut de type", term="dwc:typeStatus", vocabulary="type_status"),
    ]  # fmt: skip
    typeStatusEvidence: Annotated[
        str | None, Field(max_length=250), member(en="Evidence of type status", fr="Preuve du statut de type")
    ]
    determiner: Annotated[
        list[UuidText] | None,
        member(en="Determined by", fr="Déterminé par", term="dwc:identifiedByID", target="person"),
    ]
    determinedOn: Annotated[
        DateText | None, member(en="Determined on", fr="Déterminé le", term="dwc:dateIdentified")
    ]
    qualifier: Annotated[
        str | None,
        Field(max_length=150),
        member(en="Qualifier", fr="Qualificatif", term="dwc:identificationQualifier"),
    ]
    scientificNameSource: Annotated[
        ScientificNameSource | None, member(en="Source of the name", fr="Source du nom")
    ]
    scientificNameDetails: Annotated[
        ScientificNameDetails | None, member(en="Details of the name", fr="Détails du nom")
    ]
    isPrimary: Annotated[
        bool | None, member(en="Primary", fr="Principale", term="dwc:identificationVerificationStatus")
    ]
    isFiledAs: Annotated[bool | None, member(en="Filed under", fr="Classé sous")]
    managedAttributes: Annotated[
        dict[str, str | None] | None, member(en="Custom fields", fr="Champs personnalisés")
    ]
    parsedName: Annotated[
        ParsedScientificName | None, member(en="Parsed name", fr="Nom analysé", read_only=True)
    ]


class Organism(
    Resource,
    Base,
    type="organism",
    provider=GROUP,
    label=("Organism", "Organisme"),
    term="dwc:Organism",
    disclosure=disclosure.ORGANISM,
    prepare=(rules.single_determination_is_primary, rules.names_are_parsed),
    rules=(rules.determinations_agree,),
    batch_rules=(rules.organism_managed_attributes,),
    example={"lifeStage": "adult"},
):
    """An organism, or several alike, in a material sample (dwc:Organism), with all its identifications."""

    determination: Mapped[list[Determination] | None] = attribute(
        en="Identifications", fr="Identifications (historique)", listed=True, indexed=True, searchable=True,
        term="dwc:Identification",
    )  # fmt: skip
    is_target: Mapped[bool | None] = attribute(
        en="Target", fr="Cible", help_en="Of several organisms in a sample, the one it is kept for.",
        help_fr="Parmi plusieurs organismes, celui pour lequel on garde l’échantillon.",
    )  # fmt: skip
    life_stage: Mapped[str | None] = attribute(
        en="Life stage", fr="Stade de vie", max=50, listed=True, indexed=True, term="dwc:lifeStage"
    )
    sex: Mapped[str | None] = attribute(
        en="Sex", fr="Sexe", max=256, listed=True, indexed=True, term="dwc:sex"
    )
    dwc_vernacular_name: Mapped[str | None] = attribute(
        en="Vernacular name", fr="Nom vernaculaire", max=100, listed=True, searchable=True, indexed=True,
        term="dwc:vernacularName",
    )  # fmt: skip
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, searchable=True, term="dwc:organismRemarks"
    )
    managed_attributes: Mapped[KeyMap] = managed_attributes_attribute()
