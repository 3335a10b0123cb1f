"""The meaning of a search, said in plain Python: what every engine must answer.

Words: every word (a run of letters and digits, folded) is looked for among the words of the fields searched;
with several words they may stand in different fields, as a phrase they follow each other in one value. As a
beginning, the last word may be the start of a word. `fuzzy` forgives slips (`folding.slips`), but not in a
phrase. Without any word in it, a text asks for nothing: all, phrase and prefix hold, any does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from dina.base.json import is_object
from dina.modules.search.query import dates, earth, extents
from dina.modules.search.query.fields import Below, FieldKind, Registry
from dina.modules.search.query.folding import alike, fold, natural, signs, words
from dina.modules.search.query.record import Record
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


def holds(tree: Node, record: Record, fields: Registry) -> bool:
    """Whether a record satisfies the tree. `fields` are those of the record's type."""
    match tree:
        case All(children):
            return all(holds(child, record, fields) for child in children)
        case AnyOf(children, least):
            held = sum(holds(child, record, fields) for child in children)
            return held >= least and held > 0
        case Not(child):
            return not holds(child, record, fields)
        case Compare():
            return _compare(tree, record, fields)
        case Words():
            return _words(tree, record, fields)
        case Ids(values):
            return record.id in {value.lower() for value in values}
        case Linked(relationship, child, least):
            below = Below(fields, relationship)
            met = {one.id for one in record.linked(relationship) if child is None or holds(child, one, below)}
            return len(met) >= least
        case Kept():
            raise ValueError("a set or a saved search is put into what it stands for first")
        case Near() | Box() | Area():
            return _is_there(tree, record, fields)
        case Aged():
            return any(overlaps(tree, old, young) for old, young in ages(record, fields))


def _is_there(asked: Near | Box | Area, record: Record, fields: Registry) -> bool:
    """By its point; without one, by the box around its outline."""
    found = points(record, fields)
    if not found and fields.outline:
        boxes = [extents.extent_of(one) for one in record.values(fields.outline) if is_object(one)]
        return any(box and extents.meets(box, asked) for box in boxes)
    match asked:
        case Near():
            return any(earth.is_near(asked, point) for point in found)
        case Box():
            return any(earth.in_box(asked, point) for point in found)
        case Area():
            return any(earth.in_area(asked, point) for point in found)


def points(record: Record, fields: Registry) -> list[earth.Point]:
    """Where a record is, by every field that says so."""
    found = [value for path in fields.points for value in record.values(path) if is_object(value)]
    return [(float(one["coordinates"][0]), float(one["coordinates"][1])) for one in found]


def ages(record: Record, fields: Registry) -> list[tuple[float, float]]:
    """Greatest and least age, by the first pair of fields that has both."""
    for old, young in fields.ages:
        pairs = zip(record.values(old), record.values(young), strict=False)
        found = [(float(greatest), float(least)) for greatest, least in pairs]
        if found:
            return found
    return []


def overlaps(asked: Aged, old: float, young: float) -> bool:
    """Spans of time overlap when they share more than a boundary.

    An age without extent belongs to the younger of the two spans that meet there, at the present to both.
    """
    if old == young == asked.oldest:
        return True
    reaches = old >= asked.youngest if asked.youngest in (0, asked.oldest) else old > asked.youngest
    return reaches and young < asked.oldest


def _compare(asked: Compare, record: Record, fields: Registry) -> bool:
    found = record.values(asked.field)
    if asked.op is Op.EXISTS:
        return any(value not in ("", {}) for value in found)
    kind = fields.kind(asked.field)
    return any(_one(asked, value, kind) for value in found)


def _one(asked: Compare, value: Any, kind: FieldKind | None) -> bool:
    match kind:
        case FieldKind.DATE:
            return _date(asked, value, dates.days)
        case FieldKind.DATETIME:
            return _date(asked, value, dates.instants)
        case FieldKind.NUMBER:
            return _ordered(asked.op, float(value), [float(one) for one in asked.values])
        case FieldKind.BOOLEAN:
            return value is asked.values[0]
        case FieldKind.UUID:
            return str(value).lower() in {str(one).lower() for one in asked.values}
        case FieldKind.TEXT:
            return _text(asked, value if isinstance(value, str) else _written(value))
        case _:
            return False


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _date(asked: Compare, value: Any, read: Callable[[str], dates.Span | None]) -> bool:
    recorded = read(str(value))
    spans = [read(str(one)) for one in asked.values]
    if recorded is None or None in spans:
        return False
    return dates.compares(asked.op, recorded, tuple(span for span in spans if span is not None))


def _ordered(op: Op, value: Any, asked: Sequence[Any]) -> bool:
    match op:
        case Op.EQ | Op.IN:
            return value in asked
        case Op.LT:
            return value < asked[0]
        case Op.LE:
            return value <= asked[0]
        case Op.GT:
            return value > asked[0]
        case Op.GE:
            return value >= asked[0]
        case Op.BETWEEN:
            return asked[0] <= value <= asked[1]
        case _:
            return False


def _text(asked: Compare, value: str) -> bool:
    def seen(one: Scalar) -> str:
        return fold(str(one)) if asked.fold else str(one)

    value, given = seen(value), [seen(one) for one in asked.values]
    match asked.op:
        case Op.EQ | Op.IN:
            return value in given
        case Op.PREFIX:
            return value.startswith(given[0])
        case Op.SUFFIX:
            return value.endswith(given[0])
        case Op.CONTAINS:
            return given[0] in value
        case Op.LIKE:
            return re.fullmatch(pattern(str(asked.values[0]), asked.fold), value, re.DOTALL) is not None
        case _:
            return _ordered(asked.op, natural(value), [natural(one) for one in given])


def pattern(like: str, folded: bool) -> str:
    """The regular expression of a text with `*` and `?`."""
    return "".join(
        {"*": ".*", "?": "."}[sign] if wild else re.escape(fold(sign) if folded else sign)
        for sign, wild in signs(like)
    )


def _words(asked: Words, record: Record, fields: Registry) -> bool:
    found, known = _written_in(record, tuple(asked.fields or fields.searched))
    wanted = words(asked.text)
    if asked.form is Form.PHRASE:
        return not wanted or any(_phrase(wanted, one) for one in found)
    there = [_known(word, known, asked.fuzzy) for word in wanted]
    if asked.form is Form.ANY:
        return any(there)
    if asked.form is Form.PREFIX and wanted:
        there[-1] = there[-1] or any(word.startswith(wanted[-1]) for word in known)
    return all(there)


def _written_in(record: Record, paths: tuple[str, ...]) -> tuple[list[list[str]], set[str]]:
    """The words of each value in some fields of a record, and all of them; kept with the record."""
    made = record.kept.get(paths)
    if made is None:
        values = [value for path in paths for value in record.values(path)]
        found = [words(str(value)) for value in values if isinstance(value, (str, int, float))]
        made = record.kept[paths] = (found, {word for one in found for word in one})
    return made


def _known(word: str, known: set[str], fuzzy: bool) -> bool:
    return word in known or (fuzzy and any(alike(word, one) for one in known))


def _phrase(wanted: list[str], found: list[str]) -> bool:
    starts = range(len(found) - len(wanted) + 1)
    return any(found[start : start + len(wanted)] == wanted for start in starts)
