"""Users, groups, preferences and notifications."""

from pathlib import Path

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.user.resources import (
    DinaGroup,
    DinaUser,
    Draft,
    GroupMembership,
    Notification,
    UserPreference,
)

module = Module(
    name="user",
    schema="dina_user",
    version="0.1.0",
    label=Text("Users", "Utilisateurs"),
    gateway="user-api",
    host="dinauser",
    resources=[DinaUser, DinaGroup, GroupMembership, UserPreference, Notification, Draft],
    migrations=Path(__file__).parent / "migrations",
    external={"person": "agent"},
    messages={
        "draft.large": {
            "en": "This draft is too large to be kept.",
            "fr": "Ce brouillon est trop volumineux pour être conservé.",
        },
        "user.roles": {
            "en": "A role is super-user, user, guest or read-only in a group; dina-admin or read-only-admin for all.",
            "fr": "Un rôle est super-user, user, guest ou read-only dans un groupe; dina-admin ou read-only-admin pour tous.",
        },
    },
)
