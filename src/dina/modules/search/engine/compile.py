"""From a tree to SQL over the entries of one type.

Only field numbers, terms and placeholders stand in the SQL; what somebody wrote is always a value. Every
condition is true or false, never null, so that `Not` means what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.modules.search.engine import within
from dina.modules.search.engine.checks import check_size, is_uuid, text_query
from dina.modules.search.engine.inside import Places, Visible
from dina.modules.search.engine.places import FALSE, TRUE, aged, joined, place
from dina.modules.search.engine.registry import Registry
from dina.modules.search.engine.terms import Condition, Lookup, condition_of, exactly, refused
from dina.modules.search.index.numbers import SHIFT, presence_of, term_of
from dina.modules.search.query import extents, limits
from dina.modules.search.query.folding import words
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
    Words,
)

MAX_VALUES = limits.MAX_VALUES
ORDERS = frozenset({Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN})


@dataclass(frozen=True, slots=True)
class Counted:
    """A condition that is one term or one word."""

    term: int | None = None
    word: str = ""


@dataclass
class Compiler:
    """Compiles trees for one type. `values` are the parameters of the SQL that came of it."""

    connection: AsyncConnection[Any]
    registry: Registry
    type: str
    visible: Visible
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    queries: list[str] = field(default_factory=list[str])
    """The text queries that say how relevant a record is."""
    counted: dict[str, Counted] = field(default_factory=dict[str, "Counted"])
    """Conditions whose records the index has counted: SQL -> by what."""

    def put(self, value: Any) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    async def condition(self, node: Node) -> str:
        """SQL of the whole tree. Raises Problem."""
        check_size(node)
        return await self._of(node, "", "terms", negated=False)

    async def _of(self, node: Node, prefix: str, terms: str, *, negated: bool) -> str:
        match node:
            case All(children):
                parts = [await self._of(one, prefix, terms, negated=negated) for one in children]
                return joined(" AND ", parts, TRUE)
            case AnyOf(children, least):
                parts = [await self._of(one, prefix, terms, negated=negated) for one in children]
                if least <= 1:
                    return joined(" OR ", parts, FALSE)
                return f"({' + '.join(f'({one})::integer' for one in parts) or '0'} >= {int(least)})"
            case Not(child):
                return f"NOT {await self._of(child, prefix, terms, negated=not negated)}"
            case Compare():
                return await self._compare(node, prefix, terms)
            case Words():
                return await self._words(node, prefix, terms, negated)
            case Linked():
                return await self._linked(node, prefix, terms, negated)
            case Ids(values) if prefix:
                number = self.registry.numbers.of(self.type, prefix[:-1]) or 0
                return self._any([term_of(number, one.lower()) for one in values], terms)
            case Ids(values):
                return f"(id = ANY({self.put([one for one in values if is_uuid(one)])}::uuid[]))"
            case Near() | Box() | Area():
                return await self._place(node, prefix, terms)
            case Aged(oldest, youngest):
                if not any(
                    path.startswith(prefix)
                    for pair in self.registry.fields.root(self.type).ages
                    for path in pair
                ):
                    return FALSE
                old, young = sorted((oldest, youngest), reverse=True)
                return aged(self.put, old, young)
            case Kept("inside", which):
                return await self._inside(which, terms)
            case Kept():
                raise Problem(Error("BAD_PARAMETER", key="search.kept", values={"name": node.which}))

    async def _inside(self, which: str, terms: str) -> str:
        """What lies in a storage place; nothing for types that lie nowhere."""
        link = self.registry.fields.root(self.type).place
        number = self.registry.numbers.of(self.type, link) if link else None
        if number is None:
            return FALSE
        units = await Places(self.connection, self.registry, self.visible).within(which)
        return self._any([term_of(number, one) for one in units], terms)

    async def _place(self, node: Near | Box | Area, prefix: str, terms: str) -> str:
        """The record has one place: what is linked has it only where the place comes from there."""
        root = self.registry.fields.root(self.type)
        here = place(self.put, node) if (root.point or "\0").startswith(prefix) else FALSE
        if root.outline is None or not root.outline.startswith(prefix):
            return here
        # Below a link that the point does not come from there is none to go by; at the record it goes first.
        pointed = root.point is not None and root.point.startswith(prefix)
        sides = f"{root.outline[len(prefix) :]}.{extents.MEMBER}"
        boxes: list[str] = []
        for box in extents.parts(extents.box_around(node)):
            compared = (
                Compare(f"{sides}.west", Op.LE, (box.east,)), Compare(f"{sides}.east", Op.GE, (box.west,)),
                Compare(f"{sides}.south", Op.LE, (box.north,)), Compare(f"{sides}.north", Op.GE, (box.south,)),
            )  # fmt: skip
            boxes.append(await self._of(All(compared), prefix, terms, negated=False))
        around = joined(" OR ", boxes, FALSE)
        return f"({here} OR ({'lon IS NULL AND ' if pointed else ''}{around}))"

    async def _compare(self, node: Compare, prefix: str, terms: str) -> str:
        path = prefix + node.field
        fact = self.registry.fields.find(self.type, path)
        number = self.registry.numbers.of(self.type, path)
        if node.op is not Op.EXISTS and not node.values:
            raise refused("search.values", node)
        if len(node.values) > MAX_VALUES:
            raise refused("search.tooMany", node, limit=MAX_VALUES)
        if fact is None:
            link = path.removesuffix(".id")
            if node.field == "id" and not prefix:
                return await self._of(Ids(tuple(str(v) for v in node.values)), "", terms, negated=False)
            if link not in self.registry.fields.links(self.type):
                raise self.unknown(path)
            kind, number = "link", self.registry.numbers.of(self.type, link)
        else:
            kind = self.registry.kind(self.type, fact)
        if node.op is Op.EXISTS:
            return self._exists(kind, path, number, terms)
        if number is None:
            # Nothing has such a value yet; what was asked is judged all the same.
            if exactly(1, kind, node) is None:
                condition_of(kind, node)
            return FALSE
        found = exactly(number, kind, node)
        if found is not None:
            return self._any(found, terms)
        if not node.fold and node.op in ORDERS and kind in ("keyword", "text"):
            placed = await Lookup(self.connection).ordered([number], node)
            if placed is not None:
                return self._any(placed, terms)
        return await self._looked_up([number], condition_of(kind, node), terms, within.literals(node))

    def _exists(self, kind: str, path: str, number: int | None, terms: str) -> str:
        if kind == "geo":
            return "(lon IS NOT NULL)"
        numbers = [number] if number is not None else []
        if kind in ("map", "object"):
            numbers = [n for (t, p), n in self.registry.numbers.known.items() if t == self.type and p.startswith(path + ".")]  # fmt: skip
        return self._any([presence_of(one) for one in numbers], terms)

    async def _looked_up(
        self, numbers: Sequence[int], condition: Condition, terms: str, within_: Sequence[str] | None
    ) -> str:
        found = await Lookup(self.connection).find(numbers, condition, within_)
        if found is not None:
            return self._any(found, terms)
        text, values = condition
        for value in values:
            text = text.replace("%s", self.put(value), 1)
        return (
            f"EXISTS (SELECT FROM search.term t WHERE t.id = ANY({terms}) "
            f"AND t.id >> {SHIFT} = ANY({self.put(list(numbers))}) AND {text})"
        )

    def _any(self, found: Sequence[int], terms: str) -> str:
        if not found:
            return FALSE
        given = self.put(sorted(set(found)))
        text = f"({terms} {'@>' if len(set(found)) == 1 else '&&'} {given}::bigint[])"
        if len(set(found)) == 1:
            self.counted[text] = Counted(term=found[0])
        return text

    async def _words(self, node: Words, prefix: str, terms: str, negated: bool) -> str:
        sought = words(node.text)
        if not sought:
            return FALSE if node.form is Form.ANY else TRUE
        lookup = Lookup(self.connection)
        fuzzy = node.fuzzy and node.form is not Form.PHRASE
        forms = [await lookup.alike(word) if fuzzy else [word] for word in sought]
        if not node.fields and not prefix:
            query = text_query(forms, node.form)
            if not negated:
                self.queries.append(query)
            text = f"(words @@ {self.put(query)}::tsquery)"
            if len(sought) == 1 and not fuzzy and node.form is not Form.PREFIX:
                self.counted[text] = Counted(word=sought[0])
            return text
        numbers = self._numbers(node, prefix)
        if node.form is Form.PHRASE:
            return await self._phrase(lookup, numbers, forms, terms)
        parts: list[str] = []
        for at, alternatives in enumerate(forms):
            beginning = node.form is Form.PREFIX and at == len(forms) - 1
            found: set[int] = set()
            for word in alternatives:
                found |= await self._holding(lookup, numbers, word, beginning and word == sought[at])
            parts.append(self._any(sorted(found), terms))
        return joined(" OR " if node.form is Form.ANY else " AND ", parts, FALSE)

    async def _holding(self, lookup: Lookup, numbers: list[int], word: str, beginning: bool) -> set[int]:
        found = await lookup.texts(numbers, word)
        if found is None:
            raise Problem(Error("BAD_PARAMETER", key="search.tooWide", values={"text": word}))
        if beginning:
            return {term for term, text in found if any(one.startswith(word) for one in words(text))}
        return {term for term, text in found if word in words(text)}

    async def _phrase(self, lookup: Lookup, numbers: list[int], forms: list[list[str]], terms: str) -> str:
        found = [one for word in forms[0] for one in await lookup.texts(numbers, word) or ()]
        kept: list[int] = []
        for term, text in found:
            own = words(text)
            if any(
                all(
                    at + place < len(own) and own[at + place] in alternatives
                    for place, alternatives in enumerate(forms)
                )
                for at in range(len(own))
            ):
                kept.append(term)
        return self._any(kept, terms)

    def _numbers(self, node: Words, prefix: str) -> list[int]:
        """The fields that words are sought in: those named, or all with words."""
        known = self.registry.numbers.known
        found: list[int] = []
        for name in node.fields or ("",):
            path = prefix + name
            if name and self.registry.fields.find(self.type, path) is None:
                raise self.unknown(path)
            for (type_, one), number in known.items():
                if type_ != self.type or not (one == path if name else one.startswith(path)):
                    continue
                if name:
                    found.append(number)
                    continue
                fact = self.registry.fields.find(self.type, one)
                kind = self.registry.numbers.kinds[(type_, one)]
                if fact is not None and fact.weight is not None and kind in ("keyword", "text"):
                    found.append(number)
        return found

    async def _linked(self, node: Linked, prefix: str, terms: str, negated: bool) -> str:
        path = prefix + node.relationship
        if path not in self.registry.fields.links(self.type):
            raise self.unknown(path)
        number = self.registry.numbers.of(self.type, path)
        if number is None:
            return FALSE
        there = self._any([presence_of(number)], terms)
        own = f"t > {presence_of(number)} AND t < {presence_of(number + 1)}"
        if node.child is None:
            several = f"(SELECT count(*) FROM unnest({terms}) t WHERE {own}) >= {int(node.least)}"
            return there if node.least < 2 else f"({there} AND {several})"
        if node.least > 1 and terms != "terms":
            raise Problem(Error("BAD_PARAMETER", key="search.countBelow", values={"path": path}))
        together = await self._of(node.child, path + ".", terms, negated=negated)
        if terms != "terms" or not self.registry.fields.leads_to_many(self.type, tuple(path.split("."))):
            return f"({there} AND {together})" if node.least < 2 else FALSE
        apart = await self._of(node.child, path + ".", "part", negated=negated)
        key = self.put(path)
        if node.least > 1:
            # A part holds the term of the one record that it is of.
            which = f"(SELECT t FROM unnest(part) t WHERE {own})"
            return (
                f"({there} AND (SELECT count(DISTINCT {which}) FROM search.parts(parts -> {key}) AS p (part) "
                f"WHERE {apart}) >= {int(node.least)})"
            )
        return (
            f"({there} AND CASE WHEN parts IS NULL OR parts -> {key} IS NULL THEN {together} ELSE "
            f"EXISTS (SELECT FROM search.parts(parts -> {key}) AS p (part) WHERE {apart}) END)"
        )

    def unknown(self, path: str) -> Problem:
        values = {"path": path, "type": self.type}
        return Problem(
            Error("UNKNOWN_ATTRIBUTE", key="search.unknownField", values=values, meta={"field": path})
        )
