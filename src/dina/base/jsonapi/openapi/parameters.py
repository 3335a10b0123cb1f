"""Query parameters as OpenAPI describes them (api.md §5 to §10)."""

from __future__ import annotations

from typing import Any

from dina.base.resource import ResourceType
from dina.base.resource.kinds import Compare


def query(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description or name}


def flag(name: str, description: str) -> dict[str, Any]:
    return query(name, {"type": "boolean"}, description)


def path_parameter(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": description,
    }


def filter_parameters() -> list[dict[str, Any]]:
    return [
        query("fiql", {"type": "string"}, "Filter in FIQL"),
        query("filter[rsql]", {"type": "string"}, "Filter in RSQL"),
    ]


def shaping_parameters(resource: ResourceType) -> list[dict[str, Any]]:
    return [
        query("include", {"type": "string"}, f"Relationships: {', '.join(resource.relationships)}"),
        query(f"fields[{resource.type}]", {"type": "string"}, "Attributes and relationships to send"),
        query(f"optfields[{resource.type}]", {"type": "string"}, "Attributes sent only on request"),
        query("lang", {"type": "string"}, "Language of texts"),
    ]


def single_parameters(resource: ResourceType) -> list[dict[str, Any]]:
    return [*shaping_parameters(resource), flag("deleted", "Show it though deleted")]


def list_parameters(resource: ResourceType) -> list[dict[str, Any]]:
    return [
        *single_parameters(resource),
        *filter_parameters(),
        query("sort", {"type": "string"}, "Comma-separated; - for descending"),
        query("page[limit]", {"type": "integer", "minimum": 0, "maximum": 1000}),
        query("page[offset]", {"type": "integer", "minimum": 0}),
    ]


def is_text(resource: ResourceType) -> bool:
    fact = resource.attributes.get(resource.title)
    return fact is not None and fact.kind.compare is Compare.TEXT


def page_parameters() -> list[dict[str, Any]]:
    """Paging by offset."""
    return [query("page[limit]", {"type": "integer"}), query("page[offset]", {"type": "integer"})]
