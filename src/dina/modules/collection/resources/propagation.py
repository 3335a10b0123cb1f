"""Propagation of living material, and tests of seeds and spores."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from dina.base.resource import PartialDate, Resource, attribute, external_to_many, to_many, to_one
from dina.modules.collection.resources.base import GROUP, Base, remarks_attribute
from dina.modules.collection.resources.calculated_counts import percent
from dina.modules.collection.rules import listed, living, ranges

MANY = 1_000_000_000


class Propagation(
    Resource, Base, type="propagation", provider=GROUP, label=("Propagation", "Multiplication"), title="method",
    term="dwc:Event", group_from=("materialSample",),
    rules=(
        listed.values_are_listed,
        living.offspring_is_another,
        ranges.at_most("quantitySucceeded", "quantityStarted"),
        ranges.in_order("startedOn", "endedOn"),
    ),
    example={"method": "cutting", "startedOn": "2024-03-02", "quantityStarted": 24, "quantitySucceeded": 17},
):  # fmt: skip
    """New living material raised from a specimen: from seed, cuttings, grafts, spores or tissue."""

    method: Mapped[str] = attribute(
        en="Method of propagation", fr="Méthode de multiplication", max=50, vocabulary="propagationMethod",
        not_blank=True, listed=True, indexed=True,
    )  # fmt: skip
    started_on: Mapped[PartialDate | None] = attribute(
        en="Started on", fr="Commencé le", past=True, listed=True, indexed=True, term="dwc:eventDate"
    )
    ended_on: Mapped[PartialDate | None] = attribute(en="Ended on", fr="Terminé le", past=True, listed=True)
    quantity_started: Mapped[int | None] = attribute(
        en="Number started", fr="Nombre au départ", minimum=1, maximum=MANY, listed=True
    )
    quantity_succeeded: Mapped[int | None] = attribute(
        en="Number that took", fr="Nombre de réussites", minimum=0, maximum=MANY, listed=True
    )
    percent_succeeded: Mapped[Decimal | None] = attribute(
        en="Success (%)", fr="Réussite (%)", unit="%", listed=True,
        calculated=percent("quantity_succeeded", "quantity_started"),
    )  # fmt: skip
    treatment: Mapped[str | None] = attribute(
        en="Treatment", fr="Traitement", max=500, searchable=True, help_en="Hormone, scarification, cold.",
        help_fr="Hormone, scarification, froid.",
    )  # fmt: skip
    medium: Mapped[str | None] = attribute(
        en="Medium", fr="Substrat ou milieu", max=250, searchable=True, term="dwc:sampledSubstrateCategory"
    )
    temperature: Mapped[Decimal | None] = attribute(
        en="Temperature (°C)", fr="Température (°C)", unit="Cel", minimum=-40, maximum=80
    )
    rootstock: Mapped[str | None] = attribute(en="Rootstock", fr="Porte-greffe", max=250, searchable=True)
    remarks: Mapped[str | None] = remarks_attribute()

    material_sample = to_one(
        "material-sample", en="Raised from", fr="Issu de", required=True, listed=True, term="prov:used"
    )
    offspring = to_many("material-sample", en="Offspring", fr="Descendance", term="prov:generated")
    propagated_by = external_to_many(
        "person", en="Propagated by", fr="Multiplié par", term="prov:wasAssociatedWith"
    )


class ViabilityTest(
    Resource, Base, type="viability-test", provider=GROUP, label=("Viability test", "Test de viabilité"),
    plural=("Viability tests", "Tests de viabilité"), title="testedOn", group_from=("materialSample",),
    rules=(listed.values_are_listed, living.counts_add_up, ranges.in_order("testedOn", "endedOn")),
    example={"testKind": "germination", "testedOn": "2024-02-01", "countTested": 50, "countViable": 41},
):  # fmt: skip
    """A test of how many seeds, spores or pollen grains germinate or are alive, with its conditions."""

    test_kind: Mapped[str] = attribute(
        en="Kind of test", fr="Genre de test", max=50, vocabulary="viabilityTest", not_blank=True, listed=True,
        indexed=True, term="dwc:measurementMethod",
    )  # fmt: skip
    tested_on: Mapped[PartialDate] = attribute(
        en="Tested on",
        fr="Testé le",
        past=True,
        listed=True,
        indexed=True,
        term="dwc:measurementDeterminedDate",
    )
    ended_on: Mapped[PartialDate | None] = attribute(en="Ended on", fr="Terminé le", past=True)
    count_tested: Mapped[int] = attribute(
        en="Number tested", fr="Nombre testé", minimum=1, maximum=MANY, listed=True
    )
    count_viable: Mapped[int | None] = attribute(
        en="Germinated or alive", fr="Germés ou vivants", minimum=0, maximum=MANY, listed=True
    )
    count_fresh: Mapped[int | None] = attribute(
        en="Fresh, not germinated", fr="Frais, non germés", minimum=0, maximum=MANY
    )
    count_abnormal: Mapped[int | None] = attribute(
        en="Abnormal seedlings", fr="Plantules anormales", minimum=0, maximum=MANY
    )
    count_dead: Mapped[int | None] = attribute(
        en="Dead or mouldy", fr="Morts ou moisis", minimum=0, maximum=MANY
    )
    count_empty: Mapped[int | None] = attribute(en="Empty", fr="Vides", minimum=0, maximum=MANY)
    count_infested: Mapped[int | None] = attribute(en="Infested", fr="Infestés", minimum=0, maximum=MANY)
    percent_viable: Mapped[Decimal | None] = attribute(
        en="Viable (%)", fr="Viables (%)", unit="%", listed=True, calculated=percent("count_viable", "count_tested"),
        term="dwc:measurementValue",
    )  # fmt: skip
    percent_viable_of_filled: Mapped[Decimal | None] = attribute(
        en="Viable of filled (%)", fr="Viables parmi les pleins (%)", unit="%",
        calculated=percent("count_viable", "count_tested", "count_empty", "count_infested"),
        help_en="Empty and infested seeds left out.", help_fr="Sans les graines vides ou infestées.",
    )  # fmt: skip
    pretreatment: Mapped[list[str] | None] = attribute(
        en="Pretreatment", fr="Prétraitement", vocabulary="seedPretreatment"
    )
    medium: Mapped[str | None] = attribute(en="Medium", fr="Substrat ou milieu", max=250)
    day_temperature: Mapped[Decimal | None] = attribute(
        en="Temperature by day (°C)", fr="Température de jour (°C)", unit="Cel", minimum=-40, maximum=80
    )
    night_temperature: Mapped[Decimal | None] = attribute(
        en="Temperature by night (°C)", fr="Température de nuit (°C)", unit="Cel", minimum=-40, maximum=80
    )
    light_hours_a_day: Mapped[Decimal | None] = attribute(
        en="Light (hours a day)", fr="Lumière (heures par jour)", unit="h", minimum=0, maximum=24
    )
    relative_humidity: Mapped[Decimal | None] = attribute(
        en="Relative humidity (%)", fr="Humidité relative (%)", unit="%", minimum=0, maximum=100
    )
    days_to_first: Mapped[int | None] = attribute(
        en="Days to the first", fr="Jours jusqu’au premier", minimum=0, maximum=10_000
    )
    duration_in_days: Mapped[int | None] = attribute(
        en="Duration (days)", fr="Durée (jours)", unit="d", minimum=0, maximum=10_000
    )
    remarks: Mapped[str | None] = remarks_attribute(term="dwc:measurementRemarks")

    material_sample = to_one(
        "material-sample",
        en="Specimen tested",
        fr="Spécimen testé",
        required=True,
        listed=True,
        term="prov:used",
    )
    protocol = to_one("protocol", en="Protocol", fr="Protocole", term="prov:hadPlan")
    tested_by = external_to_many("person", en="Tested by", fr="Testé par", term="prov:wasAssociatedWith")
