"""From a part of a search tree (neutral JSON) to the condition that says the same, where a form has one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dina.web.specimens.conditions.fields import SAVED, SET, TYPED, WORDS, Searchable, Searchables
from dina.web.specimens.conditions.rule import FORMS, POSITIVE, SINCE, Json, Rule

NOTHING = Searchable((), "", "")
TIMES = {"over": "after", "under": "before"}
PLAIN = {
    "eq": "is",
    "in": "list",
    "like": "pattern",
    "contains": "has",
    "prefix": "begins",
    "suffix": "ends",
    "ge": "from",
    "le": "to",
}


def rule_of(part: Json, known: Searchables) -> Rule | None:
    """The condition; None for what no form can show."""
    found = read(part, known)
    if found and found.op in TIMES and known.by_key.get(found.field, NOTHING).kind == "date":
        found.op = TIMES[found.op]
    about = known.by_key.get(found.field) if found else None
    if found is None or about is None or found.op not in about.ops or not found.finished:
        return None
    # What an input cannot hold would come back as something else.
    held = (found.value, found.to, *found.lines.split("\n"))
    if any(one != one.strip() or not (one.isprintable() or not one) for one in held):
        return None
    return found if found.tree(about) == part else None


def read(part: Json, known: Searchables) -> Rule | None:
    match part:
        case {"q": str(text)}:
            return Rule(TYPED, "typed", text)
        case {"saved": str(name)}:
            return Rule(SAVED, "meets", name)
        case {"set": str(name)}:
            return Rule(SET, "in", name)
        case {"not": {"linked": str(path), "least": int(least)}}:
            return Rule(path, "most", number=str(least - 1))
        case {"all": [{"linked": str(path), **least}, {"not": {"linked": str()}}]}:
            return Rule(path, "exactly", number=str(least.get("least", 1)))
        case {"linked": str(path), "least": int(least)}:
            return Rule(path, "least", number=str(least))
        case {"linked": str(path)}:
            return Rule(path, "there")
        case {"not": dict(inner)}:
            found = read(inner, known)
            return replace(found, op=POSITIVE[found.op]) if found and found.op in POSITIVE else None
        case {"words": str(text)}:
            form = part.get("form", "all")
            op = next((op for op, said in FORMS.items() if said == form), "")
            return Rule(",".join(part["in"]) if "in" in part else WORDS, op, text)
        case {"any": [{"field": str()} as first, *_] as each}:
            found = compared(first)
            return replace(found, field=",".join(str(one.get("field")) for one in each)) if found else None
        case {"field": str()}:
            return compared(part)
        case _:
            return None


def compared(part: Json) -> Rule | None:
    """A comparison of one field."""
    path, op = part["field"], part.get("op", "eq")
    values: list[Any] = part["values"] if "values" in part else [part["value"]] if "value" in part else []
    shown = [str(one) for one in values]
    match op, values:
        case "eq", [bool(value)]:
            return Rule(path, "yes" if value else "no")
        case "eq", [_] if part.get("fold") is False:
            return Rule(path, "exact", shown[0])
        case "exists", []:
            return Rule(path, "any")
        case "in", _:
            return Rule(path, "list", lines="\n".join(shown))
        case "between", [low, "today"] if since := SINCE.fullmatch(str(low)):
            return Rule(path, "last", number=since[1], unit=since[2])
        case "between", [_, _]:
            return Rule(path, "between", shown[0], shown[1])
        case (("gt" | "lt"), [_]):
            return Rule(path, "over" if op == "gt" else "under", shown[0])
        case _, [_] if op in PLAIN:
            return Rule(path, PLAIN[op], shown[0])
        case _:
            return None
