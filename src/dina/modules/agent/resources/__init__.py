"""The types of the agent module."""

from dina.modules.agent.resources.base import Base
from dina.modules.agent.resources.identifier import Identifier, IdentifierType
from dina.modules.agent.resources.organization import Organization
from dina.modules.agent.resources.person import Person

__all__ = ["Base", "Identifier", "IdentifierType", "Organization", "Person"]
