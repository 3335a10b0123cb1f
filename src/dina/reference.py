"""The generated reference: every type with its attributes, terms and limits, in Markdown and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dina.base.module import Module
from dina.base.resource import Attribute, Member, ResourceType
from dina.base.resource.kinds import members_of


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
        lines += member_lines(fact)
    if resource.relationships:
        lines += ["", "| relationship | target | | English | French | term |", "|---|---|---|---|---|---|"]
        for name, r in resource.relationships.items():
            where = "external" if r.external else "internal"
            many = "to-many" if r.many else "to-one"
            lines.append(
                f"| `{name}` | {', '.join(r.targets)} | {many}, {where} | {r.label.en} | {r.label.fr} | {r.term or ''} |"
            )
    return "\n".join([*lines, ""])


def member_lines(fact: Attribute) -> list[str]:
    """The members of an embedded object as rows below its own."""
    return [
        f"| `{fact.name}.{name}` | member | {f'vocabulary {said.vocabulary}' if said.vocabulary else ''} "
        f"| {said.label.en} | {said.label.fr} | {said.term or ''} |"
        for name, said in members(fact)
    ]


def members(fact: Attribute) -> list[tuple[str, Member]]:
    if fact.kind.member is None:
        return []
    return [
        (name, extra)
        for name, extras in members_of(fact.kind.member).items()
        for extra in extras
        if isinstance(extra, Member)
    ]


def terms_page(loaded: Sequence[tuple[Module, Mapping[str, ResourceType]]]) -> str:
    """Every term of a standard, and where it stands: the way from Darwin Core to our attributes."""
    places: dict[str, list[str]] = {}
    for _module, types in loaded:
        for resource in types.values():
            if resource.term:
                places.setdefault(resource.term, []).append(resource.type)
            for fact in resource.attributes.values():
                named = [(fact.name, fact.term), *((f"{fact.name}.{n}", m.term) for n, m in members(fact))]
                for name, term in [*named, *((r.name, r.term) for r in resource.relationships.values())]:
                    if term:
                        places.setdefault(term, []).append(f"{resource.type}.{name}")
    lines = [
        "# Terms of standards",
        "",
        "Generated from the declarations by `make dox`.",
        "",
        "| term | attributes |",
        "|---|---|",
    ]
    for term in sorted(places, key=str.casefold):
        lines.append(f"| `{term}` | {', '.join(f'`{place}`' for place in sorted(set(places[term])))} |")
    return "\n".join([*lines, ""])


def operation_lines(module: Module) -> list[str]:
    """The module's endpoints beside those of its types."""
    if not module.operations:
        return []
    lines = ["## Endpoints beside those of types", ""]
    for one in module.operations:
        lines.append(f"- `{one.method} {one.path}`: {one.summary.en} / {one.summary.fr}")
        lines += [f"  - `{name}`: {said.en} / {said.fr}" for name, said in one.parameters.items()]
        lines += [f"  - all parameters of lists of `{one.lists}`"] if one.lists else []
    return [*lines, ""]


def vocabulary_lines(module: Module) -> list[str]:
    """The module's vocabularies: every key with its names and term."""
    if not module.vocabularies:
        return []
    lines = ["## Vocabularies", ""]
    for name, elements in sorted(module.vocabularies.items()):
        lines += [f"### `{name}`", "", "| key | English | French | term |", "|---|---|---|---|"]
        lines += [f"| `{e['key']}` | {e['en']} | {e['fr']} | {e.get('term', '')} |" for e in elements]
        lines.append("")
    return lines


def module_page(module: Module, types: Mapping[str, ResourceType]) -> str:
    head = [
        f"# Module {module.name}: types and attributes", "",
        "Generated from the declarations by `make dox`.",
        f"Served under {', '.join(f'`{p}`' for p in module.prefixes)}.", "",
    ]  # fmt: skip
    return "\n".join(
        [
            *head,
            *(type_page(resource) for resource in types.values()),
            *operation_lines(module),
            *vocabulary_lines(module),
        ]
    )


def write(loaded: Sequence[tuple[Module, Mapping[str, ResourceType]]], folder: Path) -> list[Path]:
    """Write a page a module and one of terms; answers the files."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for module, types in loaded:
        path = folder / f"{module.name}.md"
        path.write_text(module_page(module, types), "utf-8")
        made.append(path)
    path = folder / "terms.md"
    path.write_text(terms_page(loaded), "utf-8")
    return [*made, path]
