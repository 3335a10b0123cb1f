"""Users, groups, preferences and notifications; backups of the whole system."""

from pathlib import Path

from dina.base.module import Module
from dina.base.text import Text
from dina.modules.user import backups, passwords
from dina.modules.user.resources import (
    ApiKey,
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
    resources=[DinaUser, DinaGroup, GroupMembership, UserPreference, Notification, Draft, ApiKey],
    migrations=Path(__file__).parent / "migrations",
    external={"person": "agent"},
    operations=(*passwords.OPERATIONS, *backups.OPERATIONS),
    jobs=backups.JOBS,
    messages=backups.MESSAGES
    | {
        "draft.large": {
            "en": "This draft is too large to be kept.",
            "fr": "Ce brouillon est trop volumineux pour être conservé.",
        },
        "api-key.account": {
            "en": "Only somebody with an account here has API keys.",
            "fr": "Seules les personnes qui ont un compte ici ont des clés d’API.",
        },
        "api-key.byKey": {
            "en": "A key cannot make other keys. Sign in with your name to make one.",
            "fr": "Une clé ne peut pas créer d’autres clés. Connectez-vous avec votre nom pour en créer une.",
        },
        "api-key.many": {
            "en": "You have {most} API keys already; revoke one first.",
            "fr": "Vous avez déjà {most} clés d’API; révoquez-en une d’abord.",
        },
        "api-key.past": {
            "en": "The end of a key lies in the future.",
            "fr": "La fin d’une clé se situe dans le futur.",
        },
        "user.oneself": {
            "en": "You cannot take the administration from yourself. Another administrator can.",
            "fr": "Vous ne pouvez pas vous retirer l’administration. Quelqu’un d’autre qui administre le système le peut.",
        },
        "user.password": {
            "en": "The password must not be the user name.",
            "fr": "Le mot de passe ne doit pas être le nom d’utilisateur.",
        },
        "user.roles": {
            "en": "A role is super-user, user, guest or read-only in a group; dina-admin or read-only-admin for all.",
            "fr": "Un rôle est super-user, user, guest ou read-only dans un groupe; dina-admin ou read-only-admin pour tous.",
        },
    },
)
