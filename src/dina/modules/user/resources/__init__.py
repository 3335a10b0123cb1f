"""The types of the user module."""

from dina.modules.user.resources.accounts import DinaGroup, DinaUser, GroupMembership
from dina.modules.user.resources.personal import ApiKey, Draft, Notification, UserPreference

__all__ = ["ApiKey", "DinaGroup", "DinaUser", "Draft", "GroupMembership", "Notification", "UserPreference"]
