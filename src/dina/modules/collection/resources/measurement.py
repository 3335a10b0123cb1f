"""Measurements and facts about events, specimens, organisms and observations."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import Mapped

from dina.base.resource import PartialDate, Resource, attribute, external_to_many, to_one
from dina.modules.collection.resources.base import GROUP, Base, remarks_attribute
from dina.modules.collection.rules import listed, measurement

LIMIT = 1e30


class Measurement(
    Resource, Base, type="measurement", provider=GROUP, label=("Measurement", "Mesure"), title="measurementType",
    term="dwc:MeasurementOrFact",
    group_from=("materialSample", "collectingEvent", "organism", "observation"),
    rules=(
        listed.values_are_listed,
        measurement.of_one_thing,
        measurement.has_a_value,
        measurement.unit_measures_the_kind,
        measurement.value_is_plausible,
        measurement.other_is_explained,
    ),
    example={"measurementType": "temperature", "numericValue": 12.5, "unit": "Cel", "determinedOn": "2023-07-14"},
    example_links=("collectingEvent",),
):  # fmt: skip
    """One value of one property of one thing, with unit, method and instrument (dwc:MeasurementOrFact)."""

    measurement_type: Mapped[str] = attribute(
        en="What was measured", fr="Propriété mesurée", max=100, vocabulary="measurementType", not_blank=True,
        listed=True, indexed=True, term="dwc:measurementType",
    )  # fmt: skip
    verbatim_measurement_type: Mapped[str | None] = attribute(
        en="Property as written", fr="Propriété (textuelle)", max=250, searchable=True, indexed=True,
        term="dwc:verbatimMeasurementType",
    )  # fmt: skip
    numeric_value: Mapped[Decimal | None] = attribute(
        en="Value",
        fr="Valeur",
        minimum=-LIMIT,
        maximum=LIMIT,
        listed=True,
        indexed=True,
        term="dwc:measurementValue",
    )
    minimum_value: Mapped[Decimal | None] = attribute(
        en="Least value", fr="Valeur minimale", minimum=-LIMIT, maximum=LIMIT, listed=True, indexed=True,
        help_en="For a range: the value lies between the least and the greatest.",
        help_fr="Pour un intervalle : la valeur se situe entre la minimale et la maximale.",
    )  # fmt: skip
    maximum_value: Mapped[Decimal | None] = attribute(
        en="Greatest value", fr="Valeur maximale", minimum=-LIMIT, maximum=LIMIT, listed=True, indexed=True
    )
    text_value: Mapped[str | None] = attribute(
        en="Value in words", fr="Valeur en mots", max=1000, listed=True, searchable=True, term="dwc:measurementValue",
        help_en="Where the value is not a number, as a colour or a class.",
        help_fr="Si la valeur n’est pas un nombre, comme une couleur ou une classe.",
    )  # fmt: skip
    verbatim_value: Mapped[str | None] = attribute(
        en="Value as written", fr="Valeur (textuelle)", max=250, searchable=True, term="dwc:measurementValue"
    )
    unit: Mapped[str | None] = attribute(
        en="Unit", fr="Unité", max=30, vocabulary="unit", listed=True, indexed=True, term="dwc:measurementUnit",
        help_en="In the notation of UCUM: mm, Cel, mg/L.", help_fr="En notation UCUM : mm, Cel, mg/L.",
    )  # fmt: skip
    accuracy: Mapped[str | None] = attribute(
        en="Accuracy", fr="Exactitude", max=100, term="dwc:measurementAccuracy",
        help_en="As stated, with its sense: 0.1 mm, one standard deviation.",
        help_fr="Telle qu’indiquée, avec son sens : 0,1 mm, un écart-type.",
    )  # fmt: skip
    uncertainty: Mapped[Decimal | None] = attribute(
        en="Uncertainty (in the unit)", fr="Incertitude (dans l’unité)", minimum=0, maximum=LIMIT
    )
    method: Mapped[str | None] = attribute(
        en="Method", fr="Méthode", max=500, searchable=True, term="dwc:measurementMethod"
    )
    instrument: Mapped[str | None] = attribute(
        en="Instrument", fr="Instrument", max=250, searchable=True, indexed=True
    )
    verbatim_determiner: Mapped[str | None] = attribute(
        en="Measured by, as written", fr="Mesuré par (textuel)", max=250, searchable=True,
        term="dwc:measurementDeterminedBy",
    )  # fmt: skip
    determined_on: Mapped[PartialDate | None] = attribute(
        en="Measured on",
        fr="Mesuré le",
        past=True,
        listed=True,
        indexed=True,
        term="dwc:measurementDeterminedDate",
    )
    remarks: Mapped[str | None] = remarks_attribute(term="dwc:measurementRemarks")

    collecting_event = to_one(
        "collecting-event", en="Of the event", fr="De l’événement", listed=True, term="dwc:eventID"
    )
    material_sample = to_one(
        "material-sample", en="Of the specimen", fr="Du spécimen", listed=True, term="dwc:materialEntityID"
    )
    organism = to_one("organism", en="Of the organism", fr="De l’organisme", term="dwc:organismID")
    observation = to_one(
        "observation", en="Of the observation", fr="De l’observation", term="dwc:occurrenceID"
    )
    parent_measurement = to_one(
        "measurement",
        en="Qualifies the measurement",
        fr="Précise la mesure",
        tree=True,
        term="dwc:parentMeasurementID",
    )
    protocol = to_one("protocol", en="Protocol", fr="Protocole", term="dwc:measurementMethod")
    determined_by = external_to_many(
        "person", en="Measured by", fr="Mesuré par", term="dwc:measurementDeterminedBy"
    )
