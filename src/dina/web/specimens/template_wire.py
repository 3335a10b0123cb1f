"""A form template as the API holds it, read and written: components with sections with items, as dina-ui has them.

What dina-ui has no place for (locked at start, required, help, the order over components) stands in
`viewConfiguration`, whose members are free. What is not known here is written as it was read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dina.web.specimens.template_names import (
    ALWAYS,
    MEMBER,
    custom_of,
    field_of,
    home_of,
    item_of,
    name_of,
    part_of,
)

KIND = "material-sample-form-template"


@dataclass
class Setting:
    """What a template says of one field; `inner` are defaults of members of it, by the path below it, where they are shown."""

    shown: bool = False
    default: Any = None
    inner: dict[str, Any] = field(default_factory=dict[str, Any])
    locked: bool = False
    required: bool = False
    help: dict[str, str] = field(default_factory=dict[str, str])


Settings = dict[str, Setting]
"""Settings by the name of the field's control, in the order of the form."""
Json = dict[str, Any]


def objects(value: Any) -> list[Json]:
    """The objects of a list; whatever else is there is nothing that this form knows."""
    return [cast(Json, one) for one in listed(value) if isinstance(one, dict)]


def listed(value: Any) -> list[Any]:
    return cast(list[Any], value) if isinstance(value, list) else []


def keyed(value: Any) -> Json:
    return cast(Json, value) if isinstance(value, dict) else {}


def walk(components: Any) -> Iterator[tuple[Json, Json, Json]]:
    """Every item with its component and section, in the order of the components."""
    found = objects(components)
    found.sort(key=lambda one: one["order"] if isinstance(one.get("order"), int | float) else len(found))
    for component in found:
        for section in objects(component.get("sections")):
            for item in objects(section.get("items")):
                yield component, section, item


def control(component: Json, item: Json) -> str:
    return name_of(str(component.get("name")), str(item.get("name")))


def visible(component: Json, section: Json, item: Json) -> bool:
    """Whether an item is shown: what is around it may be switched off."""
    around = component.get("visible") is not False and section.get("visible") is not False
    return around and bool(item.get("visible"))


def read(attributes: Mapping[str, Any]) -> Settings:
    """What a template says, field by field."""
    found: Settings = {}
    for component, section, item in walk(attributes.get("components")):
        name = control(component, item)
        shown, default = visible(component, section, item), item.get("defaultValue")
        if name.endswith(f"{MEMBER}Order"):
            for key in listed(default):
                found.setdefault(f"{name.removesuffix('Order')}.{key}", Setting()).shown = shown
            continue
        top, rest = field_of(name)
        if top.endswith(MEMBER) and not rest and isinstance(default, dict):
            for key, value in keyed(default).items():
                one = found.setdefault(f"{top}.{key}", Setting())
                one.default, one.shown = value, one.shown or shown
            continue
        one = found.setdefault(top, Setting())
        one.shown = one.shown or shown
        if rest and shown and default not in (None, ""):
            one.inner[rest] = default
        elif not rest:
            one.default = default
    configuration = keyed(attributes.get("viewConfiguration"))
    for name, value in keyed(configuration.get("fields")).items():
        one, said = found.setdefault(name, Setting()), keyed(value)
        one.locked, one.required = said.get("locked") is True, said.get("required") is True
        one.help = {code: str(text) for code, text in keyed(said.get("help")).items()}
    place = {str(name): at for at, name in enumerate(listed(configuration.get("order")))}
    return dict(sorted(found.items(), key=lambda one: place.get(one[0], len(place))))


def written(attributes: Mapping[str, Any], wanted: Settings) -> Json:
    """The members of a template that say this of the fields; whatever else they held stays as it was."""
    before = read(attributes)
    components: list[Any] = copy.deepcopy(listed(attributes.get("components")))
    found = [(*one, field_of(control(one[0], one[2]))[0], visible(*one)) for one in walk(components)]
    opened = {id(c) for c, _, _, name, now in found if not now and name in wanted and wanted[name].shown}
    there: set[str] = set()
    for component, section, item, name, now in found:
        one, old = wanted.get(name), before.get(name, Setting())
        if one is None:
            continue
        if one.shown != old.shown or (id(component) in opened and not now and not one.shown):
            item["visible"] = one.shown
        if one.shown and not old.shown:
            component["visible"] = section["visible"] = True
        if item.get("name") == item_of(name):
            if name not in there and one.default != old.default:
                item["defaultValue"] = one.default
            there.add(name)
    for name, one in wanted.items():
        said = one.default is not None or (one.shown and name not in before)
        if name not in there and custom_of(name) is None and said:
            made = {"name": item_of(name), "visible": one.shown}
            made |= {"defaultValue": one.default} if one.default is not None else {}
            items_at(components, *home_of(name), opens=one.shown).append(made)
    write_custom(components, before, wanted)
    close(components, before, wanted)
    sort(components, list(wanted))
    return {"components": components, "viewConfiguration": configured(attributes, wanted)}


