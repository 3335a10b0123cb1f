"""Identifiers of people in public registries."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from dina.base.resource import MultilingualTitle, Resource, attribute
from dina.modules.agent import rules
from dina.modules.agent.resources.base import Base


class Identifier(
    Resource,
    Base,
    type="identifier",
    provider="OrganizationAuthorizationService",
    label=("Identifier", "Identifiant"),
    title="value",
    term="dwc:recordedByID",
    rules=(rules.identifier_is_well_formed,),
    batch_rules=(rules.namespace_is_known,),
    example={"namespace": "wikidata", "value": "Q1339"},
):
    """A person's identifier in a registry such as ORCID, ISNI, VIAF or Wikidata."""

    namespace: Mapped[str] = attribute(
        en="Registry", fr="Registre", max=50, not_blank=True, vocabulary="identifiers", listed=True, indexed=True,
        term="schema:propertyID",
    )  # fmt: skip
    value: Mapped[str] = attribute(
        en="Identifier value", fr="Valeur de l’identifiant", max=250, not_blank=True, listed=True, indexed=True,
        searchable=True, term="dcterms:identifier",
    )  # fmt: skip


class IdentifierType(
    Resource,
    Base,
    type="identifier-type",
    provider="DinaAdminCUDAuthorizationService",
    label=("Identifier type", "Type d’identifiant"),
    plural=("Identifier types", "Types d’identifiants"),
    title="name",
    unique=(("key",),),
    rules=(rules.uri_template_has_a_place,),
    example={"key": "example", "name": "Example registry"},
):
    """A registry whose identifiers may be given, and how its addresses are made."""

    key: Mapped[str] = attribute(
        en="Key", fr="Clé", max=50, not_blank=True, once=True, pattern=r"[^.]+", listed=True, indexed=True
    )
    name: Mapped[str] = attribute(
        en="Registry name",
        fr="Nom du registre",
        max=50,
        not_blank=True,
        listed=True,
        indexed=True,
        searchable=True,
    )
    dina_components: Mapped[list[str] | None] = attribute(en="Used for", fr="Utilisé pour")
    uri_template: Mapped[str | None] = attribute(
        en="Address template", fr="Modèle d’adresse", max=100,
        help_en="$1 stands for the value.", help_fr="$1 représente la valeur.",
    )  # fmt: skip
    term: Mapped[str | None] = attribute(en="Defining term", fr="Terme de définition", max=100)
    multilingual_title: Mapped[MultilingualTitle | None] = attribute(
        en="Titles by language", fr="Titres par langue"
    )
