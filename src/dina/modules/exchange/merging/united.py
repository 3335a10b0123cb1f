"""What the record that is kept becomes: of every field one record's value, or the lists of all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dina.base.json import is_array, is_object
from dina.client.references import UNITED
from dina.modules.exchange.changing import ways
from dina.modules.exchange.changing.drafts import Draft
from dina.modules.exchange.merging.references import Merging, linkage

ALL = "all"
ALIASES, NOT_MERGED = "aliases", frozenset({"group", "resourceVersion", "version"})
PER_LANGUAGE = "languageCode"
Data = Mapping[str, Any]


def kept(merging: Merging, records: Mapping[str, Data], choices: Mapping[str, str]) -> tuple[Draft, list[dict[str, Any]]]:  # fmt: skip
    """The record that stays as it is to be written, and its values that change, before and after.

    A field that is not in `choices` keeps the value of the record that stays, or has another's where that one is
    empty; lists are put together. Other names become aliases where the type has them.
    """
    facts = merging.types[merging.type]
    ids = [merging.keep, *merging.others]
    found = [records[id_] for id_ in ids]
    draft, cells = Draft.read(records[merging.keep]), list[dict[str, Any]]()
    for name, fact in facts["attributes"].items():
        if fact.get("readOnly") or fact.get("once") or name in NOT_MERGED:
            continue
        values = [one.get("attributes", {}).get(name) for one in found]
        new = chosen(choices.get(name), ids, values, fact["kind"] in UNITED)
        if is_array(new) and fact["kind"] == "objects":
            hidden = {member for member, one in fact.get("members", {}).items() if one.get("readOnly")}
            new = [{n: v for n, v in one.items() if n not in hidden} for one in new]
            values[0] = [{n: v for n, v in one.items() if n not in hidden} for one in values[0] or ()]
        if name == ALIASES and fact["kind"] == "texts":
            new = with_names(new, found, facts["title"], chosen(choices.get(facts["title"]), ids, titles(found, facts["title"]), False))  # fmt: skip
        write(draft.written, cells, name, values[0], new)
    for name, link in facts["relationships"].items():
        links = [[one for one in linkage(data, name) if one["id"] not in ids] for data in found]
        new = chosen(choices.get(name), ids, links, link["many"]) or []
        before = [one["id"] for one in linkage(found[0], name)]
        after = [one["id"] for one in new]
        if before != after:
            draft.linked[name] = {"data": new if link["many"] else (new[0] if new else None)}
            cells.append({"field": name, "before": before, "after": after})
    return draft, cells


def write(written: dict[str, Any], cells: list[dict[str, Any]], name: str, before: Any, after: Any) -> None:
    if before == after or (ways.nothing(before) and ways.nothing(after)):
        return
    written[name] = ({} if is_object(before) else None) if ways.nothing(after) else after
    cells.append({"field": name, "before": before, "after": after})


def chosen(choice: str | None, ids: Sequence[str], values: Sequence[Any], united: bool) -> Any:
    """The value of one record, or of all together; without a choice of the first that has one."""
    if choice in ids:
        return values[ids.index(choice)]
    if united and choice in (None, ALL):
        return together([one for one in values if not ways.nothing(one)])
    return next((one for one in values if not ways.nothing(one)), None)


def together(values: Sequence[Any]) -> Any:
    """Lists one after the other with each thing once; maps with what the first of them says of each key."""
    if not values:
        return None
    if is_object(values[0]):
        return merged(values)
    found: list[Any] = []
    for one in (one for value in values for one in value):
        if one in found:
            continue
        if is_object(one) and one.get(PER_LANGUAGE) in {o.get(PER_LANGUAGE) for o in found} - {None}:
            continue
        # Of all together only one counts: that of the record that stays.
        found.append(
            {**one, "isPrimary": False} if found and is_object(one) and one.get("isPrimary") else one
        )
    return found


def merged(maps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in maps:
        for key, value in one.items():
            both = [found.get(key), value]
            if all(is_object(side) for side in both):
                found[key] = merged(both)  # pyright: ignore[reportArgumentType]
            elif is_array(found.get(key)) and is_array(value):
                found[key] = together(both)
            elif ways.nothing(found.get(key)):
                found[key] = value
    return found


def titles(records: Sequence[Data], title: str) -> list[Any]:
    return [one.get("attributes", {}).get(title) for one in records]


def with_names(aliases: Any, records: Sequence[Data], title: str, name: Any) -> Any:
    """The aliases, and every name that one of the records was called by but the one that stays."""
    given: list[str] = list(aliases or ())
    names = [one for value in titles(records, title) for one in spoken(value) if one not in spoken(name)]
    return list(dict.fromkeys([*given, *names])) or None


def spoken(value: Any) -> list[str]:
    """The names in a title: itself, or one for each language."""
    if is_array(value):
        return [str(one["name"]) for one in value if is_object(one) and one.get("name")]
    return [value] if isinstance(value, str) and value else []
