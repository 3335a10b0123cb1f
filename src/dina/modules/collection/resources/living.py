"""Living collections: how plants and cultures came in, where they stand, and how they fare."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from dina.base.resource import (
    PartialDate,
    Resource,
    attribute,
    external_to_many,
    external_to_one,
    to_many,
    to_one,
)
from dina.modules.collection.resources.base import GROUP, Base, remarks_attribute
from dina.modules.collection.rules import listed, living, ranges


class Accession(
    Resource, Base, type="accession", provider=GROUP, label=("Accession", "Accession"), title="accessionNumber",
    unique=(("group", "accessionNumber"),), term="mcpd:ACCENUMB",
    rules=(listed.values_are_listed, living.ipen_is_well_formed, living.provenance_agrees),
    example={"accessionNumber": "2024-0117", "provenanceType": "W", "ipenNumber": "CA-0-MTJB-2024-0117"},
):  # fmt: skip
    """Living or germplasm material taken into a collection at one time from one source (MCPD, ITF2)."""

    accession_number: Mapped[str] = attribute(
        en="Accession number", fr="Numéro d’accession", max=100, not_blank=True, listed=True, indexed=True,
        searchable=True, term="mcpd:ACCENUMB",
    )  # fmt: skip
    accession_name: Mapped[str | None] = attribute(
        en="Accession name", fr="Nom de l’accession", max=250, listed=True, indexed=True, searchable=True,
        term="mcpd:ACCENAME",
    )  # fmt: skip
    other_numbers: Mapped[list[str] | None] = attribute(
        en="Other numbers", fr="Autres numéros", indexed=True, searchable=True, term="mcpd:OTHERNUMB"
    )
    crop_name: Mapped[str | None] = attribute(
        en="Crop name", fr="Nom de la culture", max=150, searchable=True, term="mcpd:CROPNAME"
    )
    received_on: Mapped[PartialDate | None] = attribute(
        en="Received on", fr="Reçu le", past=True, listed=True, indexed=True, term="mcpd:ACQDATE"
    )
    received_as: Mapped[str | None] = attribute(
        en="Received as", fr="Reçu comme", max=50, vocabulary="livingMaterial", listed=True
    )
    quantity_received: Mapped[int | None] = attribute(
        en="Quantity received",
        fr="Quantité reçue",
        minimum=0,
        maximum=1_000_000_000,
        term="dwc:individualCount",
    )
    provenance_type: Mapped[str | None] = attribute(
        en="Provenance", fr="Provenance", max=1, vocabulary="provenanceType", listed=True, indexed=True,
        help_en="Wild, from a wild plant in cultivation, garden, or unknown (ITF2).",
        help_fr="Sauvage, d’une plante sauvage en culture, de jardin ou inconnue (ITF2).",
    )  # fmt: skip
    wild_propagation: Mapped[str | None] = attribute(
        en="How propagated since the wild", fr="Multiplication depuis la nature", max=1,
        vocabulary="wildPropagation", help_en="Only for material of wild origin (ITF2).",
        help_fr="Seulement pour le matériel d’origine sauvage (ITF2).",
    )  # fmt: skip
    ipen_number: Mapped[str | None] = attribute(
        en="IPEN number", fr="Numéro IPEN", max=100, listed=True, indexed=True, searchable=True,
        help_en="Country or XX, 0 or 1 for restrictions, garden, number: CA-0-MTJB-2024-0117.",
        help_fr="Pays ou XX, 0 ou 1 selon les restrictions, jardin, numéro : CA-0-MTJB-2024-0117.",
    )  # fmt: skip
    country_of_origin: Mapped[str | None] = attribute(
        en="Country of origin", fr="Pays d’origine", max=2, pattern=r"[A-Z]{2}", indexed=True, listed=True,
        help_en="Two letters, as CA.", help_fr="Deux lettres, comme CA.", term="mcpd:ORIGCTY",
    )  # fmt: skip
    biological_status: Mapped[str | None] = attribute(
        en="Biological status", fr="Statut biologique", max=3, vocabulary="biologicalStatus", indexed=True,
        term="mcpd:SAMPSTAT",
    )  # fmt: skip
    acquisition_source: Mapped[str | None] = attribute(
        en="Gathered or acquired from", fr="Milieu ou source d’acquisition", max=2, vocabulary="acquisitionSource",
        term="mcpd:COLLSRC",
    )  # fmt: skip
    storage_types: Mapped[list[str] | None] = attribute(
        en="Kinds of germplasm storage", fr="Modes de conservation", vocabulary="germplasmStorage",
        term="mcpd:STORAGE",
    )  # fmt: skip
    multilateral_status: Mapped[str | None] = attribute(
        en="In the Multilateral System", fr="Au Système multilatéral", max=2, vocabulary="multilateralStatus",
        term="mcpd:MLSSTAT",
    )  # fmt: skip
    access_conditions: Mapped[str | None] = attribute(
        en="Conditions of access", fr="Conditions d’accès", max=1000, searchable=True, term="dcterms:accessRights",
        help_en="Prior consent, terms agreed, certificate of compliance (Nagoya Protocol).",
        help_fr="Consentement préalable, conditions convenues, certificat de conformité (Protocole de Nagoya).",
    )  # fmt: skip
    donor_number: Mapped[str | None] = attribute(
        en="Donor’s number",
        fr="Numéro du donateur",
        max=100,
        indexed=True,
        searchable=True,
        term="mcpd:DONORNUMB",
    )
    donor_code: Mapped[str | None] = attribute(
        en="Donor’s institute code", fr="Code d’institut du donateur", max=20, indexed=True, term="mcpd:DONORCODE",
        help_en="FAO WIEWS code.", help_fr="Code WIEWS de la FAO.",
    )  # fmt: skip
    breeding_institute_code: Mapped[str | None] = attribute(
        en="Breeder’s institute code", fr="Code d’institut de l’obtenteur", max=20, term="mcpd:BREDCODE"
    )
    ancestry: Mapped[str | None] = attribute(
        en="Ancestry", fr="Ascendance", max=1000, searchable=True, term="mcpd:ANCEST"
    )
    verbatim_source: Mapped[str | None] = attribute(
        en="Source as written", fr="Source (textuelle)", max=500, searchable=True
    )
    accession_status: Mapped[str | None] = attribute(
        en="Status of the accession", fr="État de l’accession", max=50, vocabulary="accessionStatus", listed=True,
        indexed=True, term="dwc:disposition",
    )  # fmt: skip
    remarks: Mapped[str | None] = remarks_attribute(term="mcpd:REMARKS")

    collection = to_one("collection", en="Collection", fr="Collection", listed=True, term="dwc:collectionID")
    collecting_event = to_one("collecting-event", en="Gathered at", fr="Récolté lors de", term="dwc:eventID")
    material_samples = to_many(
        "material-sample",
        en="Specimens of the accession",
        fr="Spécimens de l’accession",
        term="dwc:materialEntityID",
    )
    donor = external_to_one(("person", "organization"), en="Donor", fr="Donateur")
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")


class Planting(
    Resource, Base, type="planting", provider=GROUP, label=("Planting", "Plantation"), title="bed",
    group_from=("materialSample",),
    rules=(listed.values_are_listed, living.taken_away_for_a_reason, ranges.in_order("plantedOn", "removedOn")),
    example={"bed": "Alpine garden 12", "position": "B3", "plantedOn": "2024-05", "quantity": 3},
):  # fmt: skip
    """Where a living plant stood, from when to when."""

    bed: Mapped[str | None] = attribute(
        en="Bed", fr="Plate-bande", max=150, listed=True, indexed=True, searchable=True, term="dwc:locality"
    )
    position: Mapped[str | None] = attribute(
        en="Position in the bed", fr="Position dans la plate-bande", max=100, listed=True, indexed=True
    )
    planted_on: Mapped[PartialDate | None] = attribute(
        en="Planted on", fr="Planté le", past=True, listed=True, indexed=True
    )
    removed_on: Mapped[PartialDate | None] = attribute(
        en="Removed on", fr="Retiré le", past=True, listed=True, indexed=True
    )
    removal_reason: Mapped[str | None] = attribute(
        en="Why it was removed", fr="Raison du retrait", max=50, vocabulary="removalReason"
    )
    quantity: Mapped[int | None] = attribute(
        en="Number of plants", fr="Nombre de plants", minimum=0, maximum=1_000_000, term="dwc:individualCount"
    )
    latitude: Mapped[Decimal | None] = attribute(
        en="Latitude", fr="Latitude (°)", minimum=-90, maximum=90, unit="°", term="dwc:decimalLatitude"
    )
    longitude: Mapped[Decimal | None] = attribute(
        en="Longitude", fr="Longitude (°)", minimum=-180, maximum=180, unit="°", term="dwc:decimalLongitude"
    )
    remarks: Mapped[str | None] = remarks_attribute()

    material_sample = to_one(
        "material-sample",
        en="Specimen",
        fr="Spécimen",
        required=True,
        listed=True,
        term="dwc:materialEntityID",
    )
    storage_unit = to_one("storage-unit", en="Garden area", fr="Secteur du jardin", term="dwc:locationID")
    planted_by = external_to_many("person", en="Planted by", fr="Planté par", term="prov:wasAssociatedWith")


class ConditionCheck(
    Resource, Base, type="condition-check", provider=GROUP, label=("Condition check", "Contrôle d’état"),
    plural=("Condition checks", "Contrôles d’état"), title="checkedOn", group_from=("materialSample",),
    rules=(listed.values_are_listed, living.death_has_a_cause, ranges.at_most("countAlive", "countTotal")),
    batch_rules=(living.dead_stays_dead,),
    example={"checkedOn": "2024-06-12", "livingStatus": "alive", "health": "good", "phenology": ["flowering"]},
):  # fmt: skip
    """How a living specimen was found on a day; death with its cause (dwc:vitality)."""

    checked_on: Mapped[PartialDate] = attribute(
        en="Checked on", fr="Contrôlé le", past=True, listed=True, indexed=True, term="dwc:eventDate"
    )
    living_status: Mapped[str] = attribute(
        en="Living status", fr="État vital", max=50, vocabulary="livingStatus", listed=True, indexed=True,
        not_blank=True, term="dwc:vitality",
    )  # fmt: skip
    health: Mapped[str | None] = attribute(
        en="Health", fr="Santé", max=50, vocabulary="health", listed=True, indexed=True
    )
    phenology: Mapped[list[str] | None] = attribute(
        en="Phenology", fr="Phénologie", vocabulary="phenology", listed=True, indexed=True,
        term="dwc:reproductiveCondition",
    )  # fmt: skip
    count_total: Mapped[int | None] = attribute(
        en="Individuals looked for", fr="Individus recherchés", minimum=0, maximum=1_000_000
    )
    count_alive: Mapped[int | None] = attribute(
        en="Individuals alive",
        fr="Individus vivants",
        minimum=0,
        maximum=1_000_000,
        term="dwc:individualCount",
    )
    height_in_centimeters: Mapped[Decimal | None] = attribute(
        en="Height (cm)", fr="Hauteur (cm)", unit="cm", minimum=0, maximum=15_000
    )
    diameter_in_centimeters: Mapped[Decimal | None] = attribute(
        en="Stem diameter (cm)", fr="Diamètre de la tige (cm)", unit="cm", minimum=0, maximum=2_000
    )
    pests_and_diseases: Mapped[str | None] = attribute(
        en="Pests and diseases", fr="Ravageurs et maladies", max=500, searchable=True
    )
    cause_of_death: Mapped[str | None] = attribute(
        en="Cause of death", fr="Cause de la mort", max=50, vocabulary="causeOfDeath", term="dwc:causeOfDeath"
    )
    remarks: Mapped[str | None] = remarks_attribute()

    material_sample = to_one(
        "material-sample",
        en="Specimen",
        fr="Spécimen",
        required=True,
        listed=True,
        term="dwc:materialEntityID",
    )
    planting = to_one("planting", en="Planting", fr="Plantation")
    checked_by = external_to_many("person", en="Checked by", fr="Contrôlé par", term="prov:wasAssociatedWith")
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
