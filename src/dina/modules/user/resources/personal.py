"""What belongs to one user: preferences and notifications."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import Enum

from sqlalchemy.orm import Mapped

from dina.base.resource import Json, Resource, attribute
from dina.modules.user.drafts import DraftStore
from dina.modules.user.keys import KeyStore
from dina.modules.user.resources.base import Base

PERSONAL = "PersonalAuthorizationService"


class Status(Enum):
    NEW = "NEW"
    READ = "READ"


class UserPreference(
    Resource, Base, type="user-preference", provider=PERSONAL, label=("Preferences", "Préférences"),
    plural=("Preferences", "Préférences"), title="userId", unique=(("userId",),),
    example={"userId": "c628fc6f-c9ad-4bb6-a187-81eb7884bdd7"},
):  # fmt: skip
    """How a user likes the interface, and their saved searches."""

    ui_preference: Mapped[Json | None] = attribute(en="Interface", fr="Interface (réglages)")
    saved_searches: Mapped[Json | None] = attribute(en="Saved searches", fr="Recherches enregistrées")
    saved_export_column_selection: Mapped[Json | None] = attribute(
        en="Saved export columns", fr="Colonnes d’exportation enregistrées", default=[]
    )
    user_id: Mapped[uuid.UUID] = attribute(en="User", fr="Utilisateur", listed=True, indexed=True)


class Notification(
    Resource, Base, type="notification", provider=PERSONAL, label=("Notification", "Avis"),
    plural=("Notifications", "Avis"), title="title",
    example={"type": "DATA_EXPORT_READY", "title": "Export ready", "status": "NEW"},
):  # fmt: skip
    """A message to one user."""

    user_identifier: Mapped[uuid.UUID | None] = attribute(en="Addressee", fr="Destinataire", indexed=True)
    group: Mapped[str | None] = attribute(en="Group", fr="Groupe", max=50)
    type: Mapped[str] = attribute(en="Kind", fr="Genre", max=50, not_blank=True, listed=True)
    notification_params: Mapped[Json | None] = attribute(en="Parameters", fr="Paramètres")
    title: Mapped[str] = attribute(en="Title", fr="Titre", max=150, not_blank=True, listed=True)
    message: Mapped[str | None] = attribute(en="Message", fr="Message (texte)", max=1000)
    message_params: Mapped[Json | None] = attribute(en="Message parameters", fr="Paramètres du message")
    status: Mapped[Status] = attribute(en="Status", fr="État", listed=True, indexed=True)
    expires_on: Mapped[dt.datetime | None] = attribute(en="Expires on", fr="Expire le")


class Draft(
    Resource, Base, type="draft", provider=PERSONAL, label=("Draft", "Brouillon"), title="recordType", store=DraftStore(),
    example={"recordType": "material-sample", "values": {"materialSampleName": "CNC 1"}},
):  # fmt: skip
    """A form as somebody has filled it in so far, kept for them alone until it is saved or thrown away."""

    record_type: Mapped[str] = attribute(
        en="Kind of record", fr="Genre de fiche", max=100, not_blank=True, once=True, listed=True
    )
    record_id: Mapped[uuid.UUID | None] = attribute(
        en="Record", fr="Fiche", once=True, help_en="Empty for a new one.", help_fr="Vide pour une nouvelle."
    )
    values: Mapped[Json] = attribute(
        en="Values", fr="Valeurs", filterable=False,
        help_en="What stands in each field, by its name.", help_fr="Le contenu de chaque champ, par son nom.",
    )  # fmt: skip


class ApiKey(
    Resource, Base, type="api-key", provider=PERSONAL, label=("API key", "Clé d’API"), plural=("API keys", "Clés d’API"),
    title="name", store=KeyStore(), methods=("read", "create", "delete"), example={"name": "Nightly script"},
):  # fmt: skip
    """What a program signs in with, in the name of whoever made it."""

    name: Mapped[str] = attribute(
        en="Name", fr="Nom", max=100, not_blank=True, listed=True,
        help_en="What it is for.", help_fr="Ce à quoi elle sert.",
    )  # fmt: skip
    read_only: Mapped[bool] = attribute(
        en="For reading only", fr="Pour la lecture seulement", default=False, listed=True
    )
    expires_on: Mapped[dt.datetime | None] = attribute(
        en="Valid until", fr="Valide jusqu’au", listed=True,
        help_en="Without an end it is valid until it is revoked.",
        help_fr="Sans fin, elle est valide jusqu’à sa révocation.",
    )  # fmt: skip
    prefix: Mapped[str | None] = attribute(en="Begins with", fr="Commence par", read_only=True, listed=True)
    last_used_on: Mapped[dt.datetime | None] = attribute(
        en="Last used", fr="Dernière utilisation", read_only=True, listed=True
    )
    key: Mapped[str | None] = attribute(
        en="Key", fr="Clé", read_only=True, filterable=False,
        help_en="Told once, in the answer to the request that makes it.",
        help_fr="Donnée une seule fois, dans la réponse à la demande qui la crée.",
    )  # fmt: skip
