"""Material samples: every physical thing a collection holds, from a whole organism to its DNA."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Annotated

from pydantic import Field
from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSON as JSONDocument
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import (
    DateText,
    Json,
    KeyMap,
    NestedKeyMap,
    Resource,
    UuidText,
    attribute,
    external_to_many,
    member,
    to_many,
    to_one,
)
from dina.modules.collection import rules
from dina.modules.collection.resources import disclosure
from dina.modules.collection.resources.base import GROUP, Base, managed_attributes_attribute
from dina.modules.collection.resources.calculated import (
    EFFECTIVE_NAME,
    TARGET_CLASSIFICATION,
    TARGET_NAME,
    TARGET_SUMMARY,
    TARGET_TYPE_STATUS,
    from_sample,
    worked,
)
from dina.modules.collection.resources.silenced import SilencedCheck, silenced_checks_attribute


class MaterialSampleType(Enum):
    WHOLE_ORGANISM = "WHOLE_ORGANISM"
    CULTURE_STRAIN = "CULTURE_STRAIN"
    ORGANISM_PART = "ORGANISM_PART"
    MIXED_ORGANISMS = "MIXED_ORGANISMS"
    MOLECULAR_SAMPLE = "MOLECULAR_SAMPLE"


class AssignedTo(TypedDict, total=False):
    id: Annotated[UuidText | None, member(en="User", fr="Utilisateur", target="user")]
    type: Annotated[str | None, member(en="Kind of resource", fr="Genre de ressource")]


class ScheduledAction(TypedDict, total=False):
    """Something to be done with the sample by a date."""

    actionType: Annotated[str | None, Field(max_length=250), member(en="Action", fr="Action")]
    date: Annotated[DateText | None, member(en="Due on", fr="Échéance")]
    actionStatus: Annotated[
        str | None, Field(max_length=120), member(en="Status of the action", fr="État de l’action")
    ]
    remarks: Annotated[str | None, Field(max_length=1000), member(en="Remarks", fr="Remarques")]
    assignedTo: Annotated[AssignedTo | None, member(en="Assigned to", fr="Attribuée à")]


class CitationAuthor(TypedDict, total=False):
    givenNames: Annotated[str | None, Field(max_length=200), member(en="Given names", fr="Prénoms")]
    familyNames: Annotated[str | None, Field(max_length=200), member(en="Family names", fr="Noms de famille")]


class Citation(TypedDict, total=False):
    """A publication that cites the sample (dwc:associatedReferences)."""

    title: Annotated[str | None, Field(max_length=400), member(en="Title", fr="Titre", term="dcterms:title")]
    year: Annotated[int | None, Field(ge=1450, le=2200), member(en="Year", fr="Année", term="dcterms:issued")]
    doi: Annotated[
        str | None,
        Field(max_length=200, pattern=r"(?i)^https:\/\/doi.org\/10\.\d{4,9}\/.+$"),
        member(en="DOI", fr="Adresse DOI", term="dcterms:identifier"),
    ]
    authors: Annotated[
        list[CitationAuthor] | None, member(en="Authors", fr="Auteurs", term="dcterms:creator")
    ]
    volume: Annotated[str | None, Field(max_length=50), member(en="Volume", fr="Volume (no)")]
    pages: Annotated[str | None, Field(max_length=50), member(en="Pages", fr="Pages (étendue)")]
    journal: Annotated[str | None, Field(max_length=200), member(en="Journal", fr="Revue")]
    citationRemarks: Annotated[
        str | None,
        Field(max_length=1000),
        member(en="Remarks on the citation", fr="Remarques sur la citation"),
    ]


class HostOrganism(TypedDict, total=False):
    """The organism on or in which the sample lived (dwc:associatedTaxa)."""

    name: Annotated[
        str | None,
        Field(max_length=150),
        member(en="Host name", fr="Nom de l’hôte", term="dwc:associatedTaxa"),
    ]
    remarks: Annotated[
        str | None, Field(max_length=1000), member(en="Host remarks", fr="Remarques sur l’hôte")
    ]
    part: Annotated[
        str | None,
        Field(max_length=50),
        member(en="Part of the host", fr="Partie de l’hôte", vocabulary="hostPart"),
    ]
    condition: Annotated[
        str | None,
        Field(max_length=50),
        member(
            en="Condition of the host", fr="État de l’hôte", vocabulary="hostCondition", term="dwc:vitality"
        ),
    ]
    association: Annotated[
        str | None,
        Field(max_length=50),
        member(
            en="How it lives with the host",
            fr="Mode de vie avec l’hôte",
            vocabulary="hostAssociation",
            term="dwc:organismInteractionType",
        ),
    ]


class GrowthSubstrate(TypedDict, total=False):
    """What the organism grew on or in, living or not (dwc:sampledSubstrateCategory)."""

    substrate: Annotated[
        str | None,
        Field(max_length=50),
        member(
            en="Substrate",
            fr="Substrat",
            vocabulary="growthSubstrate",
            term="dwc:sampledSubstrateCategory",
        ),
    ]
    layer: Annotated[
        str | None,
        Field(max_length=250),
        member(en="Layer or position", fr="Couche ou position", term="dwc:sampledSubstrateLayer"),
    ]
    decayStage: Annotated[
        int | None, Field(ge=1, le=5), member(en="Stage of decay (1–5)", fr="Stade de décomposition (1 à 5)")
    ]
    ph: Annotated[float | None, Field(ge=-2, le=16), member(en="pH of the substrate", fr="pH du substrat")]
    remarks: Annotated[
        str | None, Field(max_length=1000), member(en="Substrate remarks", fr="Remarques sur le substrat")
    ]


class MaterialSample(
    Resource,
    Base,
    type="material-sample",
    provider=GROUP,
    label=("Specimen", "Spécimen"),
    title="materialSampleName",
    term="dwc:MaterialEntity",
    disclosure=disclosure.SAMPLE,
    prepare=(rules.note_state_change,),
    rules=(
        rules.parent_or_event,
        rules.sample_extensions,
        rules.sample_restrictions,
        rules.actions_say_something,
        rules.host_and_substrate_are_listed,
    ),
    batch_rules=(rules.name_is_unique_in_collection, rules.sample_managed_attributes, rules.position_is_free),
    example={"materialSampleName": "CAN-1"},
):
    """A physical thing in a collection in one of its states (dwc:MaterialEntity): specimen, part, strain, extract."""

    material_sample_name: Mapped[str | None] = attribute(
        en="Primary ID", fr="Identifiant principal", max=250, listed=True, indexed=True, searchable=True,
        term="dwc:materialEntityID", help_en="The name or number written on the label.",
        help_fr="Le nom ou numéro inscrit sur l’étiquette.",
    )  # fmt: skip
    dwc_catalog_number: Mapped[str | None] = attribute(
        en="Catalogue number", fr="Numéro de catalogue", max=25, listed=True, indexed=True, searchable=True,
        term="dwc:catalogNumber",
    )  # fmt: skip
    dwc_other_catalog_numbers: Mapped[list[str] | None] = attribute(
        en="Other catalogue numbers", fr="Autres numéros de catalogue", indexed=True, searchable=True,
        term="dwc:otherCatalogNumbers",
    )  # fmt: skip
    identifiers: Mapped[KeyMap] = attribute(
        en="Identifiers",
        fr="Identifiants",
        indexed=True,
        vocabulary="identifier_type",
        term="dwc:otherCatalogNumbers",
    )
    barcode: Mapped[str | None] = attribute(
        en="Barcode", fr="Code à barres", max=50, indexed=True, searchable=True, term="dcterms:identifier"
    )
    material_sample_type: Mapped[MaterialSampleType | None] = attribute(
        en="Kind of material", fr="Genre de matériel", listed=True, vocabulary="materialSampleType",
        term="dwc:materialEntityType",
    )  # fmt: skip
    material_sample_state: Mapped[str | None] = attribute(
        en="State", fr="État", max=50, vocabulary="materialSampleState", term="dwc:disposition"
    )
    state_changed_on: Mapped[dt.date | None] = attribute(en="State changed on", fr="Changement d’état le")
    state_change_remarks: Mapped[str | None] = attribute(
        en="Remarks on the change of state", fr="Remarques sur le changement d’état", max=1000
    )
    material_sample_remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, searchable=True, term="dwc:materialEntityRemarks"
    )
    preparation_date: Mapped[dt.date | None] = attribute(
        en="Prepared on",
        fr="Préparé le",
        help_en="The day of the preparation.",
        help_fr="Le jour de la préparation.",
    )
    preservation_type: Mapped[str | None] = attribute(
        en="Preservation", fr="Conservation", max=250, term="dwc:preparations"
    )
    preparation_fixative: Mapped[str | None] = attribute(en="Fixative", fr="Fixateur", max=250)
    preparation_materials: Mapped[str | None] = attribute(
        en="Preparation materials", fr="Matériaux de préparation", max=250
    )
    preparation_substrate: Mapped[str | None] = attribute(
        en="Preparation substrate", fr="Substrat de préparation", max=250
    )
    preparation_remarks: Mapped[str | None] = attribute(
        en="Preparation remarks", fr="Remarques sur la préparation", max=1000, searchable=True
    )
    managed_attributes: Mapped[KeyMap] = managed_attributes_attribute()
    preparation_managed_attributes: Mapped[KeyMap] = attribute(
        en="Custom fields of the preparation", fr="Champs personnalisés de la préparation", indexed=True
    )
    extension_values: Mapped[NestedKeyMap] = attribute(en="Extension fields", fr="Champs d’extension")
    dwc_degree_of_establishment: Mapped[str | None] = attribute(
        en="Degree of establishment", fr="Degré d’établissement", max=250, vocabulary="degreeOfEstablishment",
        term="dwc:degreeOfEstablishment",
    )  # fmt: skip
    host_organism: Mapped[HostOrganism | None] = attribute(
        en="Host organism", fr="Organisme hôte", term="dwc:associatedTaxa"
    )
    growth_substrate: Mapped[GrowthSubstrate | None] = attribute(
        en="Grew on", fr="Croissait sur", term="dwc:sampledSubstrateCategory"
    )
    scheduled_actions: Mapped[list[ScheduledAction] | None] = attribute(
        en="Scheduled actions", fr="Actions prévues"
    )
    citations: Mapped[list[Citation] | None] = attribute(
        en="Citations", fr="Citations bibliographiques", term="dwc:associatedReferences"
    )
    tags: Mapped[list[str] | None] = attribute(en="Tags", fr="Étiquettes", indexed=True, searchable=True)
    publicly_releasable: Mapped[bool | None] = attribute(en="Public", fr="Diffusable", listed=False)
    not_publicly_releasable_reason: Mapped[str | None] = attribute(
        en="Why it is not public", fr="Raison de non-diffusion", max=500, term="dwc:informationWithheld"
    )
    is_restricted: Mapped[bool] = attribute(en="Restricted", fr="Restreint", default=False)
    restriction_fields_extension: Mapped[NestedKeyMap] = attribute(
        en="Restriction fields", fr="Champs de restriction"
    )
    restriction_remarks: Mapped[str | None] = attribute(
        en="Remarks on restrictions",
        fr="Remarques sur les restrictions",
        max=1000,
        term="dcterms:accessRights",
    )
    allow_duplicate_name: Mapped[bool] = attribute(
        en="Allow duplicate name", fr="Permettre un nom en double", default=False
    )
    source_set: Mapped[str | None] = attribute(
        en="Source set", fr="Jeu source", max=50, indexed=True, term="dwc:datasetID"
    )
    is_base_for_split_by_type: Mapped[bool | None] = attribute(
        en="Base for splits by type", fr="Base des divisions par type"
    )
    silenced_checks: Mapped[list[SilencedCheck] | None] = silenced_checks_attribute()
    hierarchy: Mapped[Json | None] = attribute(
        en="Hierarchy",
        fr="Hiérarchie",
        on_request=True,
        calculated=from_sample("sample_hierarchy", JSONDocument),
        filterable=False,
    )
    material_sample_children: Mapped[Json | None] = attribute(
        en="Derived samples",
        fr="Échantillons dérivés",
        on_request=True,
        calculated=from_sample("sample_children", JSONDocument),
        filterable=False,
    )

    target_organism_primary_scientific_name: Mapped[str | None] = attribute(
        en="Scientific name of the target", fr="Nom scientifique de la cible", when_included="organism", filterable=False,
        calculated=worked(TARGET_NAME, Text, id="id"), term="dwc:scientificName",
    )  # fmt: skip
    target_organism_primary_type_status: Mapped[str | None] = attribute(
        en="Type status of the target", fr="Statut de type de la cible", when_included="organism", filterable=False,
        calculated=worked(TARGET_TYPE_STATUS, Text, id="id"), term="dwc:typeStatus",
    )  # fmt: skip
    target_organism_primary_classification: Mapped[Json | None] = attribute(
        en="Classification of the target", fr="Classification de la cible", when_included="organism", filterable=False,
        calculated=worked(TARGET_CLASSIFICATION, JSONDocument, id="id"), term="dwc:higherClassification",
    )  # fmt: skip
    target_identifiable_entity_summary: Mapped[Json | None] = attribute(
        en="Summary of the target", fr="Résumé de la cible", when_included="organism", filterable=False,
        calculated=worked(TARGET_SUMMARY, JSONDocument, id="id"),
    )  # fmt: skip
    effective_scientific_name: Mapped[str | None] = attribute(
        en="Effective scientific name", fr="Nom scientifique effectif", when_included="organism", filterable=False,
        calculated=worked(EFFECTIVE_NAME, Text, id="id", parent="parent_material_sample_id"), term="dwc:scientificName",
        help_en="Its own name, else that of the nearest specimen it is derived from.",
        help_fr="Son propre nom, sinon celui du plus proche spécimen dont il dérive.",
    )  # fmt: skip

    parent_material_sample = to_one(
        "material-sample", en="Derived from", fr="Dérivé de", tree=True, term="prov:wasDerivedFrom"
    )
    collecting_event = to_one(
        "collecting-event", en="Collecting event", fr="Événement de récolte", listed=True, term="dwc:eventID"
    )
    geological_context = to_one(
        "geological-context",
        en="Geological context",
        fr="Contexte géologique",
        term="dwc:geologicalContextID",
    )
    collection = to_one("collection", en="Collection", fr="Collection", listed=True, term="dwc:collectionID")
    preparation_type = to_one(
        "preparation-type", en="Preparation type", fr="Type de préparation", term="dwc:preparations"
    )
    preparation_method = to_one(
        "preparation-method", en="Preparation method", fr="Méthode de préparation", term="dwc:preparations"
    )
    preparation_protocol = to_one("protocol", en="Preparation protocol", fr="Protocole de préparation")
    storage_unit_usage = to_one("storage-unit-usage", en="Storage position", fr="Position de rangement")
    organism = to_many("organism", en="Organisms", fr="Organismes", listed=True, term="dwc:organismID")
    projects = to_many("project", en="Projects", fr="Projets", term="dwc:projectID")
    assemblages = to_many("assemblage", en="Assemblages", fr="Assemblages (ensembles)")
    prepared_by = external_to_many("person", en="Prepared by", fr="Préparé par", term="ggbn:preparedBy")
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
