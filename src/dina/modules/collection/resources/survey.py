"""Surveys and inventories: what was looked for, how hard, and what is reported (Humboldt extension)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Mapped

from dina.base.resource import PartialDate, Resource, attribute, external_to_many, to_one
from dina.modules.collection.resources.base import GROUP, Base, name_attribute, remarks_attribute
from dina.modules.collection.rules import listed, ranges, survey


def scope(en: str, fr: str, term: str, vocabulary: str | None = None) -> Any:
    return attribute(en=en, fr=fr, indexed=True, searchable=True, term=term, vocabulary=vocabulary)


def flag(en: str, fr: str, term: str) -> Any:
    return attribute(en=en, fr=fr, term=term)


def amount(en: str, fr: str, term: str) -> Any:
    return attribute(en=en, fr=fr, minimum=0, maximum=1e15, term=term)


def unit(en: str, fr: str, term: str, vocabulary: str) -> Any:
    return attribute(en=en, fr=fr, max=50, vocabulary=vocabulary, term=term)


class Survey(
    Resource, Base, type="survey", provider=GROUP, label=("Survey", "Inventaire"), title="name", term="eco:Survey",
    rules=(
        listed.values_are_listed,
        ranges.in_order("startedOn", "endedOn"),
        ranges.with_unit("samplingEffortValue", "samplingEffortUnit"),
        ranges.with_unit("eventDurationValue", "eventDurationUnit"),
        ranges.with_unit("totalAreaSampledValue", "totalAreaSampledUnit"),
        ranges.with_unit("geospatialScopeAreaValue", "geospatialScopeAreaUnit"),
        survey.scopes_do_not_contradict,
        survey.what_is_reported_is_given,
        survey.sampled_area_within_scope,
    ),
    example={
        "name": "Mer Bleue breeding birds 2023", "targetTaxonomicScope": ["Aves"], "isAbsenceReported": True,
        "isTaxonomicScopeFullyReported": True,
    },
):  # fmt: skip
    """A survey or inventory: what was in its scope, with what effort, and what its lists tell (eco:Survey)."""

    name: Mapped[str] = name_attribute(term="eco:surveyID")
    started_on: Mapped[PartialDate | None] = attribute(
        en="From", fr="À partir du", past=True, listed=True, indexed=True, term="dwc:eventDate"
    )
    ended_on: Mapped[PartialDate | None] = attribute(
        en="Until", fr="Jusqu’au", past=True, listed=True, term="dwc:eventDate"
    )
    verbatim_target_scope: Mapped[str | None] = attribute(
        en="Scope as written",
        fr="Portée (textuelle)",
        max=1000,
        searchable=True,
        term="eco:verbatimTargetScope",
    )
    target_taxonomic_scope: Mapped[list[str] | None] = scope(
        "Taxa looked for", "Taxons recherchés", "eco:targetTaxonomicScope"
    )
    excluded_taxonomic_scope: Mapped[list[str] | None] = scope(
        "Taxa left out", "Taxons exclus", "eco:excludedTaxonomicScope"
    )
    is_taxonomic_scope_fully_reported: Mapped[bool | None] = flag(
        "All taxa found are reported",
        "Tous les taxons trouvés sont rapportés",
        "eco:isTaxonomicScopeFullyReported",
    )
    taxon_completeness_reported: Mapped[str | None] = attribute(
        en="Completeness of taxa", fr="Complétude des taxons", max=50, vocabulary="taxonCompleteness",
        term="eco:taxonCompletenessReported",
    )  # fmt: skip
    taxon_completeness_protocols: Mapped[list[str] | None] = attribute(
        en="How completeness was judged",
        fr="Évaluation de la complétude",
        term="eco:taxonCompletenessProtocols",
    )
    is_absence_reported: Mapped[bool | None] = attribute(
        en="Absences are reported", fr="Les absences sont rapportées", listed=True, term="eco:isAbsenceReported",
        help_en="Only then may an observation of this survey state that a taxon was absent.",
        help_fr="Seulement alors une observation de cet inventaire peut dire qu’un taxon était absent.",
    )  # fmt: skip
    absent_taxa: Mapped[list[str] | None] = attribute(
        en="Absent taxa", fr="Taxons absents", indexed=True, searchable=True, term="eco:absentTaxa"
    )
    has_non_target_taxa: Mapped[bool | None] = flag(
        "Other taxa are reported", "D’autres taxons sont rapportés", "eco:hasNonTargetTaxa"
    )
    non_target_taxa: Mapped[list[str] | None] = attribute(
        en="Other taxa", fr="Autres taxons", searchable=True, term="eco:nonTargetTaxa"
    )
    are_non_target_taxa_fully_reported: Mapped[bool | None] = flag(
        "All other taxa are reported",
        "Tous les autres taxons sont rapportés",
        "eco:areNonTargetTaxaFullyReported",
    )
    has_non_target_organisms: Mapped[bool | None] = flag(
        "Organisms outside the scope are reported", "Des organismes hors portée sont rapportés",
        "eco:hasNonTargetOrganisms",
    )  # fmt: skip
    target_life_stage_scope: Mapped[list[str] | None] = scope(
        "Life stages looked for", "Stades de vie recherchés", "eco:targetLifeStageScope", "lifeStage"
    )
    excluded_life_stage_scope: Mapped[list[str] | None] = scope(
        "Life stages left out", "Stades de vie exclus", "eco:excludedLifeStageScope", "lifeStage"
    )
    is_life_stage_scope_fully_reported: Mapped[bool | None] = flag(
        "All life stages found are reported", "Tous les stades trouvés sont rapportés",
        "eco:isLifeStageScopeFullyReported",
    )  # fmt: skip
    target_growth_form_scope: Mapped[list[str] | None] = scope(
        "Growth forms looked for", "Formes de croissance recherchées", "eco:targetGrowthFormScope"
    )
    excluded_growth_form_scope: Mapped[list[str] | None] = scope(
        "Growth forms left out", "Formes de croissance exclues", "eco:excludedGrowthFormScope"
    )
    is_growth_form_scope_fully_reported: Mapped[bool | None] = flag(
        "All growth forms found are reported", "Toutes les formes trouvées sont rapportées",
        "eco:isGrowthFormScopeFullyReported",
    )  # fmt: skip
    target_degree_of_establishment_scope: Mapped[list[str] | None] = scope(
        "Degrees of establishment looked for", "Degrés d’établissement recherchés",
        "eco:targetDegreeOfEstablishmentScope",
    )  # fmt: skip
    excluded_degree_of_establishment_scope: Mapped[list[str] | None] = scope(
        "Degrees of establishment left out",
        "Degrés d’établissement exclus",
        "eco:excludedDegreeOfEstablishmentScope",
    )
    is_degree_of_establishment_scope_fully_reported: Mapped[bool | None] = flag(
        "All degrees of establishment found are reported", "Tous les degrés d’établissement trouvés sont rapportés",
        "eco:isDegreeOfEstablishmentScopeFullyReported",
    )  # fmt: skip
    target_habitat_scope: Mapped[list[str] | None] = scope(
        "Habitats looked at", "Milieux visités", "eco:targetHabitatScope"
    )
    excluded_habitat_scope: Mapped[list[str] | None] = scope(
        "Habitats left out", "Milieux exclus", "eco:excludedHabitatScope"
    )
    is_abundance_reported: Mapped[bool | None] = attribute(
        en="Numbers are reported",
        fr="Les nombres sont rapportés",
        listed=True,
        term="eco:isAbundanceReported",
    )
    is_abundance_cap_reported: Mapped[bool | None] = flag(
        "Counting stopped at a limit", "Le dénombrement a une limite", "eco:isAbundanceCapReported"
    )
    abundance_cap: Mapped[int | None] = attribute(
        en="Limit of counting",
        fr="Limite du dénombrement",
        minimum=1,
        maximum=1_000_000_000,
        term="eco:abundanceCap",
    )
    is_vegetation_cover_reported: Mapped[bool | None] = flag(
        "Plant cover is reported", "Le couvert végétal est rapporté", "eco:isVegetationCoverReported"
    )
    is_least_specific_target_category_quantity_inclusive: Mapped[bool | None] = flag(
        "Wider taxa count what narrower ones count", "Les taxons larges comptent aussi les étroits",
        "eco:isLeastSpecificTargetCategoryQuantityInclusive",
    )  # fmt: skip
    inventory_types: Mapped[list[str] | None] = attribute(
        en="Kinds of search", fr="Genres de recherche", vocabulary="inventoryType", term="eco:inventoryTypes"
    )
    compilation_types: Mapped[list[str] | None] = attribute(
        en="Kinds of compilation",
        fr="Genres de compilation",
        vocabulary="compilationType",
        term="eco:compilationTypes",
    )
    compilation_source_types: Mapped[list[str] | None] = attribute(
        en="Sources compiled", fr="Sources compilées", term="eco:compilationSourceTypes"
    )
    protocol_names: Mapped[list[str] | None] = attribute(
        en="Names of protocols",
        fr="Noms des protocoles",
        indexed=True,
        searchable=True,
        term="eco:protocolNames",
    )
    protocol_descriptions: Mapped[str | None] = attribute(
        en="Methods", fr="Méthodes", max=5000, searchable=True, term="eco:protocolDescriptions"
    )
    protocol_references: Mapped[str | None] = attribute(
        en="References of methods", fr="Références des méthodes", max=1000, term="eco:protocolReferences"
    )
    is_sampling_effort_reported: Mapped[bool | None] = flag(
        "Effort is reported", "L’effort est rapporté", "eco:isSamplingEffortReported"
    )
    sampling_effort_protocol: Mapped[str | None] = attribute(
        en="How effort was measured", fr="Mesure de l’effort", max=1000, term="eco:samplingEffortProtocol"
    )
    sampling_effort_value: Mapped[Decimal | None] = amount(
        "Effort", "Effort d’échantillonnage", "eco:samplingEffortValue"
    )
    sampling_effort_unit: Mapped[str | None] = unit(
        "Unit of effort", "Unité d’effort", "eco:samplingEffortUnit", "effortUnit"
    )
    event_duration_value: Mapped[Decimal | None] = amount("Duration", "Durée", "eco:eventDurationValue")
    event_duration_unit: Mapped[str | None] = unit(
        "Unit of duration", "Unité de durée", "eco:eventDurationUnit", "durationUnit"
    )
    site_count: Mapped[int | None] = attribute(
        en="Number of sites", fr="Nombre de sites", minimum=0, maximum=1_000_000_000, term="eco:siteCount"
    )
    site_nesting_description: Mapped[str | None] = attribute(
        en="Nesting of sites", fr="Emboîtement des sites", max=1000, term="eco:siteNestingDescription"
    )
    verbatim_site_names: Mapped[list[str] | None] = attribute(
        en="Site names as written",
        fr="Noms de sites (textuels)",
        searchable=True,
        term="eco:verbatimSiteNames",
    )
    verbatim_site_descriptions: Mapped[str | None] = attribute(
        en="Sites as described",
        fr="Description des sites (textuelle)",
        max=5000,
        term="eco:verbatimSiteDescriptions",
    )
    geospatial_scope_area_value: Mapped[Decimal | None] = amount(
        "Area in scope", "Superficie visée", "eco:geospatialScopeAreaValue"
    )
    geospatial_scope_area_unit: Mapped[str | None] = unit(
        "Unit of the area in scope", "Unité de la superficie visée", "eco:geospatialScopeAreaUnit", "areaUnit"
    )
    total_area_sampled_value: Mapped[Decimal | None] = amount(
        "Area sampled", "Superficie échantillonnée", "eco:totalAreaSampledValue"
    )
    total_area_sampled_unit: Mapped[str | None] = unit(
        "Unit of the area sampled",
        "Unité de la superficie échantillonnée",
        "eco:totalAreaSampledUnit",
        "areaUnit",
    )
    reported_weather: Mapped[str | None] = attribute(
        en="Weather", fr="Météo", max=1000, term="eco:reportedWeather"
    )
    reported_extreme_conditions: Mapped[str | None] = attribute(
        en="Extreme conditions", fr="Conditions extrêmes", max=1000, term="eco:reportedExtremeConditions"
    )
    has_material_samples: Mapped[bool | None] = flag(
        "Material was gathered", "Du matériel a été récolté", "eco:hasMaterialSamples"
    )
    material_sample_types: Mapped[list[str] | None] = attribute(
        en="Kinds of material gathered", fr="Genres de matériel récolté", term="eco:materialSampleTypes"
    )
    has_vouchers: Mapped[bool | None] = flag(
        "Vouchers were taken", "Des témoins ont été prélevés", "eco:hasVouchers"
    )
    voucher_institutions: Mapped[list[str] | None] = attribute(
        en="Vouchers are kept at", fr="Témoins conservés à", term="eco:voucherInstitutions"
    )
    sampling_performed_by: Mapped[str | None] = attribute(
        en="Surveyors as written",
        fr="Observateurs (textuel)",
        max=500,
        searchable=True,
        term="eco:samplingPerformedBy",
    )
    remarks: Mapped[str | None] = remarks_attribute(term="dwc:eventRemarks")

    parent_survey = to_one(
        "survey",
        en="Part of survey",
        fr="Partie de l’inventaire",
        tree=True,
        listed=True,
        term="dwc:parentEventID",
    )
    collecting_event = to_one("collecting-event", en="Event", fr="Événement", term="dwc:eventID")
    site = to_one("site", en="Site", fr="Site (lieu)", term="dwc:locationID")
    project = to_one("project", en="Project", fr="Projet", term="dwc:projectID")
    surveyors = external_to_many("person", en="Surveyors", fr="Observateurs", term="dwc:recordedBy")
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
