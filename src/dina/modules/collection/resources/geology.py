"""Geological time and context: when the rock was laid down and from which layer a thing comes."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from dina.base.resource import (
    Resource,
    attribute,
    external_to_many,
    to_one,
)
from dina.modules.collection.resources.ages import ChronometricAge, Chronostratigraphy
from dina.modules.collection.resources.base import GROUP, READ_ONLY, Base, remarks_attribute
from dina.modules.collection.resources.calculated_geology import chronostratigraphy
from dina.modules.collection.rules import geology, listed

OLDEST_MA = 4600


class GeologicalInterval(
    Resource, Base, type="geological-interval", provider=READ_ONLY, methods=("read",), title="name",
    label=("Geological interval", "Intervalle géologique"), plural=("Geological intervals", "Intervalles géologiques"),
    term="dwc:GeologicalContext", example={"name": "Aptian", "rank": "age"},
):  # fmt: skip
    """A named span of geological time: a unit of the international chart, or a regional, informal or old name."""

    name: Mapped[str] = attribute(
        en="Name", fr="Nom anglais", max=100, not_blank=True, listed=True, indexed=True, searchable=True,
        term="skos:prefLabel",
    )  # fmt: skip
    french_name: Mapped[str] = attribute(
        en="French name", fr="Nom français", max=100, not_blank=True, listed=True, indexed=True, searchable=True,
        term="skos:prefLabel",
    )  # fmt: skip
    rank: Mapped[str] = attribute(
        en="Rank of the interval", fr="Rang de l’intervalle", max=50, listed=True, indexed=True,
        vocabulary="geologicalRank",
    )  # fmt: skip
    scheme: Mapped[str] = attribute(
        en="Scale", fr="Échelle", max=100, listed=True, indexed=True,
        help_en="The international chart, or the region or usage that the name belongs to.",
        help_fr="La charte internationale, ou la région ou l’usage dont relève le nom.",
        term="skos:inScheme",
    )  # fmt: skip
    maximum_age_ma: Mapped[Decimal] = attribute(
        en="Begins (Ma)",
        fr="Commence (Ma)",
        unit="Ma",
        listed=True,
        indexed=True,
        minimum=0,
        maximum=OLDEST_MA,
    )
    minimum_age_ma: Mapped[Decimal] = attribute(
        en="Ends (Ma)",
        fr="Se termine (Ma)",
        unit="Ma",
        listed=True,
        indexed=True,
        minimum=0,
        maximum=OLDEST_MA,
    )
    synonyms: Mapped[list[str] | None] = attribute(
        en="Other names", fr="Autres noms", indexed=True, searchable=True, term="skos:altLabel"
    )
    classification: Mapped[str | None] = attribute(
        en="Place in the scale", fr="Place dans l’échelle", max=500, searchable=True,
        help_en="From the widest unit down, separated by bars.",
        help_fr="De la plus vaste unité à la plus étroite, séparées par des barres.",
    )  # fmt: skip

    parent = to_one(
        "geological-interval", en="Within", fr="Compris dans", listed=True, tree=True, term="skos:broader"
    )
    oldest = to_one(
        "geological-interval", en="Oldest unit of the chart", fr="Plus ancienne unité de la charte"
    )
    youngest = to_one(
        "geological-interval", en="Youngest unit of the chart", fr="Plus récente unité de la charte"
    )


class GeologicalContext(
    Resource, Base, type="geological-context", provider=GROUP, title="name", term="dwc:GeologicalContext",
    label=("Geological context", "Contexte géologique"), plural=("Geological contexts", "Contextes géologiques"),
    prepare=(geology.name_and_link_agree, geology.ages_from_intervals),
    rules=(geology.intervals_are_known, geology.earliest_is_not_younger, listed.values_are_listed),
    example={"name": "Scollard, bed 7", "earliestInterval": "Maastrichtian", "formation": "Scollard"},
):  # fmt: skip
    """The layer of rock that things come from, and its age (dwc:GeologicalContext)."""

    name: Mapped[str | None] = attribute(
        en="Name",
        fr="Nom",
        max=250,
        listed=True,
        indexed=True,
        searchable=True,
        term="dwc:geologicalContextID",
    )
    verbatim_interval: Mapped[str | None] = attribute(
        en="Verbatim age", fr="Âge textuel", max=250, searchable=True, term="dwc:verbatimLabel",
        help_en="The age as the label or publication says it; anything may stand here.",
        help_fr="L’âge tel que l’étiquette ou la publication le donne; tout y est permis.",
    )  # fmt: skip
    earliest_interval: Mapped[str | None] = attribute(
        en="Earliest interval", fr="Premier intervalle", max=100, listed=True, indexed=True, searchable=True,
        term="dwc:earliestAgeOrLowestStage",
        help_en="A name of the time scale, of any rank, in English or French: Aptian, Late Triassic, Wasatchian.",
        help_fr="Un nom de l’échelle des temps, de tout rang, en français ou en anglais : Aptien, Trias supérieur.",
    )  # fmt: skip
    latest_interval: Mapped[str | None] = attribute(
        en="Latest interval", fr="Dernier intervalle", max=100, listed=True, indexed=True, searchable=True,
        term="dwc:latestAgeOrHighestStage",
        help_en="Only where the age spans several intervals.",
        help_fr="Seulement si l’âge couvre plusieurs intervalles.",
    )  # fmt: skip
    maximum_age_ma: Mapped[Decimal | None] = attribute(
        en="Not older than (Ma)", fr="Au plus (Ma)", unit="Ma", minimum=0, maximum=OLDEST_MA, listed=True,
        indexed=True, help_en="Millions of years before present. Follows from the intervals unless you give it.",
        help_fr="Millions d’années avant le présent. Découle des intervalles, sauf si vous l’indiquez.",
    )  # fmt: skip
    minimum_age_ma: Mapped[Decimal | None] = attribute(
        en="Not younger than (Ma)", fr="Au moins (Ma)", unit="Ma", minimum=0, maximum=OLDEST_MA, listed=True,
        indexed=True, help_en="Millions of years before present. Follows from the intervals unless you give it.",
        help_fr="Millions d’années avant le présent. Découle des intervalles, sauf si vous l’indiquez.",
    )  # fmt: skip
    age_confidence: Mapped[str | None] = attribute(
        en="Confidence in the age", fr="Confiance dans l’âge", max=50, vocabulary="confidence"
    )
    age_remarks: Mapped[str | None] = attribute(
        en="Remarks on the age", fr="Remarques sur l’âge", max=1000, searchable=True
    )
    chronostratigraphy: Mapped[Chronostratigraphy | None] = attribute(
        en="Units of the chart", fr="Unités de la charte", calculated=chronostratigraphy, filterable=False,
        term="dwc:GeologicalContext",
    )  # fmt: skip
    chronometric_ages: Mapped[list[ChronometricAge] | None] = attribute(
        en="Measured ages", fr="Âges mesurés", term="chrono:ChronometricAge"
    )
    lithostratigraphic_group: Mapped[str | None] = attribute(
        en="Group of formations",
        fr="Groupe (formations)",
        max=250,
        indexed=True,
        searchable=True,
        term="dwc:group",
    )
    formation: Mapped[str | None] = attribute(
        en="Formation",
        fr="Formation",
        max=250,
        listed=True,
        indexed=True,
        searchable=True,
        term="dwc:formation",
    )
    member: Mapped[str | None] = attribute(
        en="Member", fr="Membre", max=250, indexed=True, searchable=True, term="dwc:member"
    )
    bed: Mapped[str | None] = attribute(
        en="Bed", fr="Couche", max=250, indexed=True, searchable=True, term="dwc:bed"
    )
    lithostratigraphic_terms: Mapped[str | None] = attribute(
        en="Lithostratigraphic terms", fr="Termes lithostratigraphiques", max=500, searchable=True,
        term="dwc:lithostratigraphicTerms",
    )  # fmt: skip
    lowest_biozone: Mapped[str | None] = attribute(
        en="Lowest biozone", fr="Biozone la plus basse", max=250, indexed=True, searchable=True,
        term="dwc:lowestBiostratigraphicZone",
    )  # fmt: skip
    highest_biozone: Mapped[str | None] = attribute(
        en="Highest biozone", fr="Biozone la plus haute", max=250, indexed=True, searchable=True,
        term="dwc:highestBiostratigraphicZone",
    )  # fmt: skip
    lithology: Mapped[str | None] = attribute(
        en="Lithology", fr="Lithologie", max=250, indexed=True, searchable=True, vocabulary="lithology",
        help_en="The main kind of rock; how the label describes it goes below.",
        help_fr="Le genre principal de roche; la description de l’étiquette va ci-dessous.",
    )  # fmt: skip
    lithology_description: Mapped[str | None] = attribute(
        en="Lithology as described", fr="Lithologie décrite", max=1000, searchable=True
    )
    depositional_environment: Mapped[str | None] = attribute(
        en="Environment of deposition", fr="Milieu de dépôt", max=250, indexed=True,
        vocabulary="depositionalEnvironment", term="dwc:habitat",
    )  # fmt: skip
    level_above_base_in_meters: Mapped[Decimal | None] = attribute(
        en="Level above base (m)",
        fr="Niveau au-dessus de la base (m)",
        unit="m",
        minimum=-20_000,
        maximum=20_000,
    )
    remarks: Mapped[str | None] = remarks_attribute()

    earliest_geological_interval = to_one(
        "geological-interval",
        en="Earliest interval on the scale",
        fr="Premier intervalle de l’échelle",
        derived=True,
        term="dwc:earliestAgeOrLowestStage",
    )
    latest_geological_interval = to_one(
        "geological-interval",
        en="Latest interval on the scale",
        fr="Dernier intervalle de l’échelle",
        derived=True,
        term="dwc:latestAgeOrHighestStage",
    )
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")
