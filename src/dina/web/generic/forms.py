"""Forms from the registry: a field for every attribute and relationship that people may set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from dina.client import Page, Resource
from dina.web import texts
from dina.web.registry import Registry, TypeView
from dina.web.values import title_of

HIDDEN = frozenset({"resourceVersion", "version"})
PATHS = ("/data/attributes/", "/data/relationships/")


@dataclass
class Field:
    """One control: what it asks, what it holds, what is wrong with it."""

    name: str
    label: str
    help: str
    control: str
    value: Any = ""
    required: bool = False
    choices: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    max: int | None = None
    many: bool = False
    target: str = ""
    errors: list[str] = field(default_factory=list[str])


def control_of(fact: Mapping[str, Any]) -> str:
    match fact["kind"]:
        case "boolean":
            return "checkbox"
        case "choice":
            return "select"
        case "texts" | "choices" | "uuids":
            return "lines"
        case "text":
            return "textarea" if (fact.get("max") or 0) > 400 else "text"
        case "integer" | "decimal":
            return "number"
        case "date":
            return "date"
        case "partial-date" | "date-time" | "uuid":
            return "text"
        case _:
            return "json"


def fields(
    registry: Registry,
    view: TypeView,
    resource: Resource | None,
    language: str,
    page: Page | None = None,
    *,
    given: Mapping[str, Any] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> list[Field]:
    """The fields of a form, filled from what was typed, else from the record."""
    found: list[Field] = []
    for name, fact in view.attributes.items():
        if name in HIDDEN or (fact.get("readOnly") or (fact.get("once") and resource is not None)):
            continue
        control = control_of(fact)
        value = (
            str(given.get(name, ""))
            if given is not None
            else as_text(control, resource.attributes.get(name) if resource else None)
        )
        found.append(
            Field(
                name, fact["label"][language], (fact.get("help") or {}).get(language, ""), control, value,
                bool(fact.get("required")), [(c, (fact.get("labels") or {}).get(c, {}).get(language, c)) for c in fact.get("choices", [])], fact.get("max"),
                errors=errors_of(errors, name),
            )
        )  # fmt: skip
    for name, fact in view.relationships.items():
        target = registry.types.get(fact["targets"][0])
        links = resource.linked(name) if resource else []
        titles = (
            {one.id: title_of(target, one, language) for one in page.related(resource, name)}
            if page and resource and target and not fact["external"]
            else {}
        )
        value = str(given.get(name, "")) if given is not None else "\n".join(link["id"] for link in links)
        found.append(
            Field(
                name, fact["label"][language], "", "picker", value, fact["required"],
                [(id_, titles.get(id_, id_)) for id_ in value.split()], many=fact["many"],
                target=target.type if target else "", errors=errors_of(errors, name),
            )
        )  # fmt: skip
    return found


def errors_of(errors: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The sentences about one field, also those about a place inside it or its absence."""
    found: list[str] = []
    for error in errors:
        pointer = str(error.get("source", {}).get("pointer", ""))
        inside = next((pointer.removeprefix(p).split("/")[0] for p in PATHS if pointer.startswith(p)), "")
        if name in (inside, error.get("meta", {}).get("member")):
            found.append(str(error.get("detail", "")))
    return found


def as_text(control: str, value: Any) -> str:
    if value is None:
        return ""
    if control == "lines":
        return "\n".join(str(item) for item in value)
    if control == "checkbox":
        return "true" if value else ""
    if control == "json":
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if value else ""
    return str(value)


def read(
    view: TypeView, form: Mapping[str, Any], resource: Resource | None, language: str
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """What was typed as attributes and relationships; on change only what differs from the record."""
    attributes: dict[str, Any] = {}
    relationships: dict[str, Any] = {}
    faults: list[dict[str, Any]] = []
    for name, fact in view.attributes.items():
        if name in HIDDEN or fact.get("readOnly") or (fact.get("once") and resource is not None):
            continue
        text, control = str(form.get(name, "")).replace("\r\n", "\n"), control_of(fact)
        if resource is not None and text == as_text(control, resource.attributes.get(name)):
            continue
        try:
            value = value_of(fact, control, text)
        except ValueError:
            detail = texts.translate(language, "This cannot be read.")
            faults.append({"detail": detail, "source": {"pointer": f"/data/attributes/{name}"}})
            continue
        if value is not None or resource is not None:
            attributes[name] = value
    for name, fact in view.relationships.items():
        ids = str(form.get(name, "")).split()
        if resource is not None and ids == [link["id"] for link in resource.linked(name)]:
            continue
        links = [{"type": fact["targets"][0], "id": id_} for id_ in ids]
        if links or resource is not None:
            relationships[name] = {"data": links if fact["many"] else (links[0] if links else None)}
    return attributes, relationships, faults


def value_of(fact: Mapping[str, Any], control: str, text: str) -> Any:
    """The typed text as a JSON value; empty is null. Raises ValueError."""
    if control == "checkbox":
        return text == "true"
    if not text.strip():
        return None
    if control == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if control == "json":
        return orjson.loads(text)
    if control == "number":
        number = text.strip().replace(",", ".").replace("\u00a0", "").replace(" ", "")
        return int(number) if fact["kind"] == "integer" else float(number)
    return text if control in ("text", "textarea") else text.strip()
