"""The types of the user module."""

from dina.modules.user.resources.accounts import DinaGroup, DinaUser, GroupMembership
from dina.modules.user.resources.personal import Draft, Notification, UserPreference

__all__ = ["DinaGroup", "DinaUser", "Draft", "GroupMembership", "Notification", "UserPreference"]
