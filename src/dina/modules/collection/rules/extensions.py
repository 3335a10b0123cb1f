"""Extension values: the extension and its field are known, the field belongs here, the value is accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dina.base.errors import Error, escape_pointer
from dina.base.resource import Draft
from dina.base.resource.rules import broken
from dina.modules.collection.extensions import EXTENSIONS
from dina.modules.collection.rules.managed import value_fits


def extension_rule(attribute: str, component: str) -> Callable[[Draft], Iterable[Error]]:
    """The rule of one attribute that holds `{extension: {field: value}}`."""

    def rule(draft: Draft) -> Iterable[Error]:
        if draft.changed(attribute):
            for extension, values in (draft.get(attribute) or {}).items():
                pointer = f"/attributes/{attribute}/{escape_pointer(extension)}"
                yield from judged(extension, values or {}, component, pointer)

    return rule


def judged(extension: str, values: dict[str, Any], component: str, pointer: str) -> Iterator[Error]:
    found = EXTENSIONS.get(extension)
    if found is None:
        yield broken("extension.unknown", pointer, "VOCABULARY_VALUE", name=extension)
        return
    for key, value in values.items():
        place = f"{pointer}/{escape_pointer(key)}"
        field = found.fields.get(key)
        said = {"name": key, "extension": found.label.en}
        if field is None:
            yield broken("extension.field.unknown", place, "VOCABULARY_VALUE", **said)
        elif field.component != component:
            yield broken(
                "extension.field.component", place, "VOCABULARY_VALUE", **said, component=field.component
            )
        elif value is None or not value.strip():
            yield broken("extension.value.blank", place, "VOCABULARY_VALUE", **said)
        elif field.values and value.lower() not in {one.lower() for one in field.values}:
            yield broken(
                "extension.value.notAccepted",
                place,
                "VOCABULARY_VALUE",
                **said,
                values=", ".join(field.values),
            )
        elif not value_fits(field.kind, value):
            yield broken("extension.value.kind", place, "VOCABULARY_VALUE", **said, kind=field.kind)


sample_extensions = extension_rule("extensionValues", "MATERIAL_SAMPLE")
sample_restrictions = extension_rule("restrictionFieldsExtension", "RESTRICTION")
event_extensions = extension_rule("extensionValues", "COLLECTING_EVENT")
project_extensions = extension_rule("extensionValues", "PROJECT")
