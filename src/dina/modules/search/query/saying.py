"""A search tree in words, as chips that people read: English and French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dina.base.text import Text
from dina.modules.search.query.fields import Below, FieldKind, Registry
from dina.modules.search.query.tree import (
    Aged,
    All,
    AnyOf,
    Area,
    Box,
    Compare,
    Form,
    Ids,
    Kept,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Scalar,
    Words,
)

SHOWN = 3
"""Values of a list that are named; more are counted."""
LONGEST = 60
SINCE = re.compile(r"today-(\d+)([dwmy])")
PERIODS: Mapping[str, Text] = {
    "d": Text("days", "jours"), "w": Text("weeks", "semaines"), "m": Text("months", "mois"), "y": Text("years", "années"),
}  # fmt: skip
SIGNS: Mapping[Op, Text] = {
    Op.LT: Text("less than", "moins de"), Op.LE: Text("at most", "au plus"), Op.GT: Text("more than", "plus de"),
    Op.GE: Text("at least", "au moins"), Op.PREFIX: Text("begins with", "commence par"),
    Op.SUFFIX: Text("ends with", "finit par"), Op.CONTAINS: Text("contains", "contient"),
    Op.LIKE: Text("looks like", "ressemble à"),
}  # fmt: skip
TIMES: Mapping[Op, Text] = {
    Op.LT: Text("before", "avant"), Op.LE: Text("until", "jusqu’à"), Op.GT: Text("after", "après"),
    Op.GE: Text("from", "à partir de"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilterChip:
    """One part of a filter: where it stands in the JSON of the filter, and how it is said."""

    pointer: str
    label: Text


def chips(tree: Node, fields: Registry) -> list[FilterChip]:
    """The parts of a filter that must all hold, each by itself."""
    if isinstance(tree, All):
        return [FilterChip(f"/all/{at}", said(one, fields)) for at, one in enumerate(tree.children)]
    return [FilterChip("", said(tree, fields))]


def said(node: Node, fields: Registry) -> Text:
    """A part of a search in words."""
    match node:
        case All(()):
            return Text("everything", "tout")
        case All(children):
            return joined([said(one, fields) for one in children], Text(" and ", " et "))
        case AnyOf(()):
            return Text("nothing", "rien")
        case AnyOf(children, least):
            told = joined([said(one, fields) for one in children], Text(" or ", " ou "))
            many = Text(f"at least {least} of: {told.en}", f"au moins {least} de : {told.fr}")
            return told if least < 2 else many
        case Not(Compare(field, Op.EXISTS)):
            label = fields.label(field)
            return Text(f"{label.en}: none", f"{label.fr} : aucune valeur")
        case Not(Linked(relationship, None, 1)):
            label = fields.label(relationship)
            return Text(f"{label.en}: none", f"{label.fr} : aucun lien")
        case Not(child):
            inner = said(child, fields)
            return Text(f"not {inner.en}", f"sauf {inner.fr}")
        case Compare():
            return compared(node, fields)
        case Linked():
            return linked(node, fields)
        case Words():
            return sought(node, fields)
        case Kept("set", which):
            return Text(f"in the set “{which}”", f"dans l’ensemble « {which} »")
        case Kept("inside", which):
            return Text(f"inside {which}", f"rangé dans {which}")
        case Kept(_, which):
            return Text(f"as saved in “{which}”", f"comme enregistré dans « {which} »")
        case Ids(values):
            return Text(f"{len(values):,} records", f"{len(values):,} fiches".replace(",", "\u202f"))
        case _:
            return placed(node)


def compared(node: Compare, fields: Registry) -> Text:
    label, kind = fields.label(node.field), fields.kind(node.field)
    timed = kind in (FieldKind.DATE, FieldKind.DATETIME)
    if node.op is Op.EXISTS:
        return Text(f"{label.en}: any value", f"{label.fr} : une valeur")
    if not node.values:
        return label
    if timed and (since := period(node)) is not None:
        return Text(f"{label.en}: {since.en}", f"{label.fr} : {since.fr}")
    values = [shown(one) for one in node.values]
    if node.op is Op.BETWEEN and len(values) > 1:
        return Text(
            f"{label.en}: {values[0].en} to {values[1].en}", f"{label.fr} : {values[0].fr} à {values[1].fr}"
        )
    if len(values) > SHOWN:
        number = f"{len(values):,}"
        many = Text(f"one of {number} values", f"l’une de {number} valeurs".replace(",", "\u202f"))
    else:
        many = joined(values, Text(" or ", " ou "))
    sign = (TIMES if timed else {}).get(node.op) or SIGNS.get(node.op)
    if sign is None:
        return Text(f"{label.en}: {many.en}", f"{label.fr} : {many.fr}")
    return Text(f"{label.en} {sign.en} {many.en}", f"{label.fr} {sign.fr} {many.fr}")


def period(node: Compare) -> Text | None:
    """`today-30d` and later are the last 30 days."""
    found = SINCE.fullmatch(str(node.values[0]))
    if found is None or (node.op, node.values[1:]) not in ((Op.GE, ()), (Op.BETWEEN, ("today",))):
        return None
    unit = PERIODS[found[2]]
    return Text(f"last {found[1]} {unit.en}", f"{found[1]} derniers {unit.fr}".replace("derniers s", "dernières s").replace("derniers a", "dernières a"))  # fmt: skip


def linked(node: Linked, fields: Registry) -> Text:
    label = fields.label(node.relationship)
    least = Text(f"at least {node.least}", f"au moins {node.least}") if node.least > 1 else None
    if node.child is None:
        told = least or Text("any", "au moins un lien")
        return Text(f"{label.en}: {told.en}", f"{label.fr} : {told.fr}")
    inner = said(node.child, Below(fields, node.relationship))
    if least is None:
        return Text(f"{label.en} ({inner.en})", f"{label.fr} ({inner.fr})")
    return Text(f"{label.en}: {least.en} ({inner.en})", f"{label.fr} : {least.fr} ({inner.fr})")


def sought(node: Words, fields: Registry) -> Text:
    text = cut(node.text) + ("…" if node.form is Form.PREFIX else "")
    en, fr = f"“{text}”", f"« {text} »"
    if node.form is Form.ANY:
        en, fr = f"any word of {en}", f"un mot de {fr}"
    if node.fuzzy:
        en, fr = f"nearly {en}", f"à peu près {fr}"
    if not node.fields:
        return Text(en, fr)
    among = joined([fields.label(one) for one in node.fields[:SHOWN]], Text(", ", ", "))
    return Text(f"{among.en}: {en}", f"{among.fr} : {fr}")


def placed(node: Near | Box | Area | Aged) -> Text:
    match node:
        case Near(latitude, longitude, km):
            place = f"{latitude:g}, {longitude:g}"
            return Text(f"within {km:g} km of {place}", f"à moins de {km:g} km de {place}")
        case Box(west, south, east, north):
            return Text(
                f"box {west:g}, {south:g}, {east:g}, {north:g}",
                f"cadre {west:g}, {south:g}, {east:g}, {north:g}",
            )
        case Area(rings):
            corners = sum(len(ring) - 1 for ring in rings)
            return Text(f"polygon of {corners} corners", f"polygone de {corners} sommets")
        case Aged(oldest, youngest):
            return Text(
                f"{oldest:g} to {youngest:g} million years old",
                f"de {oldest:g} à {youngest:g} millions d’années",
            )


def shown(value: Scalar) -> Text:
    if isinstance(value, bool):
        return Text("yes", "oui") if value else Text("no", "non")
    found = cut(str(value))
    return Text(found.replace("today", "today "), found.replace("today", "aujourd’hui ")) if found.startswith("today") else Text(found, found)  # fmt: skip


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def joined(texts: list[Text], between: Text) -> Text:
    return Text(between.en.join(one.en for one in texts), between.fr.join(one.fr for one in texts))
