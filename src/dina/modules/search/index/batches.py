"""Some records at once: read as everybody who is told something else, flattened, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass, field

from dina.modules.search.fields import Fields
from dina.modules.search.index.flatten import Entry, Flattener
from dina.modules.search.index.source import (
    EVERYTHING,
    NOBODY,
    OUTSIDE,
    Key,
    Loaded,
    Source,
    inside,
    lookup_in,
)
from dina.modules.search.index.stripped import Stripped

ALL, INSIDE, OTHERS, EVERYBODY = 1, 2, 4, 8


@dataclass(slots=True)
class Kept:
    """Resources that many records share, remembered while an index is built; dropped when they change."""

    all: dict[Key, Stripped | None] = field(default_factory=dict[Key, Stripped | None])
    outside: dict[Key, Stripped | None] = field(default_factory=dict[Key, Stripped | None])
    limit: int = 50_000

    def trim(self) -> None:
        for one in (self.all, self.outside):
            if len(one) > self.limit:
                one.clear()


@dataclass(slots=True)
class Read:
    """Records as administrators, others and each group are told of them; `open` those who have not signed in."""

    type: str
    ids: list[str]
    all: Loaded
    outside: Loaded
    groups: dict[str, Loaded]
    mixed: frozenset[str]
    open: Loaded = field(default_factory=dict[Key, Stripped])


async def read(source: Source, fields: Fields, type_: str, ids: list[str], kept: Kept | None = None) -> Read:
    """Ask for records of one type. What is told to a group alone is asked where other groups' things are in it."""
    whole = await source.load(type_, ids, EVERYTHING)
    everything = await source.surroundings(fields, whole, EVERYTHING, kept.all if kept else None)
    seen = await source.load(type_, [id_ for _, id_ in whole], OUTSIDE, everything)
    others = await source.surroundings(fields, seen, OUTSIDE, kept.outside if kept else None, everything)
    if kept is not None:
        kept.trim()
    groups: dict[str, Loaded] = {}
    mixed = _mixed(fields, type_, ids, everything)
    for group, some in mixed.items():
        own = await source.load(type_, some, inside(group))
        groups[group] = await source.surroundings(fields, own, inside(group))
    told: Loaded = {}
    if source.open:
        told = await source.load(type_, list(dict.fromkeys(id_ for _, id_ in seen)), NOBODY)
        told = await source.surroundings(fields, told, NOBODY)
    whole_groups = frozenset(id_ for some in mixed.values() for id_ in some)
    return Read(type_, ids, everything, others, groups, whole_groups, told)


def _mixed(fields: Fields, type_: str, ids: list[str], loaded: Loaded) -> dict[str, list[str]]:
    """Records, by group, of which it is not plain that the group is told everything."""
    found: dict[str, list[str]] = {}
    groups = {one.group for one in loaded.values()} - {""}
    if len(groups) < 2 and fields.types[type_]["evaluatedAttributes"] == ["group"]:
        # Nothing of two groups can stand in one document.
        return found
    chains = fields.root(type_).include
    plain = fields.types[type_]["evaluatedAttributes"] == ["group"]
    for id_ in ids:
        root = loaded.get((type_, id_))
        if root is None or not root.group:
            continue
        if not plain or _has_other(root, root.group, chains, loaded):
            found.setdefault(root.group, []).append(id_)
    return found


def _has_other(one: Stripped, group: str, chains: tuple[tuple[str, ...], ...], loaded: Loaded) -> bool:
    for name in dict.fromkeys(chain[0] for chain in chains):
        below = tuple(chain[1:] for chain in chains if chain[0] == name and len(chain) > 1)
        for key in one.links.get(name, ()):
            target = loaded.get(key)
            if target is None:
                continue
            if target.group not in ("", group) or _has_other(target, group, below, loaded):
                return True
    return False


def entries(flattener: Flattener, found: Read) -> list[Entry]:
    """The entries of what was read; several of a record where not all are told the same."""
    differing = {
        key[1]
        for key, one in found.all.items()
        if (told := found.outside.get(key)) is not one and (told is None or told.json != one.json)
    }
    made: list[Entry] = []
    for id_ in found.ids:
        root = found.all.get((found.type, id_))
        if root is None:
            continue
        entry = flattener.entry(root, lookup_in(found.all))
        entry.mask = ALL
        made.append(entry)
        if id_ not in found.mixed:
            entry.mask |= INSIDE
        elif (own := found.groups[root.group].get((found.type, id_))) is not None:
            _add(made, entry, flattener.entry(own, lookup_in(found.groups[root.group])), INSIDE)
        if (shown := found.open.get((found.type, id_))) is not None:
            _add(made, entry, flattener.entry(shown, lookup_in(found.open)), EVERYBODY)
        if id_ not in differing and differing.isdisjoint(entry.deps):
            entry.mask |= OTHERS
            continue
        told = found.outside.get((found.type, id_))
        if told is not None:
            _add(made, entry, flattener.entry(told, lookup_in(found.outside)), OTHERS)
    return made


def _add(made: list[Entry], whole: Entry, entry: Entry, mask: int) -> None:
    """Another entry of the same record, unless it says the same."""
    if entry.document == whole.document:
        whole.mask |= mask
        return
    entry.mask = mask
    # What a change of means something for one audience does so for all of them.
    entry.deps = sorted({*entry.deps, *whole.deps})
    made.append(entry)
