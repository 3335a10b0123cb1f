"""How and in what frame material is gathered: projects, expeditions, assemblages, protocols, methods."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import (
    DecimalText,
    KeyMap,
    MultilingualDescription,
    MultilingualTitle,
    NestedKeyMap,
    Resource,
    UuidText,
    attribute,
    external_to_many,
    member,
    to_one,
)
from dina.modules.collection import rules
from dina.modules.collection.resources.base import (
    GROUP,
    SUPER_USER,
    Base,
    description_attribute,
    group_attribute,
    managed_attributes_attribute,
    name_attribute,
)


class AgentRoles(TypedDict, total=False):
    """An agent and what it did."""

    agent: Annotated[
        UuidText | None, member(en="Person", fr="Personne", term="dcterms:contributor", target="person")
    ]
    roles: Annotated[list[str] | None, member(en="Roles", fr="Rôles", vocabulary="project_role")]
    date: Annotated[str | None, Field(max_length=50), member(en="Date", fr="Date (rôle)")]
    remarks: Annotated[str | None, Field(max_length=1000), member(en="Remarks", fr="Remarques")]


class Project(
    Resource, Base, type="project", provider=GROUP, label=("Project", "Projet"), title="name",
    rules=(rules.ends_after_start, rules.contributor_roles, rules.project_extensions), batch_rules=(rules.project_has_one_level,),
    example={"name": "Flora of the Yukon"},
):  # fmt: skip
    """A project in the course of which material is gathered or studied."""

    name: Mapped[str] = name_attribute(term="dwc:projectTitle")
    start_date: Mapped[dt.date | None] = attribute(
        en="Start", fr="Début", listed=True, term="schema:startDate"
    )
    end_date: Mapped[dt.date | None] = attribute(en="End", fr="Fin", listed=True, term="schema:endDate")
    status: Mapped[str | None] = attribute(en="Status", fr="État d’avancement", max=50, listed=True)
    contributors: Mapped[list[AgentRoles] | None] = attribute(
        en="Contributors", fr="Collaborateurs", term="dcterms:contributor"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    extension_values: Mapped[NestedKeyMap] = attribute(en="Extension fields", fr="Champs d’extension")

    parent_project = to_one("project", en="Part of", fr="Partie de", tree=True, term="dcterms:isPartOf")
    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")


class Expedition(
    Resource, Base, type="expedition", provider=GROUP, label=("Expedition", "Expédition"), title="name",
    rules=(rules.ends_after_start,), example={"name": "Arctic 1921"},
):  # fmt: skip
    """A journey on which material was gathered."""

    name: Mapped[str] = name_attribute()
    start_date: Mapped[dt.date | None] = attribute(
        en="Start", fr="Début", listed=True, term="schema:startDate"
    )
    end_date: Mapped[dt.date | None] = attribute(en="End", fr="Fin", listed=True, term="schema:endDate")
    geographic_context: Mapped[str | None] = attribute(
        en="Geographic context", fr="Contexte géographique", max=250, listed=True, searchable=True,
        term="dwc:higherGeography",
    )  # fmt: skip
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()

    participants = external_to_many(
        "person", en="Participants", fr="Participants (personnes)", term="dcterms:contributor"
    )


class Assemblage(
    Resource, Base, type="assemblage", provider=GROUP, label=("Assemblage", "Assemblage"), title="name",
    batch_rules=(rules.assemblage_managed_attributes,), example={"name": "Log 12"},
):  # fmt: skip
    """Samples that belong together, such as all that grew on one log."""

    group: Mapped[str] = group_attribute(max=250)
    name: Mapped[str] = name_attribute(term="dwc:organismName")
    managed_attributes: Mapped[KeyMap] = managed_attributes_attribute()
    multilingual_title: Mapped[MultilingualTitle | None] = attribute(
        en="Titles by language", fr="Titres par langue"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()

    attachment = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")


class ProtocolDataElement(TypedDict, total=False):
    elementType: Annotated[str | None, member(en="Element", fr="Élément", vocabulary="protocolDataElement")]
    value: Annotated[DecimalText, member(en="Value", fr="Valeur")]
    unit: Annotated[str | None, member(en="Unit", fr="Unité", vocabulary="unitsOfMeasurement")]
    vocabularyBased: Annotated[bool | None, member(en="From vocabulary", fr="Issu du vocabulaire")]


class ProtocolData(TypedDict, total=False):
    """Measured ingredients or settings of a protocol."""

    key: Annotated[str | None, Field(max_length=250), member(en="Key", fr="Clé", vocabulary="protocolData")]
    vocabularyBased: Annotated[bool | None, member(en="From vocabulary", fr="Issu du vocabulaire")]
    protocolDataElement: Annotated[list[ProtocolDataElement] | None, member(en="Values", fr="Valeurs")]


class Protocol(
    Resource, Base, type="protocol", provider=SUPER_USER, label=("Protocol", "Protocole"), title="name",
    rules=(rules.protocol_data_keys,), example={"name": "CTAB extraction"},
):  # fmt: skip
    """A written way of doing something (dwc:samplingProtocol)."""

    name: Mapped[str] = name_attribute(term="dwc:samplingProtocol")
    protocol_type: Mapped[str | None] = attribute(
        en="Kind of protocol", fr="Genre de protocole", max=50, vocabulary="protocolType", listed=True
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    protocol_data: Mapped[list[ProtocolData] | None] = attribute(
        en="Protocol data", fr="Données du protocole"
    )

    attachments = external_to_many("metadata", en="Media", fr="Multimédia", term="dwc:associatedMedia")


class CollectionMethod(
    Resource, Base, type="collection-method", provider=SUPER_USER, label=("Collection method", "Méthode de récolte"),
    plural=("Collection methods", "Méthodes de récolte"), title="name", example={"name": "Malaise trap"},
):  # fmt: skip
    """How material is gathered (dwc:samplingProtocol)."""

    name: Mapped[str] = name_attribute(term="dwc:samplingProtocol")
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()


class PreparationType(
    Resource, Base, type="preparation-type", provider=SUPER_USER, label=("Preparation type", "Type de préparation"),
    plural=("Preparation types", "Types de préparation"), title="name", unique=(("group", "name"),),
    example={"name": "Pressed sheet"},
):  # fmt: skip
    """The kind of object a preparation gives (dwc:preparations)."""

    name: Mapped[str] = name_attribute(term="dwc:preparations")
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()


class PreparationMethod(
    Resource, Base, type="preparation-method", provider=SUPER_USER,
    label=("Preparation method", "Méthode de préparation"), plural=("Preparation methods", "Méthodes de préparation"),
    title="name", example={"name": "Freeze drying"},
):  # fmt: skip
    """How material is prepared."""

    name: Mapped[str] = name_attribute()
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
