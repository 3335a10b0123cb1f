"""Pages of an answer: the order, where a page begins, and cursors that go on from a record."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from dina.base.errors import Error, Problem
from dina.modules.search.engine.asking import Asking
from dina.modules.search.engine.model import SCORE, Search, Sort
from dina.modules.search.index.numbers import SHIFT
from dina.modules.search.index.places import sorts_by

RANKED = 5_000
"""More records than this are not ordered by how well they fit."""
TITLE = "_title"
ID = "id"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the order: SQL, and which way. `certain`: every record has a value."""

    text: str
    descending: bool = False
    certain: bool = False
    cast: str = "jsonb"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The record that a page ended with."""

    ranked: bool
    keys: list[Any]
    id: str

    def text(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.ranked, self.keys, self.id])).decode().rstrip("=")


def cursor_of(text: str) -> Cursor:
    """Raises Problem for what is no cursor of ours."""
    try:
        ranked, keys, id_ = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(ranked, bool) or not isinstance(keys, list) or not isinstance(id_, str):
            raise ValueError
        return Cursor(ranked, keys, id_)  # pyright: ignore[reportUnknownArgumentType]
    except ValueError:
        raise Problem(
            Error("BAD_PARAMETER", key="search.cursor", pointer="/data/attributes/page/after")
        ) from None


def ranked(asking: Asking, search: Search, total: int) -> bool:
    """Whether relevance counts: asked for, or nothing else was, and there are not too many."""
    wanted = not search.sort or any(one.field == SCORE for one in search.sort)
    return wanted and bool(asking.queries) and total <= RANKED


def keys_of(asking: Asking, search: Search, rank: bool) -> list[Key]:
    """The keys in their order; the last resort is the title, then always the id."""
    found: list[Key] = []
    for sort in search.sort or (Sort(SCORE),):
        if sort.field == SCORE:
            if rank:
                # The best come first, whichever way was asked for.
                found.append(Key(score(asking), True, True, "float8"))
        elif sort.field != "id":
            found.append(field_key(asking, sort))
        elif not found:
            # Nothing is left to be ordered after it.
            return [Key(ID, sort.descending, certain=True, cast="uuid")]
    return found or [Key(f"(sorts -> '{TITLE}')", certain=True)]


def score(asking: Asking) -> str:
    """How well a record fits: names and identifiers count most, running text least."""
    asking.values["rank"] = " & ".join(f"({one})" for one in asking.queries)
    return "round(ts_rank('{0.05,0.15,0.45,1.0}', words, %(rank)s::tsquery)::numeric, 5)::float8"


def field_key(asking: Asking, sort: Sort) -> Key:
    """The key of a field: kept with the entry for what is often sorted by, else looked up. Raises Problem."""
    facts = [asking.registry.fields.find(type_, sort.field) for type_ in asking.types]
    if not any(facts):
        values = {"path": sort.field, "type": ", ".join(asking.types)}
        raise Problem(
            Error("UNKNOWN_ATTRIBUTE", key="search.unknownField", values=values, meta={"field": sort.field})
        )
    if any(fact is not None and fact.kind in ("map", "object", "geo") for fact in facts):
        raise Problem(Error("BAD_PARAMETER", key="search.sort", values={"field": sort.field}))
    name = f"s{len(asking.values)}"
    if all(fact is None or sorts_by(fact) for fact in facts):
        asking.values[name] = sort.field
        return Key(f"(sorts -> %({name})s)", sort.descending)
    numbers = [
        n for type_ in asking.types if (n := asking.registry.numbers.of(type_, sort.field)) is not None
    ]
    asking.values[name] = numbers
    pick = "max" if sort.descending else "min"
    value = f'coalesce(to_jsonb({pick}(t.low)), to_jsonb({pick}(left(coalesce(t.ordered, t.folded), 60) COLLATE "C")))'
    return Key(f"(SELECT {value} FROM search.term t WHERE t.id = ANY(terms) AND t.id >> {SHIFT} = ANY(%({name})s))", sort.descending)  # fmt: skip


def order_by(keys: Sequence[Key]) -> str:
    parts = [
        f"k{n} {'DESC' if key.descending else 'ASC'}{'' if key.certain else ' NULLS LAST'}"
        for n, key in enumerate(keys)
    ]
    return ", ".join([*parts, "id"])


def after(keys: Sequence[Key], cursor: Cursor, values: dict[str, Any]) -> str:
    """SQL of what comes after the cursor's record. Raises Problem where it is one of another order."""
    if len(cursor.keys) != len(keys):
        raise Problem(Error("BAD_PARAMETER", key="search.cursor", pointer="/data/attributes/page/after"))
    values["after_id"] = cursor.id
    if keys[0].text == ID:
        return f"id {'<' if keys[0].descending else '>'} %(after_id)s::uuid"
    if len(keys) == 1 and keys[0].certain:
        # Written as one comparison, so that the index is entered where the page begins.
        sign = "<" if keys[0].descending else ">"
        given = given_of(0, keys[0], cursor, values)
        if keys[0].descending:
            return (
                f"({keys[0].text} {sign} {given} OR ({keys[0].text} = {given} AND id > %(after_id)s::uuid))"
            )
        return f"({keys[0].text}, id) {sign} ({given}, %(after_id)s::uuid)"
    parts: list[str] = []
    same: list[str] = []
    for number, key in enumerate(keys):
        given = given_of(number, key, cursor, values)
        sign = "<" if key.descending else ">"
        if cursor.keys[number] is not None:
            later = f"({key.text} {sign} {given}" + ("" if key.certain else f" OR {key.text} IS NULL") + ")"
            parts.append(" AND ".join([*same, later]))
            same.append(f"{key.text} = {given}")
        else:
            same.append(f"{key.text} IS NULL")
    parts.append(" AND ".join([*same, "id > %(after_id)s::uuid"]))
    return f"({' OR '.join(f'({part})' for part in parts)})"


def given_of(number: int, key: Key, cursor: Cursor, values: dict[str, Any]) -> str:
    value = cursor.keys[number]
    name = f"after_{number}"
    values[name] = orjson.dumps(value).decode() if key.cast == "jsonb" and value is not None else value
    return f"%({name})s::{key.cast}"
