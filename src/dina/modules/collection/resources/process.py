"""Processes: what was done to material, from what, with what result, by whom and when."""

from __future__ import annotations

from enum import Enum

from sqlalchemy.orm import Mapped

from dina.base.resource import (
    PartialDate,
    Resource,
    attribute,
    external_to_many,
    to_many,
    to_one,
)
from dina.modules.collection import rules
from dina.modules.collection.resources.base import GROUP, Base

DERIVATION = "material-sample.parentMaterialSample"


class ProcessType(Enum):
    COLLECTING = "COLLECTING"
    ACQUISITION = "ACQUISITION"
    PREPARATION = "PREPARATION"
    SPLITTING = "SPLITTING"
    SUB_SAMPLING = "SUB_SAMPLING"
    MIXING = "MIXING"
    EXTRACTION = "EXTRACTION"
    CULTURING = "CULTURING"
    GRAFTING = "GRAFTING"
    TREATMENT = "TREATMENT"
    LOAN = "LOAN"
    DISPOSAL = "DISPOSAL"
    OTHER = "OTHER"


class Process(
    Resource, Base, type="process", provider=GROUP, label=("Process", "Processus"), plural=("Processes", "Processus (liste)"),
    title="name", term="prov:Activity",
    rules=(rules.process_has_what_it_needs, rules.process_dates_in_order),
    batch_rules=(rules.outputs_come_from_nowhere_else,),
    example={"processType": "TREATMENT", "name": "Frozen against pests"}, example_links=("inputs", "outputs"),
):  # fmt: skip
    """Something done to material samples (prov:Activity): states of material are joined by processes.

    A sample made by a process that has inputs is derived from them; the first input is its
    `parentMaterialSample`, and a change of the one is a change of the other.
    """

    process_type: Mapped[ProcessType] = attribute(
        en="Kind of process", fr="Genre de processus", listed=True, indexed=True,
        vocabulary="processType", term="prov:type",
    )  # fmt: skip
    name: Mapped[str | None] = attribute(
        en="Name", fr="Nom", max=250, listed=True, indexed=True, searchable=True, term="prov:label"
    )
    started_on: Mapped[PartialDate | None] = attribute(
        en="Started on", fr="Commencé le", listed=True, indexed=True, past=True, term="prov:startedAtTime"
    )
    ended_on: Mapped[PartialDate | None] = attribute(
        en="Ended on", fr="Terminé le", past=True, term="prov:endedAtTime"
    )
    verbatim_date: Mapped[str | None] = attribute(
        en="Verbatim date", fr="Date textuelle", max=250, term="dwc:verbatimEventDate"
    )
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, searchable=True, term="dwc:eventRemarks"
    )

    outputs = to_many(
        "material-sample", en="Result", fr="Résultat", listed=True, term="prov:generated", graph=DERIVATION
    )
    inputs = to_many("material-sample", en="From", fr="À partir de", term="prov:used", graph=DERIVATION)
    protocol = to_one("protocol", en="Protocol", fr="Protocole", term="prov:hadPlan")
    preparation_type = to_one(
        "preparation-type", en="Preparation type", fr="Type de préparation", term="dwc:preparations"
    )
    preparation_method = to_one(
        "preparation-method", en="Preparation method", fr="Méthode de préparation", term="dwc:preparations"
    )
    agents = external_to_many(
        ("person", "organization"), en="Carried out by", fr="Réalisé par", term="prov:wasAssociatedWith"
    )
