"""What a search knows of the fields of a type: their kinds, and what each kind can be asked."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from dina.base.text import Text
from dina.modules.search.query.folding import fold
from dina.modules.search.query.tree import Op


class FieldKind(enum.Enum):
    """Kinds of fields. `link` leads to other resources, `object` holds members or nothing that is compared."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "date-time"
    UUID = "uuid"
    POINT = "point"
    OBJECT = "object"
    LINK = "link"


ORDERED = frozenset({Op.EQ, Op.IN, Op.LT, Op.LE, Op.GT, Op.GE, Op.BETWEEN, Op.EXISTS})
OPERATORS: Mapping[FieldKind, frozenset[Op]] = {
    FieldKind.TEXT: frozenset(Op),
    FieldKind.NUMBER: ORDERED,
    FieldKind.BOOLEAN: frozenset({Op.EQ, Op.EXISTS}),
    FieldKind.DATE: ORDERED,
    FieldKind.DATETIME: ORDERED,
    FieldKind.UUID: frozenset({Op.EQ, Op.IN, Op.EXISTS}),
    FieldKind.POINT: frozenset({Op.EXISTS}),
    FieldKind.OBJECT: frozenset({Op.EXISTS}),
    FieldKind.LINK: frozenset({Op.EXISTS}),
}


class Registry(Protocol):
    """The fields of one type as a search sees them. Paths are dotted, as in the tree."""

    @property
    def searched(self) -> Sequence[str]:
        """The fields whose words are found without naming a field."""
        ...

    @property
    def points(self) -> Sequence[str]:
        """The fields that say where: GeoJSON points."""
        ...

    @property
    def outline(self) -> str:
        """The field with the outline of a place, which counts where there is no point; empty for none."""
        ...

    @property
    def ages(self) -> Sequence[tuple[str, str]]:
        """The fields that say how old: greatest and least age, in million years."""
        ...

    def kind(self, path: str) -> FieldKind | None:
        """The kind of a field; None if there is no such field."""
        ...

    def label(self, path: str) -> Text:
        """What people call a field."""
        ...

    def paths(self) -> Iterable[str]:
        """Every field there is; one that ends in `.*` stands for any key."""
        ...


@dataclass(frozen=True)
class Declared:
    """A registry that is written down. `a.b.*` declares every key below `a.b`."""

    kinds: Mapping[str, FieldKind]
    searched: Sequence[str] = ()
    points: Sequence[str] = ()
    ages: Sequence[tuple[str, str]] = ()
    labels: Mapping[str, Text] = field(default_factory=dict[str, Text])
    outline: str = ""

    def kind(self, path: str) -> FieldKind | None:
        found = self.kinds.get(path)
        if found is None and path:
            head, _, key = path.rpartition(".")
            found = self.kinds.get(f"{head}.*") if key else None
        return found

    def label(self, path: str) -> Text:
        return self.labels.get(path) or Text(path, path)

    def paths(self) -> Iterable[str]:
        return self.kinds.keys()


@dataclass(frozen=True)
class Below:
    """The fields of what a link leads to."""

    whole: Registry
    link: str

    @property
    def searched(self) -> Sequence[str]:
        return self._own(self.whole.searched)

    @property
    def points(self) -> Sequence[str]:
        return self._own(self.whole.points)

    @property
    def outline(self) -> str:
        return next(iter(self._own([self.whole.outline])), "")

    @property
    def ages(self) -> Sequence[tuple[str, str]]:
        start = len(self.link) + 1
        return [
            (old[start:], young[start:]) for old, young in self.whole.ages if old.startswith(self.link + ".")
        ]

    def kind(self, path: str) -> FieldKind | None:
        return self.whole.kind(f"{self.link}.{path}")

    def label(self, path: str) -> Text:
        return self.whole.label(f"{self.link}.{path}")

    def paths(self) -> Iterable[str]:
        return self._own(self.whole.paths())

    def _own(self, paths: Iterable[str]) -> list[str]:
        start = self.link + "."
        return [path[len(start) :] for path in paths if path.startswith(start)]


def near_names(path: str, fields: Registry, most: int = 3) -> list[str]:
    """Fields that may have been meant: those that end so, then those written nearly so."""
    wanted = fold(path)[:200]
    by_name: dict[str, str] = {fold(one): one for one in fields.paths() if not one.endswith(".*")}
    ends = [one for name, one in by_name.items() if name.rpartition(".")[2] == wanted.rpartition(".")[2]]
    close = [by_name[name] for name in get_close_matches(wanted, by_name, most, 0.6)]
    by_end = {name.rpartition(".")[2]: one for name, one in by_name.items()}
    close += [by_end[name] for name in get_close_matches(wanted.rpartition(".")[2], by_end, most, 0.75)]
    return list(dict.fromkeys([*ends, *close]))[:most]
