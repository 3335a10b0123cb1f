"""A search tree as text for the search box: `language.parse` gives the same tree back.

Not every tree can be said there: at least two of several, words of which any may occur, and texts with signs
in them cannot.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dina.modules.search.query.folding import signs, words
from dina.modules.search.query.language import AND, MAX_LEVEL, NOT, OR
from dina.modules.search.query.names import Names, spelled
from dina.modules.search.query.reading import UNSAFE
from dina.modules.search.query.scanning import NAME
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

PLAIN_VALUE = re.compile(r"[\w/:+.-]+")
COMPARED = {Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
KEYWORDS = OR | AND | NOT
SIGNS = frozenset('"()*?~')


class Inexpressible(ValueError):
    """The tree cannot be said in the language of the search box."""


@dataclass(frozen=True)
class Naming:
    """How fields are called in the text: by short names where they stand for just these fields, else by paths.

    `taken` are the spellings of short names, which no path may be mistaken for; `typed` is the text of parts that
    are given back as they were typed.
    """

    names: Mapping[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    taken: frozenset[str] = frozenset()
    typed: Mapping[Node, str] = field(default_factory=dict["Node", str])

    @classmethod
    def of(cls, names: Names, language: str, typed: Mapping[Node, str]) -> Naming:
        short: dict[tuple[str, ...], str] = {}
        for one in dict.fromkeys(names.by_spelling.values()):
            known = (said for said in one.spellings(language) if names.find(said) is one)
            if not one.form and (said := next(known, None)):
                short.setdefault(one.paths, said)
        return cls(short, frozenset(names.by_spelling), typed)


PATHS = Naming()


def write(tree: Node, naming: Naming = PATHS) -> str:
    """The text of a tree. Raises Inexpressible."""
    return _Writer(naming).whole(tree)


@dataclass(frozen=True)
class _Writer:
    naming: Naming

    def whole(self, tree: Node) -> str:
        if isinstance(tree, All) and not tree.children:
            return ""
        return self.every(tree, 0) if isinstance(tree, All) else self.term(tree, 0)

    def every(self, tree: All, level: int) -> str:
        if len(tree.children) < 2:
            raise Inexpressible("a group of less than two")
        return " ".join(self.term(child, level) for child in tree.children)

    def term(self, tree: Node, level: int) -> str:
        if level > MAX_LEVEL - 2:
            raise Inexpressible("too deep")
        if (typed := self.naming.typed.get(tree) if self.naming.typed else None) is not None:
            return f"({typed})"
        match tree:
            case All(()):
                return "*"
            case All():
                return f"({self.every(tree, level + 1)})"
            case AnyOf(children, least):
                if len(children) < 2 or least != 1:
                    raise Inexpressible("not one of several")
                return (
                    self.shared(tree) or f"({' OR '.join(self.term(child, level + 1) for child in children)})"
                )
            case Not(child):
                inner = self.term(child, level + 1)
                return f"-({inner})" if inner.startswith("-") else "-" + inner
            case Compare():
                return f"{self.path(tree.field)}:{_compared(tree)}"
            case Words():
                return self.words(tree)
            case Linked():
                return self.linked(tree, level)
            case Kept(kind, which):
                if UNSAFE.search(which) or not which:
                    raise Inexpressible("a name that cannot be typed")
                return f"{kind}:{_scalar(which)}"
            case _:
                return _place(tree)

    def shared(self, tree: AnyOf) -> str | None:
        """The same asked of all fields that one name stands for."""
        compared = [child for child in tree.children if isinstance(child, Compare)]
        name = self.naming.names.get(tuple(one.field for one in compared))
        alike = {replace(one, field="") for one in compared}
        if name is None or len(alike) > 1 or len(compared) < len(tree.children):
            return None
        return f"{name}:{_compared(compared[0])}"

    def linked(self, tree: Linked, level: int) -> str:
        path = self.path(tree.relationship)
        if tree.least > 1:
            if tree.child is not None:
                raise Inexpressible("several that meet something")
            return f"{path}:>={tree.least}"
        if tree.child is None:
            return f"has:{path}" if "," not in path else f"{path}:>=1"
        # The names are those of fields of the record, not of what it is linked to.
        below = _Writer(Naming(typed=self.naming.typed))
        if isinstance(tree.child, All) and tree.child.children:
            return f"{path}:({below.every(tree.child, level + 1)})"
        return f"{path}:({below.term(tree.child, level + 1)})"

    def path(self, path: str) -> str:
        """A name that stands for the field alone, else its path, written twice where it is a name of something else."""
        _spoken(path)
        short = self.naming.names.get((path,))
        return short or (f"{path},{path}" if spelled(path) in self.naming.taken else path)

    def among(self, fields: tuple[str, ...]) -> str:
        return self.naming.names.get(fields) or (
            self.path(fields[0]) if len(fields) == 1 else ",".join(map(_spoken, fields))
        )

    def words(self, tree: Words) -> str:
        if UNSAFE.search(tree.text) or not words(tree.text) or tree.form is Form.ANY:
            raise Inexpressible("words")
        if len(set(tree.fields)) < len(tree.fields):
            raise Inexpressible("a field twice")
        among = f"{self.among(tree.fields)}:~" if tree.fields else ""
        if tree.form is Form.PHRASE:
            if tree.fuzzy:
                raise Inexpressible("a phrase with slips")
            return among + quoted(tree.text)
        tokens = tree.text.split(" ")
        for token in tokens:
            odd = any(sign.isspace() or sign in SIGNS for sign in token)
            if not token or odd or token[0] == "-" or token in KEYWORDS or NAME.match(token):
                raise Inexpressible("words with signs")
        shown = [token + "~" for token in tokens] if tree.fuzzy else tokens
        return f"{among}({' '.join(shown)}{'*' if tree.form is Form.PREFIX else ''})"


def _spoken(path: str) -> str:
    """A path that can stand before a colon. Raises Inexpressible."""
    if not NAME.fullmatch(path + ":") or "," in path:
        raise Inexpressible("a key with signs")
    return path


def _compared(tree: Compare) -> str:
    return f"{'=' if tree.fold else '=='}{_value(tree)}"


def _place(tree: Ids | Near | Box | Area | Aged) -> str:
    match tree:
        case Ids(values):
            if not values:
                raise Inexpressible("no id")
            return "id:" + "|".join(values)
        case Near(latitude, longitude, km):
            return f"near:{number(latitude)},{number(longitude)},{number(km)}km"
        case Box(west, south, east, north):
            return f"box:{number(west)},{number(south)},{number(east)},{number(north)}"
        case Area(rings):
            return "polygon:" + "|".join(
                ";".join(f"{number(x)},{number(y)}" for x, y in ring) for ring in rings
            )
        case Aged(oldest, youngest):
            return f"age:{number(oldest)}..{number(youngest)}"


def number(value: float) -> str:
    """With all its digits, a whole one without a point."""
    return repr(int(value)) if float(value).is_integer() else repr(value)


def _value(tree: Compare) -> str:
    values = [_scalar(value) for value in tree.values]
    if any(UNSAFE.search(str(value)) for value in tree.values):
        raise Inexpressible("a character that cannot be typed")
    match tree.op:
        case Op.EQ:
            return values[0]
        case Op.IN:
            return values[0] + "|" if len(values) == 1 else "|".join(values)
        case Op.BETWEEN:
            return "..".join(values)
        case Op.EXISTS:
            return "*"
        case Op.LIKE:
            return _like(str(tree.values[0]))
        case Op.PREFIX | Op.SUFFIX | Op.CONTAINS:
            if not tree.values[0]:
                raise Inexpressible("nothing to begin with")
            before = "" if tree.op is Op.PREFIX else "*"
            return before + values[0] + ("" if tree.op is Op.SUFFIX else "*")
        case _:
            return COMPARED[tree.op] + values[0]


def _like(pattern: str) -> str:
    shown = signs(pattern)
    wild = [at for at, (_, is_wild) in enumerate(shown) if is_wild]
    stars = all(shown[at][0] == "*" for at in wild)
    last = len(shown) - 1
    simpler = stars and (wild in ([0], [last]) or (wild == [0, last] and last > 1))
    canonical = "".join("\\" + one if not is_wild and one in "*?\\" else one for one, is_wild in shown)
    if not wild or simpler or canonical != pattern:
        raise Inexpressible("a pattern that is something simpler")
    return "".join(one if is_wild else quoted(one) for one, is_wild in shown).replace('""', "")


def _scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else repr(value)
    return text if PLAIN_VALUE.fullmatch(text) and ".." not in text else quoted(text)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
