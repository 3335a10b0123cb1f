"""Organizations that people belong to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Mapped
from typing_extensions import TypedDict

from dina.base.resource import Resource, attribute, member
from dina.modules.agent import rules
from dina.modules.agent.resources.base import Base


class OrganizationName(TypedDict, total=False):
    """The name of an organization in one language."""

    languageCode: Annotated[
        str | None, Field(max_length=2), member(en="Language", fr="Langue", term="dcterms:language")
    ]
    name: Annotated[str | None, Field(max_length=500), member(en="Name", fr="Nom", term="schema:name")]


class Organization(
    Resource,
    Base,
    type="organization",
    provider="OrganizationAuthorizationService",
    label=("Organization", "Organisation"),
    title="names",
    term="schema:Organization",
    rules=(rules.aliases_are_names, rules.organization_is_named),
    example={"names": [{"languageCode": "en", "name": "Museum of Natural History"}]},
):
    """An institution, society, team or firm, named in each of its languages."""

    names: Mapped[list[OrganizationName]] = attribute(
        en="Names by language",
        fr="Noms par langue",
        listed=True,
        indexed=True,
        searchable=True,
        term="schema:name",
    )
    aliases: Mapped[list[str] | None] = attribute(
        en="Aliases and acronyms", fr="Autres noms et sigles", listed=True, searchable=True, indexed=True,
        term="schema:alternateName",
    )  # fmt: skip
