"""The tables of the collection module live in the schema `collection`; what many of its types share."""

from __future__ import annotations

from typing import Any

from dina.base.resource import attribute, module_base

GROUP = "GroupAuthorizationService"
GROUP_WITH_READ = "GroupWithReadAuthorizationService"
SUPER_USER = "SuperUserInGroupCUDAuthorizationService"
ADMIN = "DinaAdminCUDAuthorizationService"
OWNER = "ObjectOwnerAuthorizationService"
READ_ONLY = "ReadOnlyAuthorizationService"


class Base(module_base("collection")):  # type: ignore[misc]
    __abstract__ = True


def name_attribute(*, max: int = 250, term: str | None = None) -> Any:
    """The name of a thing that people choose by name."""
    return attribute(
        en="Name", fr="Nom", max=max, not_blank=True, listed=True, indexed=True, searchable=True, term=term
    )


def description_attribute() -> Any:
    return attribute(
        en="Description by language", fr="Description par langue", searchable=True, term="dcterms:description"
    )


def managed_attributes_attribute() -> Any:
    return attribute(
        en="Custom fields", fr="Champs personnalisés", indexed=True, term="dwc:dynamicProperties",
        help_en="Fields your institution has added.", help_fr="Champs ajoutés par votre institution.",
    )  # fmt: skip


def group_attribute(*, max: int) -> Any:
    """The owning group, where the wire allows a longer name than usual."""
    return attribute(en="Group", fr="Groupe", max=max, once=True, not_blank=True)


def remarks_attribute(*, term: str | None = None) -> Any:
    return attribute(en="Remarks", fr="Remarques", max=1000, searchable=True, term=term)
