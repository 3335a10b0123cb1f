"""Extending a type of an installed module from another package (architecture.md, "A module")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dina.base.resource.attribute import Declared
from dina.base.resource.body import attribute_of, column_for
from dina.base.resource.declare import ResourceType, extended
from dina.base.resource.rules import BatchRule, Rule


@dataclass(frozen=True)
class Extension:
    """Extra attributes and rules for a type somebody else declared.

    `attributes` maps a snake_case name to `(annotation, attribute(…))`; extra attributes may be empty, as
    rows that exist have no value for them. Their columns are added when the database is brought up to date.
    Found by the entry point group `dina.extensions`.
    """

    module: str
    type: str
    attributes: Mapping[str, tuple[Any, Declared]] = field(default_factory=dict[str, Any])
    rules: Sequence[Rule] = ()
    batch_rules: Sequence[BatchRule] = ()

    def apply(self, resource: ResourceType) -> ResourceType:
        """The extended type. Raises TypeError for a required attribute or a name already taken."""
        attributes = dict(resource.attributes)
        for name, (annotation, declared) in self.attributes.items():
            fact = attribute_of(name, declared, annotation)
            if fact.required:
                raise TypeError(
                    f"{resource.type}.{fact.name}: an attribute added by an extension may be empty"
                )
            if fact.name in attributes or fact.name in resource.relationships:
                if resource.table.c.get(name) is None or attributes.get(fact.name) != fact:
                    raise TypeError(f"{resource.type} has a member {fact.name} already")
                continue
            if fact.column is not None and name not in resource.table.c:
                setattr(resource.cls, name, column_for(fact))
            attributes[fact.name] = fact
        return extended(
            resource,
            attributes=attributes,
            rules=(*resource.rules, *self.rules),
            batch_rules=(*resource.batch_rules, *self.batch_rules),
        )
