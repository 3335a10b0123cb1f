"""One condition as a form has it, and the part of a search tree (neutral JSON) that says the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from typing import Any

from dina.web.specimens.conditions.fields import SAVED, SET, TAKES, TYPED, WORDS, Searchable, Searchables

Json = dict[str, Any]
COMPARED = {
    "is": "eq", "has": "contains", "begins": "prefix", "ends": "suffix", "pattern": "like", "from": "ge", "to": "le",
    "over": "gt", "under": "lt", "after": "gt", "before": "lt", "between": "between", "list": "in", "any": "exists",
}  # fmt: skip
NEGATED = {
    "isnt": "is", "hasnt": "has", "notlist": "list", "none": "any", "nowords": "words", "nophrase": "phrase", "nothere": "there",
    "meetsnot": "meets", "notin": "in",
}  # fmt: skip
POSITIVE = {plain: op for op, plain in NEGATED.items()}
FORMS = {"words": "all", "phrase": "phrase", "open": "prefix"}
SINCE = re.compile(r"today-(\d{1,5})([dwmy])")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
COUNT = re.compile(r"\d{1,3}")
PARTS = ("field", "op", "value", "to", "lines", "number", "unit")


@dataclass
class Rule:
    """A condition: `field` is the key of what it is about; what `op` does not take is kept for when it changes."""

    field: str
    op: str
    value: str = ""
    to: str = ""
    lines: str = ""
    number: str = ""
    unit: str = "d"
    key: str = ""
    faults: list[str] = member(default_factory=list[str])
    notes: list[str] = member(default_factory=list[str])

    @classmethod
    def typed(cls, form: Mapping[str, Any], known: Searchables, before: str = "") -> Rule | None:
        """As it was typed; None for a field that is not there."""
        field, op, value, to, lines, number, unit = (
            str(form.get(before + name, "")).strip() for name in PARTS
        )
        about = known.by_key.get(field)
        if about is None:
            return None
        rule = cls(field, op, value, to, lines, number, unit)
        rule.op = rule.op if rule.op in about.ops else about.ops[0]
        rule.unit = rule.unit if rule.unit in ("d", "w", "m", "y") else "d"
        return rule

    @property
    def listed(self) -> list[str]:
        """The values of a list, each once."""
        return list(dict.fromkeys(one for line in self.lines.splitlines() if (one := line.strip())))

    @property
    def finished(self) -> bool:
        """Whether everything that the operator takes is there."""
        match TAKES.get(self.op, "value"):
            case "nothing":
                return True
            case "two":
                return bool(self.value or self.to)
            case "lines":
                return bool(self.listed)
            case "time" | "number":
                return COUNT.fullmatch(self.number) is not None
            case _:
                return bool(self.value)

    def tree(self, about: Searchable) -> Json | None:
        """The part of the tree; None while it is not finished."""
        if not self.finished:
            return None
        if self.op in NEGATED:
            return {"not": replace(self, op=NEGATED[self.op]).tree(about)}
        if self.field in OTHERS:
            return OTHERS[self.field](self)
        if about.kind == "link":
            return counted(about.key, self.op, int(self.number or 1))
        if self.op in FORMS:
            among = {} if self.field == WORDS else {"in": list(about.paths)}
            form = {} if self.op == "words" else {"form": FORMS[self.op]}
            return {"words": " ".join(self.value.split()), **among, **form}
        compared = self.compared(about.kind)
        each = [{"field": path, **compared} for path in about.paths]
        return each[0] if len(each) == 1 else {"any": each}

    def compared(self, kind: str) -> Json:
        match self.op:
            case "yes" | "no":
                return {"op": "eq", "value": self.op == "yes"}
            case "exact":
                return {"op": "eq", "value": self.value, "fold": False}
            case "any":
                return {"op": "exists"}
            case "list":
                values = [scalar(one, kind) for one in self.listed]
                return {"op": "in", **({"values": values} if len(values) > 1 else {"value": values[0]})}
            case "last":
                return {"op": "between", "values": [f"today-{int(self.number)}{self.unit}", "today"]}
            case "between" if self.value and self.to:
                return {"op": "between", "values": [scalar(self.value, kind), scalar(self.to, kind)]}
            case "between":
                return {"op": "ge" if self.value else "le", "value": scalar(self.value or self.to, kind)}
            case "pattern":
                return pattern(self.value)
            case op:
                return {"op": COMPARED[op], "value": scalar(self.value, kind)}


OTHERS: Mapping[str, Callable[[Rule], Json]] = {
    SAVED: lambda rule: {"saved": rule.value},
    SET: lambda rule: {"set": rule.value},
    TYPED: lambda rule: {"q": rule.value},
}


def scalar(text: str, kind: str) -> str | int | float:
    """The value that a text means; the text itself where it means none, for which the search has a sentence."""
    plain = text.replace(",", ".")
    if kind != "number" or not NUMBER.fullmatch(plain):
        return text
    return int(plain) if plain.lstrip("+-").isdecimal() and len(plain) < 19 else float(plain)


def pattern(text: str) -> Json:
    """A text with `*` and `?` as the simplest thing that it says; a backslash protects."""
    signs: list[tuple[str, bool]] = []
    rest = iter(text)
    for one in rest:
        signs.append((next(rest, one), False) if one == "\\" else (one, one in "*?"))
    wild = [at for at, (_, is_wild) in enumerate(signs) if is_wild]
    plain, last = "".join(one for one, _ in signs), len(signs) - 1
    if not wild:
        return {"op": "eq", "value": plain}
    if all(signs[at][0] == "*" for at in wild):
        if last == 0:
            return {"op": "exists"}
        if wild == [last]:
            return {"op": "prefix", "value": plain[:-1]}
        if wild == [0]:
            return {"op": "suffix", "value": plain[1:]}
        if wild == [0, last] and last > 1:
            return {"op": "contains", "value": plain[1:-1]}
    return {
        "op": "like",
        "value": "".join("\\" + one if not is_wild and one in "*?\\" else one for one, is_wild in signs),
    }


def counted(path: str, op: str, number: int) -> Json:
    """So many linked records."""
    least: Json = {"linked": path} | ({"least": number} if number > 1 else {})
    more: Json = {"not": {"linked": path} | ({"least": number + 1} if number else {})}
    match op:
        case "most":
            return more
        case "exactly":
            return {"all": [least, more]} if number else more
        case "least" if not number:
            return {"all": []}
        case _:
            return least