def items_at(components: list[Any], component: str, section: str, *, opens: bool = False) -> list[Any]:
    """The items of a section, which is made when it is not there."""
    orders = [one["order"] for one in objects(components) if isinstance(one.get("order"), int)]
    found = next((one for one in objects(components) if one.get("name") == component), None)
    if found is None:
        shown = opens or component in ALWAYS
        found = {"name": component, "visible": shown, "order": max(orders, default=-1) + 1, "sections": []}
        components.append(found)
    if not isinstance(found.get("sections"), list):
        found["sections"] = []
    inside = next((one for one in objects(found["sections"]) if one.get("name") == section), None)
    if inside is None:
        inside = {"name": section, "visible": True, "items": []}
        found["sections"].append(inside)
    if not isinstance(inside.get("items"), list):
        inside["items"] = []
    if opens:
        found["visible"] = inside["visible"] = True
    return inside["items"]


def write_custom(components: list[Any], before: Settings, wanted: Settings) -> None:
    """Custom fields: one item holds the defaults by key, one the keys that are shown, in order."""
    shared = dict.fromkeys(group[0] for name in wanted if (group := custom_of(name)))
    for item_name in shared:
        own = {n: n.removeprefix(f"{item_name}.") for n in wanted if n.startswith(f"{item_name}.")}
        shown = [key for n, key in own.items() if wanted[n].shown]
        defaults = {key: wanted[n].default for n, key in own.items() if wanted[n].default is not None}
        old = {n: one for n, one in before.items() if n in own}
        if shown == [own[n] for n, one in old.items() if one.shown] and defaults == {
            own[n]: one.default for n, one in old.items() if one.default is not None
        }:
            continue
        items = items_at(components, *home_of(next(iter(own))), opens=bool(shown))
        for called, is_order in ((item_of(item_name), False), (item_of(item_name) + "Order", True)):
            item = next((one for one in objects(items) if one.get("name") == called), None)
            if item is None:
                item = cast(Json, {"name": called})
                items.append(item)
            # Custom fields that there are no more keep what the template says of them.
            kept = item.get("defaultValue")
            if is_order:
                item["defaultValue"] = shown + [key for key in listed(kept) if key not in own.values()]
            else:
                further = {key: value for key, value in keyed(kept).items() if key not in own.values()}
                item["defaultValue"] = defaults | further
            item["visible"] = bool(shown)


def close(components: list[Any], before: Settings, wanted: Settings) -> None:
    """Components of which nothing is shown any more are switched off, where dina-ui has a switch."""
    for component in objects(components):
        if component.get("name") in ALWAYS or component.get("visible") is not True:
            continue
        inside = list(walk([component]))
        names = {field_of(control(component, item))[0] for _, _, item in inside} & wanted.keys()
        if any(n in before and before[n].shown for n in names) and not any(visible(*one) for one in inside):
            component["visible"] = False


def sort(components: list[Any], order: Sequence[str]) -> None:
    """Known items in the order of the form, at the places that known items have; the others stay where they are."""
    place = {name: at for at, name in enumerate(order)}
    for component in objects(components):
        for section in objects(component.get("sections")):
            items = listed(section.get("items"))
            at: dict[int, int] = {}
            for number, item in enumerate(items):
                name = field_of(control(component, keyed(item)))[0]
                if name in place:
                    at[number] = place[name]
            moved = [items[number] for number in sorted(at, key=lambda one: at[one])]
            for number, item in zip(at, moved, strict=True):
                items[number] = item


def configured(attributes: Mapping[str, Any], wanted: Settings) -> Json:
    """The configuration with what dina-ui has no place for."""
    made = copy.deepcopy(keyed(attributes.get("viewConfiguration"))) | {"type": KIND}
    fields = keyed(made.pop("fields", None))
    for name, one in wanted.items():
        said = keyed(fields.pop(name, None))
        help_ = {code: text for code, text in one.help.items() if text}
        for member, value in (("locked", one.locked), ("required", one.required), ("help", help_)):
            said.pop(member, None)
            said |= {member: value} if value else {}
        fields |= {name: said} if said else {}
    made |= {"fields": fields} if fields else {}
    shown = [name for name, one in wanted.items() if one.shown]
    natural = [name for name in read({**attributes, "viewConfiguration": {}}) if name in shown]
    # Only the order inside a part of the form says anything.
    if "order" in made or sorted(shown, key=part_of) != sorted(natural, key=part_of):
        made["order"] = shown + [one for one in listed(made.get("order")) if one not in wanted]
    return made
