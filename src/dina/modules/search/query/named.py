"""Terms with a name before a colon: a short name or fields, and the value that follows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dina.base.text import Text
from dina.modules.search.query import limits, values
from dina.modules.search.query.fields import Below, FieldKind, Registry, near_names
from dina.modules.search.query.folding import words
from dina.modules.search.query.names import Name, Names, names_below
from dina.modules.search.query.parsed import Doubt, Term
from dina.modules.search.query.reading import Ages
from dina.modules.search.query.saying import cut, period
from dina.modules.search.query.scanning import Scanner, Word, plain, word_of
from dina.modules.search.query.tree import AnyOf, Compare, Form, Kept, Linked, Node, Not, Op, Words
from dina.modules.search.query.values import Asked, NotUnderstood

MAX_DOUBTS = 20
QUOTED = re.compile(r'"([^"\\]*)"')
MAX_GUESSES = 5
"""Doubts for which fields that may have been meant are looked for."""
PLACES = {"near": values.near, "box": values.box, "polygon": values.polygon, "id": values.ids}


@dataclass(frozen=True)
class Scope:
    """The fields and names that can be used here."""

    fields: Registry
    names: Names


@dataclass
class NamedTerms:
    """What a reader of the search box knows of names."""

    text: str
    ages: Ages
    doubts: list[Doubt] = field(default_factory=list[Doubt])

    def __post_init__(self) -> None:
        self.scan = Scanner(self.text)

    def doubt(self, key: str, start: int, end: int, **values: Any) -> None:
        if len(self.doubts) < MAX_DOUBTS:
            self.doubts.append(Doubt(key, start, end, values))

    def group(self, scope: Scope, level: int, start: int) -> Term | None:
        """A group in parentheses."""
        raise NotImplementedError

    def named(self, scope: Scope, level: int, spelling: str, start: int) -> Term | None:
        """A term with a name. What means nothing is words, and said so; None when no letter or digit is left."""
        self.scan.at = start + len(spelling) + 1
        self.scan.blank()
        name = scope.names.find(spelling)
        exact = self.scan.next in ("=", "~")
        try:
            if name is not None and name.form and not (exact and scope.fields.kind(spelling) is not None):
                node, kind = self.special(scope, name), name.form
            else:
                name = name if name is not None and not name.form else self.by_path(scope, spelling)
                node, kind = self.field(scope, level, name), "field"
        except NotUnderstood as fault:
            said = {key: str(one)[:200] for key, one in fault.values.items()}
            self.doubt(fault.key, start, self.scan.at, **said)
            return self.as_words(start)
        said = told(node, self.text[start + len(spelling) + 1 : self.scan.at])
        label = Text(f"{name.label.en}: {said.en}", f"{name.label.fr} : {said.fr}")
        return Term(node, start, self.scan.at, kind, label)

    def as_words(self, start: int) -> Term | None:
        """What has been read since then as words."""
        found = [word_of(raw) for raw in self.text[start : self.scan.at].replace('"', " ").split()]
        node = words_node(found, (), self.scan.at == len(self.text))
        said = self.text[start : self.scan.at]
        return None if node is None else Term(node, start, self.scan.at, "words", Text(said, said))

    def by_path(self, scope: Scope, spelling: str) -> Name:
        """Fields named by their own paths. Raises NotUnderstood."""
        paths = tuple(spelling.split(","))
        for path in paths:
            if scope.fields.kind(path) is None:
                names = near_names(path, scope.fields) if len(self.doubts) < MAX_GUESSES else []
                key = "query.unknownFieldNear" if names else "query.unknownField"
                self.scan.word()
                raise NotUnderstood(key, field=path, near=", ".join(names))
        return Name((), (), scope.fields.label(paths[0]), paths)

    def special(self, scope: Scope, name: Name) -> Node:
        """Names with a syntax of their own. Raises NotUnderstood."""
        text = plain(self.scan.value())
        if not text:
            raise NotUnderstood("query.box.noValue", field=name.en[0])
        if name.form == "age":
            return values.age(text, self.ages)
        if name.form in ("set", "saved", "inside"):
            return Kept(name.form, text[: limits.MAX_TEXT])
        if name.form in PLACES:
            return PLACES[name.form](text)
        if name.form == "is":
            paths = scope.names.states.get(text.casefold())
            if paths is None:
                raise NotUnderstood("query.box.is", value=text, choices=", ".join(scope.names.states))
            return any_of([state(path, scope.fields) for path in paths])
        known = scope.names.find(text)
        named = known if known is not None and not known.form else self.by_path(scope, text)
        there = any_of([exists(path, scope.fields) for path in named.paths])
        return there if name.form == "has" else Not(there)

    def field(self, scope: Scope, level: int, name: Name) -> Node:
        """A comparison of the fields of a name. Raises NotUnderstood."""
        whole = self.scan.takes("=")
        exactly = whole and self.scan.takes("=")
        sought = not whole and self.scan.takes("~")
        kinds = {path: scope.fields.kind(path) or FieldKind.OBJECT for path in name.paths}
        texts = tuple(path for path, kind in kinds.items() if kind is FieldKind.TEXT)
        first = name.paths[0]
        if self.scan.next == "(" and not whole:
            if kinds[first] is FieldKind.LINK:
                return self.linked(scope, level, first)
            if texts:
                return self.within(self.scan.enclosed(), texts, first)
        start = self.scan.at
        asked = Asked(self.scan.value(), not exactly)
        if (sought or (name.words and not whole)) and texts and not is_compared(asked):
            return self.words_in(asked, texts, first)
        if not asked.chars:
            raise NotUnderstood("query.box.noValue", field=first)
        found, faults = [], []
        for path, kind in kinds.items():
            try:
                found.append(asked.nodes(path, kind))
            except NotUnderstood as fault:
                faults.append(fault)
        if not found:
            raise faults[0]
        for low, high in asked.turned[:1]:
            self.doubt("query.reversed", start, self.scan.at, low=low, high=high)
        return any_of(found)

    def linked(self, scope: Scope, level: int, path: str) -> Node:
        below = Scope(Below(scope.fields, path), names_below())
        group = self.group(below, level, self.scan.at)
        return Linked(path, group.node if group else None)

    def within(self, text: str, paths: tuple[str, ...], field: str) -> Node:
        """Several words in the same fields."""
        found = [word_of(raw) for raw in text.split()[: limits.MAX_FIELDS]]
        node = words_node([Word(one.text, one.begins, found[0].fuzzy) for one in found], paths, False)
        if node is None:
            raise NotUnderstood("query.box.noValue", field=field)
        return node

    def words_in(self, asked: Asked, paths: tuple[str, ...], field: str) -> Node:
        """The words of a value in some fields; a quoted one is a phrase."""
        text = plain(asked.chars)[: limits.MAX_TEXT]
        if any(quoted for _, quoted in asked.chars):
            node = Words(text, paths, Form.PHRASE) if words(text) else None
        else:
            node = words_node([word_of(text)], paths, self.scan.at == len(self.text))
        if node is None:
            raise NotUnderstood("query.box.noValue", field=field)
        return node


def told(node: Node, typed: str) -> Text:
    """A value as people read it on a chip: without the signs that say how it is compared where they add nothing."""
    if isinstance(node, Compare) and node.values and (since := period(node)) is not None:
        return since
    plain = typed.strip().lstrip("=~")
    quoted = QUOTED.fullmatch(plain)
    text = cut(quoted[1] if quoted else plain)
    return Text(text, text)


def is_compared(asked: Asked) -> bool:
    """Whether a value is more than words: has wildcards before its end, or is a list or a range."""
    signs = "".join(one if not quoted else "x" for one, quoted in asked.chars)
    body = signs.rstrip("*~")
    return not body or any(sign in body for sign in "*?|,") or ".." in body or body[0] in "<>"


def words_node(found: list[Word], paths: tuple[str, ...], open_: bool) -> Words | None:
    """The words as one node; None when there is no letter or digit in them."""
    text = " ".join(one.text for one in found if one.text)[: limits.MAX_TEXT].strip()
    if not words(text):
        return None
    form = Form.PREFIX if found[-1].begins or open_ else Form.ALL
    return Words(text, paths, form, found[0].fuzzy)


def any_of(nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))


def exists(path: str, fields: Registry) -> Node:
    return Linked(path) if fields.kind(path) is FieldKind.LINK else Compare(path, Op.EXISTS)


def state(path: str, fields: Registry) -> Node:
    """True for what is true or false, else that there is a value."""
    if fields.kind(path) is FieldKind.BOOLEAN:
        return Compare(path, Op.EQ, (True,))
    return exists(path, fields)
