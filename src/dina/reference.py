"""The generated reference: every type with its attributes, terms and limits, in Markdown and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dina.base.module import Module
from dina.base.resource import ResourceType


def type_page(resource: ResourceType) -> str:
    """One type as Markdown."""
    lines = [f"## `{resource.type}` — {resource.label.en} / {resource.label.fr}", "", resource.doc, ""]
    lines += [
        f"Authorization: `{resource.provider}`." + (f" Term: `{resource.term}`." if resource.term else ""),
        "",
    ]
    lines += ["| attribute | kind | limits | English | French | term |", "|---|---|---|---|---|---|"]
    for fact in resource.attributes.values():
        limits = [
            "required" if fact.required else "",
            f"≤ {fact.max}" if fact.max else "",
            f"{fact.minimum:g} to {fact.maximum:g}"
            if fact.minimum is not None and fact.maximum is not None
            else "",
            "not in the future" if fact.past else "",
            f"vocabulary {fact.vocabulary}" if fact.vocabulary else "",
            "set by the server" if fact.generated else "",
            "on request" if fact.on_request else "",
            " \\| ".join(fact.kind.choices),
        ]
        listed = "; ".join(part for part in limits if part)
        lines.append(
            f"| `{fact.name}` | {fact.kind.name} | {listed} | {fact.label.en} | {fact.label.fr} | {fact.term or ''} |"
        )
    if resource.relationships:
        lines += ["", "| relationship | target | |", "|---|---|---|"]
        for name, r in resource.relationships.items():
            where = "external" if r.external else "internal"
            lines.append(
                f"| `{name}` | {', '.join(r.targets)} | {'to-many' if r.many else 'to-one'}, {where} |"
            )
    return "\n".join([*lines, ""])


def module_page(module: Module, types: Mapping[str, ResourceType]) -> str:
    head = [
        f"# Module {module.name}: types and attributes", "",
        "Generated from the declarations by `make dox`.",
        f"Served under {', '.join(f'`{p}`' for p in module.prefixes)}.", "",
    ]  # fmt: skip
    return "\n".join([*head, *(type_page(resource) for resource in types.values())])


def write(loaded: Sequence[tuple[Module, Mapping[str, ResourceType]]], folder: Path) -> list[Path]:
    """Write a page a module; answers the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for module, types in loaded:
        path = folder / f"{module.name}.md"
        path.write_text(module_page(module, types), "utf-8")
        made.append(path)
    return made
