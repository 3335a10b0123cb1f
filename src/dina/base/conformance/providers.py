"""What the authorization providers allow: the least role in the group for each action (api.md §23.2)."""

from __future__ import annotations

ACTIONS = ("create", "read", "update", "delete")
ANYONE, NOBODY = "read-only", ""

PROVIDERS = {
    "GroupAuthorizationService": ("guest", ANYONE, "guest", "user"),
    "GroupWithReadAuthorizationService": ("guest", ANYONE, "guest", "user"),
    "SuperUserInGroupCUDAuthorizationService": ("super-user", ANYONE, "super-user", "super-user"),
    "DinaAdminAuthorizationService": ("admin", "admin", "admin", "admin"),
    "DinaAdminCUDAuthorizationService": ("admin", ANYONE, "admin", "admin"),
    "OrganizationAuthorizationService": ("guest", ANYONE, "super-user", "super-user"),
    "ReadOnlyAuthorizationService": (NOBODY, ANYONE, NOBODY, NOBODY),
    "AllowAllAuthorizationService": (ANYONE, ANYONE, ANYONE, ANYONE),
}
