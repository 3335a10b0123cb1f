"""People (and machines) that collect, identify, prepare, borrow and write."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from dina.base.resource import Resource, attribute, to_many
from dina.modules.agent import rules
from dina.modules.agent.resources.base import Base


class Person(
    Resource,
    Base,
    type="person",
    provider="OrganizationAuthorizationService",
    label=("Person", "Personne"),
    plural=("People", "Personnes"),
    title="displayName",
    term="schema:Person",
    rules=(rules.aliases_are_names,),
    example={"displayName": "A. Tremblay"},
):
    """A person who acts in the collection: collector, identifier, author, borrower (dwc:recordedBy, dwc:identifiedBy)."""

    display_name: Mapped[str] = attribute(
        en="Display name", fr="Nom affiché", not_blank=True, max=250, listed=True, indexed=True, searchable=True,
        term="schema:name", help_en="The name as it is shown and cited.", help_fr="Le nom tel qu’affiché et cité.",
    )  # fmt: skip
    email: Mapped[str | None] = attribute(
        en="E-mail", fr="Courriel", max=250, format="email", listed=True, indexed=True, term="schema:email"
    )
    given_names: Mapped[str | None] = attribute(
        en="Given names", fr="Prénoms", max=50, searchable=True, term="schema:givenName"
    )
    family_names: Mapped[str | None] = attribute(
        en="Family names", fr="Noms de famille", max=50, listed=True, searchable=True, indexed=True,
        term="schema:familyName",
    )  # fmt: skip
    aliases: Mapped[list[str] | None] = attribute(
        en="Aliases", fr="Autres noms", searchable=True, indexed=True, term="schema:alternateName",
        help_en="Other forms of the name found on labels.", help_fr="Autres formes du nom sur les étiquettes.",
    )  # fmt: skip
    webpage: Mapped[str | None] = attribute(
        en="Web page", fr="Page web", max=250, format="url", term="schema:url"
    )
    remarks: Mapped[str | None] = attribute(
        en="Remarks", fr="Remarques", max=2048, searchable=True, term="dcterms:description"
    )

    organizations = to_many(
        "organization", en="Organizations", fr="Organisations", listed=True, term="schema:affiliation"
    )
    identifiers = to_many("identifier", en="Identifiers", fr="Identifiants", term="dcterms:identifier")
