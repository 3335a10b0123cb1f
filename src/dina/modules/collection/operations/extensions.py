"""`GET /extension`, `GET /field-extension-value`, `GET /protocol-element`: fields and elements as data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer
from dina.base.jsonapi.documents import plain_document
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.collection.extensions import EXTENSIONS, Field, FieldSet
from dina.modules.collection.operations.answers import bad, given, listing

FILTERS: dict[str, tuple[Callable[[FieldSet, Field], str], Text]] = {
    "extension.key": (lambda s, f: s.key, Text("Key of the extension", "Clé de l’extension")),
    "extension.name": (lambda s, f: s.label.en, Text("Name of the extension", "Nom de l’extension")),
    "extension.version": (lambda s, f: s.version, Text("Version", "Version")),
    "extension.fields.key": (lambda s, f: f.key, Text("Has this field", "Contient ce champ")),
    "extension.fields.name": (
        lambda s, f: f.label.en,
        Text("Has a field of this name", "Contient un champ de ce nom"),
    ),
    "extension.fields.dinaComponent": (
        lambda s, f: f.component,
        Text("Has fields for this component", "Contient des champs de cette composante"),
    ),
}
PARAMETERS = {f"filter[{name}]{op}": text for name, (_, text) in FILTERS.items() for op in ("", "[EQ]")} | {
    "sort": Text("key or name, - for descending", "key ou name, - pour décroissant")
}
ORDERS: dict[str, Callable[[FieldSet], str]] = {
    "id": lambda s: s.key,
    "key": lambda s: s.key,
    "name": lambda s: s.label.en.lower(),
    "extension.key": lambda s: s.key,
    "extension.name": lambda s: s.label.en.lower(),
    "extension.version": lambda s: s.version,
}


def extension_resource(one: FieldSet) -> dict[str, Any]:
    return {"type": "extension", "id": one.key, "attributes": {"extension": one.described()}}


RESOURCES = {one.key: extension_resource(one) for one in EXTENSIONS.values()}


async def list_extensions(call: Call) -> Answer:
    """All filters must hold for the extension and one of its fields."""
    wanted = [
        (read, value)
        for name, (read, _) in FILTERS.items()
        for value in (given(call, f"filter[{name}]"), given(call, f"filter[{name}][EQ]"))
        if value is not None
    ]
    found = [
        one
        for one in EXTENSIONS.values()
        if any(all(read(one, field) == value for read, value in wanted) for field in one.fields.values())
    ]
    for part in reversed((given(call, "sort") or "").split(",")):
        name = part.strip().removeprefix("-")
        if name and name not in ORDERS:
            raise bad("sort")
        if name:
            found.sort(key=ORDERS[name], reverse=part.strip().startswith("-"))
    return listing(call, [RESOURCES[one.key] for one in found])


async def read_extension(call: Call) -> Answer:
    one = EXTENSIONS.get(call.id)
    if one is None:
        raise Problem(Error("NOT_FOUND"))
    return plain_document(call.service, call.request, RESOURCES[one.key])


def value_resource(one: FieldSet, field: Field) -> dict[str, Any]:
    attributes = {"extensionName": one.label.en, "extensionKey": one.key, "field": field.described()}
    return {"type": "field-extension-value", "id": f"{one.key}.{field.key}", "attributes": attributes}


async def list_values(call: Call) -> Answer:
    found = [value_resource(one, field) for one in EXTENSIONS.values() for field in one.fields.values()]
    return listing(call, found)


async def read_value(call: Call) -> Answer:
    """`{extension}.{field}`."""
    extension, _, key = call.id.partition(".")
    one = EXTENSIONS.get(extension)
    field = one.fields.get(key) if one is not None else None
    if one is None or field is None:
        raise Problem(Error("NOT_FOUND"))
    return plain_document(call.service, call.request, value_resource(one, field))


def element_resource(element: Any) -> dict[str, Any]:
    titles = [{"lang": lang, "title": element[lang]} for lang in ("en", "fr")]
    attributes = {
        "term": element.get("term"),
        "vocabularyElementType": "DECIMAL",
        "multilingualTitle": {"titles": titles},
    }
    return {"type": "protocol-element", "id": element["key"], "attributes": attributes}


async def list_elements(call: Call) -> Answer:
    elements = call.service.module.vocabularies["protocolDataElement"]
    return listing(call, [element_resource(one) for one in elements])


async def read_element(call: Call) -> Answer:
    for one in call.service.module.vocabularies["protocolDataElement"]:
        if one["key"] == call.id:
            return plain_document(call.service, call.request, element_resource(one))
    raise Problem(Error("NOT_FOUND"))


OPERATIONS = (
    Operation(
        "GET", "/extension", list_extensions, Text("Sets of extra fields", "Ensembles de champs supplémentaires"),
        "extension", parameters=PARAMETERS, paged=True,
    ),
    Operation(
        "GET", "/extension/{key}", read_extension, Text("One set of extra fields", "Un ensemble de champs"), "extension"
    ),
    Operation(
        "GET", "/field-extension-value", list_values, Text("Extra fields", "Champs supplémentaires"),
        "field-extension-value", paged=True,
    ),
    Operation(
        "GET", "/field-extension-value/{key}", read_value,
        Text("One extra field, by extension and field", "Un champ supplémentaire, par extension et champ"),
        "field-extension-value",
    ),
    Operation(
        "GET", "/protocol-element", list_elements, Text("Elements of protocol data", "Éléments des données de protocole"),
        "protocol-element", paged=True,
    ),
    Operation(
        "GET", "/protocol-element/{key}", read_element,
        Text("One element of protocol data", "Un élément des données de protocole"), "protocol-element",
    ),
)  # fmt: skip
