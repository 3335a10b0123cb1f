"""Accounts and groups, kept by the identity layer and shown as resources."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped

from dina.base.resource import ByLanguage, Json, Resource, attribute
from dina.modules.user.resources.base import Base
from dina.modules.user.store import GroupStore, MembershipStore, UserStore


class DinaUser(
    Resource, Base, type="user", provider="UserAuthorizationService", label=("User", "Utilisateur"), title="username",
    store=UserStore(), example={"username": "new.user"},
):  # fmt: skip
    """Somebody who may sign in, with roles by group."""

    internal_id: Mapped[str | None] = attribute(en="Internal id", fr="Identifiant interne", read_only=True)
    username: Mapped[str] = attribute(
        en="User name", fr="Nom d’utilisateur", max=100, not_blank=True, once=True, listed=True,
        pattern=r"[A-Za-z0-9][A-Za-z0-9._@-]*",
    )  # fmt: skip
    first_name: Mapped[str | None] = attribute(en="First name", fr="Prénom", max=100, listed=True)
    last_name: Mapped[str | None] = attribute(en="Last name", fr="Nom de famille", max=100, listed=True)
    agent_id: Mapped[str | None] = attribute(
        en="Person record", fr="Fiche de la personne", max=36, pattern=r"[0-9a-fA-F-]{36}"
    )
    email_address: Mapped[str | None] = attribute(
        en="E-mail", fr="Courriel", max=250, format="email", listed=True
    )
    roles_per_group: Mapped[Json | None] = attribute(en="Roles by group", fr="Rôles par groupe", listed=True)
    admin_roles: Mapped[list[str] | None] = attribute(en="Administrative roles", fr="Rôles d’administration")
    enabled: Mapped[bool] = attribute(
        en="May sign in", fr="Peut se connecter", default=True, listed=True,
        help_en="Without it the account stays, with what was done by it, and nobody signs in with it.",
        help_fr="Sans cela, le compte demeure, avec ce qu’il a fait, et personne ne s’y connecte.",
    )  # fmt: skip
    last_sign_in: Mapped[dt.datetime | None] = attribute(
        en="Last sign-in", fr="Dernière connexion", read_only=True, listed=True
    )


class DinaGroup(
    Resource, Base, type="group", provider="DinaAdminCUDAuthorizationService", label=("Group", "Groupe"), title="name",
    store=GroupStore(), methods=("read", "create", "update"), example={"name": "new-group"},
):  # fmt: skip
    """A group that owns records."""

    internal_id: Mapped[str | None] = attribute(en="Internal id", fr="Identifiant interne", read_only=True)
    name: Mapped[str] = attribute(
        en="Name", fr="Nom", max=50, not_blank=True, once=True, listed=True, pattern=r"[^/\s]+"
    )
    path: Mapped[str | None] = attribute(en="Path", fr="Chemin", read_only=True)
    labels: Mapped[ByLanguage | None] = attribute(
        en="Labels by language", fr="Libellés par langue", listed=True,
        help_en="What the pages call it.", help_fr="Ce nom figure dans les pages.",
    )  # fmt: skip
    roles: Mapped[list[str] | None] = attribute(en="Roles", fr="Rôles", read_only=True)


class GroupMembership(
    Resource, Base, type="group-membership", provider="ReadOnlyAuthorizationService",
    label=("Group membership", "Appartenance à un groupe"), plural=("Group memberships", "Appartenances aux groupes"),
    title="name", store=MembershipStore(), methods=("read",),
):  # fmt: skip
    """Who runs a group."""

    name: Mapped[str] = attribute(en="Group name", fr="Nom du groupe", listed=True)
    managed_by: Mapped[Json | None] = attribute(en="Managed by", fr="Géré par", listed=True)
