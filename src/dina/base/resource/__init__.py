"""Declaring resource types: the one place where a type, its attributes and its rules are said."""

from dina.base.identity.policy import Sharing
from dina.base.resource.attribute import (
    Attribute,
    Member,
    Relationship,
    attribute,
    external_to_many,
    external_to_one,
    member,
    to_many,
    to_one,
)
from dina.base.resource.declare import Resource, ResourceType, module_base
from dina.base.resource.disclosure import Disclosure
from dina.base.resource.extension import Extension
from dina.base.resource.kinds import (
    ByLanguage,
    DateText,
    DecimalText,
    Json,
    KeyMap,
    MultilingualDescription,
    MultilingualTitle,
    NestedKeyMap,
    PartialDate,
    PartialDateText,
    Point,
    UuidText,
)
from dina.base.resource.rules import Created, Creation, Draft, RuleContext, batch_rule, rule

__all__ = [
    "Attribute",
    "ByLanguage",
    "Created",
    "Creation",
    "DateText",
    "DecimalText",
    "Disclosure",
    "Draft",
    "Extension",
    "Json",
    "KeyMap",
    "Member",
    "MultilingualDescription",
    "MultilingualTitle",
    "NestedKeyMap",
    "PartialDate",
    "PartialDateText",
    "Point",
    "Relationship",
    "Resource",
    "ResourceType",
    "RuleContext",
    "Sharing",
    "UuidText",
    "attribute",
    "batch_rule",
    "external_to_many",
    "external_to_one",
    "member",
    "module_base",
    "rule",
    "to_many",
    "to_one",
]
