"""The `x-dina` member: what a conformance checker must know of a type to try it (api.md §26)."""

from __future__ import annotations

from typing import Any

from dina.base.jsonapi.openapi.parameters import (
    is_text,
)
from dina.base.jsonapi.registry import UNSORTABLE
from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare


def example_links(resource: ResourceType) -> dict[str, Any]:
    """Linkage of the example: what it points to has no id, it is to be made first."""
    found: dict[str, Any] = {}
    required = [n for n, r in resource.relationships.items() if r.required and not r.external]
    for name in dict.fromkeys((*required, *resource.example_links)):
        relationship = resource.relationships[name]
        target = {"type": relationship.target}
        found[name] = {"data": [target] if relationship.many else target}
    return found


def x_dina(resource: ResourceType) -> dict[str, Any]:
    """What machines need to know of a type beyond its schema (api.md §26), with probes for the checker."""
    facts = resource.attributes
    filterable = [n for n, f in facts.items() if f.filterable and not f.on_request]
    relationships = resource.relationships
    writable = [f for f in facts.values() if f.writable]

    # What the example cannot do without, and what the server sets itself, cannot be tried freely.
    fixed = {n for n, r in relationships.items() if r.required or n in resource.example_links or r.derived}

    def first(*compare: Compare) -> str | None:
        found = [
            f
            for f in writable
            if f.kind.compare in compare and f.name != "group" and not f.pattern and not f.format
        ]
        found.sort(key=lambda f: (not f.required, not f.listed, f.max is not None and f.max < 50))
        return found[0].name if found else None

    def relation(*, many: bool, external: bool) -> str | None:
        fits = [
            n
            for n, r in relationships.items()
            if r.many == many and r.external == external and not r.tree and n not in fixed
        ]
        return fits[0] if fits else None

    return {
        "type": resource.type,
        "provider": resource.provider,
        "grouped": resource.grouped,
        "stored": resource.store is None,
        "readOnly": "create" not in resource.methods,
        "filterable": filterable,
        "sortable": [n for n in filterable if facts[n].kind.compare not in UNSORTABLE],
        "includable": list(relationships),
        "optionalFields": [n for n, f in facts.items() if f.on_request],
        "externalTypes": {n: list(r.targets) for n, r in relationships.items() if r.external},
        "example": {"attributes": resource.example, "relationships": example_links(resource)},
        "probe": {
            "text": resource.title if is_text(resource) else first(Compare.TEXT),
            "number": first(Compare.NUMBER),
            "date": first(Compare.DATE, Compare.PARTIAL_DATE),
            "toOne": relation(many=False, external=False),
            "toMany": relation(many=True, external=False),
            "external": relation(many=True, external=True) or relation(many=False, external=True),
            "keyMap": first(Compare.MAP),
            "optional": next((n for n, f in facts.items() if f.on_request), None),
            "required": next((f.name for f in writable if f.required and f.name != "group"), None),
        },
    }
