"""Where the columns of an import can go: every field of a kind of record, with the labels people know."""

from __future__ import annotations

from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.exchange.importing.fields import (
    COMPONENTS,
    LAYOUTS,
    WIDE,
    component_of,
    darwin_core,
    fields_of,
    registry,
)
from dina.modules.exchange.importing.guard import of
from dina.modules.exchange.publishing.streams import read_custom_fields

TOGETHER = Text("Darwin Core, read together", "Darwin Core, lecture conjointe")
CUSTOM = Text("Custom fields", "Champs personnalisés")


async def fields(call: Call) -> Answer:
    """`GET /import-fields?type=`: the fields that columns of an import of that kind of record may fill."""
    target = call.parameter("type") or WIDE
    language = call.request.language
    assert call.service.client_as is not None
    async with call.service.client_as(call.request.caller) as client:
        types = await registry(client, of(target))
        if target not in types:
            raise Problem(
                Error("BAD_PARAMETER", key="import.targetType", values={"type": target}, parameter="type")
            )
        customs = await read_custom_fields(client) if target in LAYOUTS else []
    parts = dict(LAYOUTS.get(target, {"": (target, None)}).items())
    found: list[dict[str, Any]] = []
    for path, one in fields_of(types, target).items():
        type_, holder = parts[one.part]
        of_part = types[type_]["attributes"][holder]["label"] if holder else types[type_]["label"]
        found.append(
            described(path, one.label[language], of_part[language], one.kind)
            | {"term": one.term, "targets": list(one.targets), "many": one.many, "choices": list(one.choices)}
        )
    if target in LAYOUTS:
        read = dict.fromkeys(term for terms in darwin_core()["together"].values() for term in terms)
        found += [
            described(f"dwc:{term}", term, TOGETHER.in_language(language), "text") | {"term": f"dwc:{term}"}
            for term in read
        ]
    paths = {one["path"] for one in found}
    for one in customs:
        path = f"{COMPONENTS[one.component]}.{one.key}" if one.component in COMPONENTS else ""
        if component_of(path) and path not in paths:
            found.append(
                described(path, one.name, CUSTOM.in_language(language), "text")
                | {"term": one.term, "custom": one.component}
            )
    return call.answer(
        {"type": target, "fields": found, "customParts": dict(COMPONENTS) if target in LAYOUTS else {}}
    )


def described(path: str, label: str, part: str, kind: str) -> dict[str, Any]:
    return {
        "path": path,
        "label": label,
        "part": part,
        "kind": kind,
        "term": None,
        "targets": [],
        "many": False,
        "choices": [],
    }


OPERATIONS = (
    Operation(
        "GET", "/import-fields", fields, Text("Fields that columns can fill", "Champs que les colonnes peuvent remplir"),
        "import-fields", parameters={"type": Text("Kind of record", "Genre de fiche")},
    ),
)  # fmt: skip
