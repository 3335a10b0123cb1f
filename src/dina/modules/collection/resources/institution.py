"""Institutions and their collections."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import KeyMap, MultilingualDescription, Resource, attribute, member, to_one
from dina.modules.collection import rules
from dina.modules.collection.resources.base import (
    ADMIN,
    SUPER_USER,
    Base,
    description_attribute,
    group_attribute,
    name_attribute,
)


class InstitutionIdentifierType(Enum):
    GRSCICOLL = "GRSCICOLL"


class InstitutionIdentifier(TypedDict, total=False):
    """An institution's identifier in a registry of institutions."""

    type: Annotated[InstitutionIdentifierType | None, member(en="Registry", fr="Registre")]
    uri: Annotated[str | None, member(en="Address", fr="Adresse", term="dwc:institutionID")]


class Institution(
    Resource, Base, type="institution", provider=ADMIN, label=("Institution", "Institution"), title="name",
    term="dwc:institutionCode", example={"name": "Natural History Museum"},
):  # fmt: skip
    """The museum, herbarium, garden or university that has custody of collections (dwc:institutionCode)."""

    name: Mapped[str] = name_attribute(term="dwc:institutionCode")
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    webpage: Mapped[str | None] = attribute(en="Web page", fr="Page web", format="url", term="schema:url")
    address: Mapped[str | None] = attribute(
        en="Address", fr="Adresse", max=500, listed=True, term="schema:address"
    )
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, searchable=True, term="dcterms:description"
    )
    identifiers: Mapped[list[InstitutionIdentifier] | None] = attribute(
        en="Identifiers", fr="Identifiants", term="dwc:institutionID"
    )


class Collection(
    Resource, Base, type="collection", provider=SUPER_USER, label=("Collection", "Collection"), title="name",
    term="dwc:collectionCode", batch_rules=(rules.collection_identifiers,), example={"name": "Vascular plants"},
):  # fmt: skip
    """A collection or part of one, within an institution (dwc:collectionCode)."""

    group: Mapped[str] = group_attribute(max=250)
    name: Mapped[str] = name_attribute(term="dwc:datasetName")
    code: Mapped[str | None] = attribute(
        en="Code", fr="Code", max=10, listed=True, indexed=True, searchable=True, term="dwc:collectionCode"
    )
    multilingual_description: Mapped[MultilingualDescription | None] = description_attribute()
    webpage: Mapped[str | None] = attribute(en="Web page", fr="Page web", format="url", term="schema:url")
    contact: Mapped[str | None] = attribute(en="Contact", fr="Contact", max=500, term="schema:contactPoint")
    address: Mapped[str | None] = attribute(en="Address", fr="Adresse", max=500, term="schema:address")
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=1000, term="dcterms:description"
    )
    identifiers: Mapped[KeyMap] = attribute(
        en="Identifiers",
        fr="Identifiants",
        indexed=True,
        vocabulary="identifier_type",
        term="dwc:collectionID",
    )

    parent_collection = to_one("collection", en="Part of", fr="Partie de", tree=True, term="dcterms:isPartOf")
    institution = to_one(
        "institution", en="Institution", fr="Institution", listed=True, term="dwc:institutionID"
    )
