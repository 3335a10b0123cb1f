"""Minerals, rocks and meteorites: what a geological specimen was identified as, and of what it consists."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import (
    DecimalText,
    PartialDate,
    Resource,
    attribute,
    external_to_many,
    member,
    to_one,
)
from dina.modules.collection.resources.base import GROUP, Base, name_attribute, remarks_attribute
from dina.modules.collection.rules import listed, mineral


class Constituent(TypedDict, total=False):
    """How much of an element, oxide or mineral the material holds (dwc:MeasurementOrFact)."""

    component: Annotated[
        str, Field(min_length=1, max_length=100),
        member(en="Component", fr="Composant", help_en="An element, oxide or mineral: SiO2, Fe, quartz.",
               help_fr="Un élément, un oxyde ou un minéral : SiO2, Fe, quartz.", term="dwc:measurementType"),
    ]  # fmt: skip
    value: Annotated[DecimalText | None, member(en="Amount", fr="Quantité", term="dwc:measurementValue")]
    minimum: Annotated[DecimalText | None, member(en="At least", fr="Au moins")]
    maximum: Annotated[DecimalText | None, member(en="At most", fr="Au plus")]
    uncertainty: Annotated[
        DecimalText | None, member(en="Uncertainty", fr="Incertitude", term="dwc:measurementAccuracy")
    ]
    unit: Annotated[
        str | None, Field(max_length=50),
        member(en="Unit", fr="Unité", vocabulary="compositionUnit", term="dwc:measurementUnit"),
    ]  # fmt: skip
    belowDetection: Annotated[bool | None, member(en="Below detection", fr="Sous la limite de détection")]


class Meteorite(
    Resource, Base, type="meteorite", provider=GROUP, label=("Meteorite", "Météorite"), title="name",
    unique=(("group", "name"),), rules=(listed.values_are_listed, mineral.fall_was_seen),
    example={"name": "Tagish Lake", "fallOrFind": "fall", "classification": "C2-ung"},
):  # fmt: skip
    """A meteorite under its official name; its pieces are specimens identified as it."""

    name: Mapped[str] = name_attribute(term="dwc:organismName")
    abbreviation: Mapped[str | None] = attribute(
        en="Abbreviation", fr="Abréviation", max=50, listed=True, indexed=True, searchable=True
    )
    name_status: Mapped[str | None] = attribute(
        en="Status of the name", fr="Statut du nom", max=50, vocabulary="meteoriteNameStatus"
    )
    fall_or_find: Mapped[str | None] = attribute(
        en="Fall or find",
        fr="Chute ou trouvaille",
        max=50,
        vocabulary="fallOrFind",
        listed=True,
        indexed=True,
    )
    fallen_on: Mapped[PartialDate | None] = attribute(
        en="Fell on", fr="Tombée le", past=True, listed=True, term="dwc:eventDate",
        help_en="Only when the fall was seen.", help_fr="Seulement si la chute a été observée.",
    )  # fmt: skip
    found_on: Mapped[PartialDate | None] = attribute(
        en="Found on", fr="Trouvée le", past=True, listed=True, term="dwc:eventDate"
    )
    classification: Mapped[str | None] = attribute(
        en="Class of meteorite", fr="Classe de météorite", max=100, listed=True, indexed=True, searchable=True,
        help_en="As published: H5, L3.6, CM2, IIIAB, pallasite.", help_fr="Telle que publiée : H5, L3.6, CM2, IIIAB.",
    )  # fmt: skip
    meteorite_kind: Mapped[str | None] = attribute(
        en="Kind of meteorite",
        fr="Genre de météorite",
        max=50,
        vocabulary="meteoriteKind",
        listed=True,
        indexed=True,
    )
    shock_stage: Mapped[str | None] = attribute(
        en="Shock stage", fr="Degré de choc", max=10, pattern=r"(C-)?S[1-7](/[1-7])?",
        help_en="S1 to S7.", help_fr="De S1 à S7.",
    )  # fmt: skip
    weathering_grade: Mapped[str | None] = attribute(
        en="Weathering grade", fr="Degré d’altération", max=10, pattern=r"W[0-6](/[0-6])?|[ABC](/[BC])?e?",
        help_en="W0 to W6, or A to C.", help_fr="De W0 à W6, ou de A à C.",
    )  # fmt: skip
    total_known_mass_in_grams: Mapped[Decimal | None] = attribute(
        en="Total known weight (g)", fr="Masse totale connue (g)", unit="g", minimum=0, maximum=1e9, listed=True,
        indexed=True,
    )  # fmt: skip
    number_of_pieces: Mapped[int | None] = attribute(
        en="Known pieces", fr="Fragments connus", minimum=1, maximum=10_000_000, term="dwc:individualCount"
    )
    terrestrial_age_in_years: Mapped[Decimal | None] = attribute(
        en="Time on Earth (years)", fr="Durée sur Terre (années)", unit="a", minimum=0, maximum=1e9
    )
    reference: Mapped[str | None] = attribute(
        en="Reference", fr="Référence", max=500, searchable=True, term="dwc:associatedReferences",
        help_en="Where it was published, as the Meteoritical Bulletin.",
        help_fr="Où elle a été publiée, comme le Meteoritical Bulletin.",
    )  # fmt: skip
    remarks: Mapped[str | None] = remarks_attribute()

    collecting_event = to_one(
        "collecting-event",
        en="Place of fall or find",
        fr="Lieu de la chute ou trouvaille",
        term="dwc:eventID",
    )
    type_specimen_kept_by = external_to_many(
        "organization", en="Type specimen kept by", fr="Type conservé par"
    )


class MineralIdentification(
    Resource, Base, type="mineral-identification", provider=GROUP, title="name", term="dwc:Identification",
    label=("Mineral or rock identification", "Identification minérale"),
    plural=("Mineral and rock identifications", "Identifications minérales"), group_from=("materialSample",),
    rules=(listed.values_are_listed, mineral.composition_is_sound, mineral.hardness_in_order),
    batch_rules=(mineral.one_primary_a_sample,),
    example={"kind": "mineral", "name": "Fluorite", "formula": "CaF2", "strunzClass": "3.AB.25", "isPrimary": True},
):  # fmt: skip
    """One opinion on what a geological specimen is: mineral, rock or meteorite, by whom, when and how."""

    kind: Mapped[str] = attribute(
        en="Kind of material", fr="Genre de matériel", max=50, vocabulary="geologicalMaterial", listed=True,
        indexed=True, not_blank=True,
    )  # fmt: skip
    name: Mapped[str] = name_attribute(term="dwc:verbatimIdentification")
    verbatim_name: Mapped[str | None] = attribute(
        en="Verbatim name", fr="Nom textuel", max=250, searchable=True, term="dwc:verbatimIdentification"
    )
    variety: Mapped[str | None] = attribute(
        en="Variety", fr="Variété", max=150, listed=True, indexed=True, searchable=True,
        help_en="As amethyst of quartz.", help_fr="Comme l’améthyste du quartz.",
    )  # fmt: skip
    qualifier: Mapped[str | None] = attribute(
        en="Qualifier", fr="Qualificatif", max=50, term="dwc:identificationQualifier"
    )
    ima_symbol: Mapped[str | None] = attribute(
        en="IMA symbol", fr="Symbole IMA", max=12, pattern=r"[A-Z][A-Za-z]*(-[A-Za-z0-9]+)?", indexed=True,
        help_en="The short symbol of the mineral, as Qz or Fl.", help_fr="Le symbole court du minéral, comme Qz ou Fl.",
    )  # fmt: skip
    ima_status: Mapped[str | None] = attribute(
        en="IMA status", fr="Statut IMA", max=50, vocabulary="imaStatus"
    )
    formula: Mapped[str | None] = attribute(
        en="Formula", fr="Formule chimique", max=500, listed=True, searchable=True,
        help_en="Written plainly: Ca5(PO4)3F.", help_fr="Écrite simplement : Ca5(PO4)3F.",
    )  # fmt: skip
    strunz_class: Mapped[str | None] = attribute(
        en="Strunz class", fr="Classe de Strunz", max=20, pattern=r"\d{1,2}(\.[A-Z]([A-Z](\.\d{1,2}[a-z]?)?)?)?",
        indexed=True, listed=True, help_en="As 4.DA.05, or the first part of it.",
        help_fr="Comme 4.DA.05, ou son début.",
    )  # fmt: skip
    dana_class: Mapped[str | None] = attribute(
        en="Dana class", fr="Classe de Dana", max=20, pattern=r"\d{1,2}[a-z]?(\.\d{1,3}[a-z]?){0,3}", indexed=True,
        help_en="As 75.1.3.1, or the first part of it.", help_fr="Comme 75.1.3.1, ou son début.",
    )  # fmt: skip
    crystal_system: Mapped[str | None] = attribute(
        en="Crystal system", fr="Système cristallin", max=50, vocabulary="crystalSystem", indexed=True
    )
    habit: Mapped[str | None] = attribute(
        en="Habit", fr="Habitus", max=250, searchable=True, help_en="The shape of crystals or aggregates.",
        help_fr="La forme des cristaux ou des agrégats.",
    )  # fmt: skip
    colour: Mapped[str | None] = attribute(en="Colour", fr="Couleur", max=150, searchable=True)
    minimum_hardness: Mapped[Decimal | None] = attribute(
        en="Hardness from (Mohs)", fr="Dureté de (Mohs)", minimum=0.5, maximum=10
    )
    maximum_hardness: Mapped[Decimal | None] = attribute(
        en="Hardness to (Mohs)", fr="Dureté à (Mohs)", minimum=0.5, maximum=10
    )
    rock_class: Mapped[str | None] = attribute(
        en="Class of rock", fr="Classe de roche", max=50, vocabulary="rockClass", listed=True, indexed=True
    )
    texture: Mapped[str | None] = attribute(en="Texture", fr="Texture", max=250, searchable=True)
    alteration: Mapped[str | None] = attribute(en="Alteration", fr="Altération", max=250, searchable=True)
    composition: Mapped[list[Constituent] | None] = attribute(
        en="Composition", fr="Composition chimique", term="dwc:MeasurementOrFact"
    )
    method: Mapped[str | None] = attribute(
        en="Method of identification", fr="Méthode d’identification", max=50, vocabulary="mineralMethod",
        term="dwc:identificationType",
    )  # fmt: skip
    confidence: Mapped[str | None] = attribute(
        en="Confidence", fr="Confiance", max=50, vocabulary="confidence",
        term="dwc:identificationVerificationStatus",
    )  # fmt: skip
    is_primary: Mapped[bool] = attribute(
        en="Primary", fr="Principale", default=False, listed=True, term="dwc:isAcceptedIdentification",
        help_en="The opinion in force; one for each specimen.", help_fr="L’avis en vigueur; un par spécimen.",
    )  # fmt: skip
    verbatim_determiner: Mapped[str | None] = attribute(
        en="Determiner as written",
        fr="Déterminateur (textuel)",
        max=250,
        searchable=True,
        term="dwc:identifiedBy",
    )
    determined_on: Mapped[PartialDate | None] = attribute(
        en="Determined on", fr="Déterminé le", past=True, listed=True, term="dwc:dateIdentified"
    )
    remarks: Mapped[str | None] = remarks_attribute(term="dwc:identificationRemarks")

    material_sample = to_one(
        "material-sample",
        en="Specimen",
        fr="Spécimen",
        required=True,
        listed=True,
        term="dwc:materialEntityID",
    )
    meteorite = to_one("meteorite", en="Meteorite", fr="Météorite", listed=True)
    determiner = external_to_many("person", en="Determined by", fr="Déterminé par", term="dwc:identifiedBy")
