"""Observations: evidence of an organism, or of its absence, without material."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from dina.base.resource import PartialDate, Resource, attribute, external_to_many, to_many, to_one
from dina.modules.collection.resources.base import GROUP, Base, remarks_attribute
from dina.modules.collection.rules import listed, observation, ranges

MANY = 1_000_000_000


class Observation(
    Resource, Base, type="observation", provider=GROUP, label=("Observation", "Observation"), title="scientificName",
    term="dwc:Occurrence",
    rules=(
        listed.values_are_listed,
        observation.something_was_observed,
        observation.counts_agree,
        observation.absence_needs_a_survey,
        ranges.with_unit("organismQuantity", "organismQuantityType"),
    ),
    batch_rules=(observation.absence_is_covered,),
    example={"basisOfRecord": "HumanObservation", "scientificName": "Bubo scandiacus", "observedOn": "2023-01-15",
             "individualCount": 2},
):  # fmt: skip
    """An organism seen, heard or recorded, or looked for and not found (dwc:Occurrence)."""

    basis_of_record: Mapped[str] = attribute(
        en="Kind of evidence", fr="Genre de preuve", max=50, vocabulary="basisOfRecord", not_blank=True, listed=True,
        indexed=True, term="dwc:basisOfRecord",
    )  # fmt: skip
    occurrence_status: Mapped[str] = attribute(
        en="Present or absent", fr="Présent ou absent", max=10, vocabulary="occurrenceStatus", default="present",
        listed=True, indexed=True, term="dwc:occurrenceStatus",
        help_en="Absent only in a survey that reports absences and covers the taxon.",
        help_fr="Absent seulement dans un inventaire qui rapporte les absences et couvre le taxon.",
    )  # fmt: skip
    scientific_name: Mapped[str | None] = attribute(
        en="Scientific name", fr="Nom scientifique", max=250, listed=True, indexed=True, searchable=True,
        term="dwc:scientificName",
    )  # fmt: skip
    higher_classification: Mapped[list[str] | None] = attribute(
        en="Higher classification", fr="Classification supérieure", indexed=True, searchable=True,
        term="dwc:higherClassification", help_en="Names of higher taxa, widest first.",
        help_fr="Noms des taxons supérieurs, du plus large au plus étroit.",
    )  # fmt: skip
    verbatim_name: Mapped[str | None] = attribute(
        en="Verbatim name", fr="Nom textuel", max=250, searchable=True, indexed=True,
        term="dwc:verbatimIdentification",
    )  # fmt: skip
    vernacular_name: Mapped[str | None] = attribute(
        en="Vernacular name",
        fr="Nom vernaculaire",
        max=100,
        searchable=True,
        indexed=True,
        term="dwc:vernacularName",
    )
    identification_qualifier: Mapped[str | None] = attribute(
        en="Qualifier", fr="Qualificatif", max=50, term="dwc:identificationQualifier"
    )
    observed_on: Mapped[PartialDate | None] = attribute(
        en="Observed on", fr="Observé le", past=True, listed=True, indexed=True, term="dwc:eventDate"
    )
    verbatim_date: Mapped[str | None] = attribute(
        en="Verbatim date", fr="Date textuelle", max=250, term="dwc:verbatimEventDate"
    )
    individual_count: Mapped[int | None] = attribute(
        en="Number of individuals", fr="Nombre d’individus", minimum=0, maximum=MANY, listed=True,
        term="dwc:individualCount",
    )  # fmt: skip
    minimum_count: Mapped[int | None] = attribute(
        en="At least (individuals)", fr="Au moins (individus)", minimum=0, maximum=MANY
    )
    maximum_count: Mapped[int | None] = attribute(
        en="At most (individuals)", fr="Au plus (individus)", minimum=0, maximum=MANY
    )
    organism_quantity: Mapped[Decimal | None] = attribute(
        en="Quantity", fr="Quantité", minimum=0, maximum=1e15, term="dwc:organismQuantity"
    )
    organism_quantity_type: Mapped[str | None] = attribute(
        en="Kind of quantity", fr="Genre de quantité", max=50, vocabulary="organismQuantityType",
        term="dwc:organismQuantityType",
    )  # fmt: skip
    life_stage: Mapped[str | None] = attribute(
        en="Life stage", fr="Stade de vie", max=50, vocabulary="lifeStage", listed=True, indexed=True,
        term="dwc:lifeStage",
    )  # fmt: skip
    sex: Mapped[str | None] = attribute(
        en="Sex", fr="Sexe", max=50, vocabulary="sex", listed=True, indexed=True, term="dwc:sex"
    )
    reproductive_condition: Mapped[str | None] = attribute(
        en="Reproductive condition",
        fr="État reproductif",
        max=100,
        indexed=True,
        term="dwc:reproductiveCondition",
    )
    behaviour: Mapped[str | None] = attribute(
        en="Behaviour", fr="Comportement", max=250, searchable=True, term="dwc:behavior"
    )
    vitality: Mapped[str | None] = attribute(
        en="Vitality", fr="Vitalité", max=50, vocabulary="vitality", term="dwc:vitality"
    )
    degree_of_establishment: Mapped[str | None] = attribute(
        en="Degree of establishment", fr="Degré d’établissement", max=50, vocabulary="establishment",
        term="dwc:degreeOfEstablishment",
    )  # fmt: skip
    associated_taxa: Mapped[str | None] = attribute(
        en="Associated taxa", fr="Taxons associés", max=1000, searchable=True, term="dwc:associatedTaxa"
    )
    verbatim_recorded_by: Mapped[str | None] = attribute(
        en="Observers as written", fr="Observateurs (textuel)", max=250, searchable=True, listed=True,
        term="dwc:recordedBy",
    )  # fmt: skip
    record_number: Mapped[str | None] = attribute(
        en="Record number",
        fr="Numéro d’enregistrement",
        max=100,
        indexed=True,
        searchable=True,
        term="dwc:recordNumber",
    )
    source_set: Mapped[str | None] = attribute(
        en="Source set", fr="Jeu source", max=50, indexed=True, term="dwc:datasetID"
    )
    remarks: Mapped[str | None] = remarks_attribute(term="dwc:occurrenceRemarks")

    collecting_event = to_one("collecting-event", en="Event", fr="Événement", listed=True, term="dwc:eventID")
    survey = to_one("survey", en="Survey", fr="Inventaire", listed=True, term="dwc:parentEventID")
    organism = to_one("organism", en="Organism", fr="Organisme", term="dwc:organismID")
    vouchers = to_many("material-sample", en="Vouchers", fr="Spécimens témoins", term="dwc:materialEntityID")
    recorded_by = external_to_many("person", en="Observed by", fr="Observé par", term="dwc:recordedBy")
    identified_by = external_to_many(
        "person", en="Identified by", fr="Identifié par", term="dwc:identifiedBy"
    )
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
