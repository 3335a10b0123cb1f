"""The taxa of the results by the lineages that the index keeps, from kingdom to genus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dina.web import texts
from dina.web.specimens.branch import ALL, NOTHING, Branch, Facets, Level, Tree, cut
from dina.web.specimens.question import Question, term
from dina.web.texts import N_

RANKS = ("kingdom", "phylum", "class", "order", "family", "genus")
LINEAGE = "organism.determination.taxon.lineage"
GENUS = "organism.determination.taxon.genus"
BELOW, LEFT_OUT = " > ", "-"
SIZE = 200
WITHOUT = (
    N_("Without kingdom"), N_("Without phylum"), N_("Without class"), N_("Without order"), N_("Without family"),
)  # fmt: skip
CONDITION = re.compile(r'(?:^|(?<=\s))lineage:"([^"]+)"(?=\s|$)')
"""How the pages write that something is within a taxon."""
UNKNOWN = "unclassified"
NONE = "-lineage:*"
IS_NONE = {"not": {"field": f"{LINEAGE}.kingdom", "op": "exists"}}


@dataclass(frozen=True, slots=True)
class Taxon:
    """A taxon by its whole lineage."""

    path: str
    count: int

    @property
    def depth(self) -> int:
        return depth_of(self.path)

    @property
    def last(self) -> str:
        return self.path.rpartition(BELOW)[2]

    @property
    def italic(self) -> bool:
        return self.depth == len(RANKS)

    def name(self, language: str) -> str:
        return texts.translate(language, WITHOUT[self.depth - 1]) if self.last == LEFT_OUT else self.last


def depth_of(path: str) -> int:
    return len(path.split(BELOW)) if path else 0


def field_of(depth: int) -> str:
    """The field whose values are lineages of so many taxa."""
    return f"{LINEAGE}.{RANKS[depth - 1]}"


def facet(depth: int, size: int, **more: Any) -> dict[str, Any]:
    return {"name": field_of(depth), "field": field_of(depth), "size": size, **more}


UNCLASSIFIED: Facets = [{"name": UNKNOWN, "kind": "filter", "where": IS_NONE}]
FACETS: Facets = [*(facet(depth, SIZE) for depth in range(1, len(RANKS) + 1)), *UNCLASSIFIED]
"""The most frequent taxa of every rank, in one pass, and how many have none."""


def taxa_of(told: dict[str, Any], depth: int, above: str = "") -> list[Taxon]:
    """The taxa of a rank directly below another, as they were counted."""
    begun = above + BELOW if above else ""
    buckets: Facets = told["facets"].get(field_of(depth), {}).get("buckets", [])
    return [
        Taxon(str(one["value"]), int(one["count"])) for one in buckets if str(one["value"]).startswith(begun)
    ]


def below(told: dict[str, Any], path: str) -> list[Taxon]:
    """The taxa next below one; a rank that all of them leave out is passed over."""
    found = taxa_of(told, depth_of(path) + 1, path) if depth_of(path) < len(RANKS) else []
    return below(told, found[0].path) if [one.last for one in found] == [LEFT_OUT] else found


def narrowed(state: Question, path: str, **changes: Any) -> str:
    """The address with the search narrowed to a taxon, or widened to one above; other taxa asked for stay."""

    def related(other: str) -> bool:
        return (path + BELOW).startswith(other + BELOW) or (other + BELOW).startswith(path + BELOW)

    kept = CONDITION.sub(lambda found: "" if related(found[1]) else found[0], state.q).strip()
    return state.address(q=f'{kept} lineage:"{path}"'.strip(), offset="", **changes)


def asked_for(state: Question) -> str:
    """The lineage that the search is narrowed to; empty for none."""
    found: list[str] = CONDITION.findall(state.q)
    return max(found, key=len, default="")


def shared(state: Question, told: dict[str, Any]) -> str:
    """The lowest taxon that all results are in and that divides into others; empty where there is none."""
    path = asked_for(state)
    while (depth := depth_of(path)) < len(RANKS) - 1:
        inside = taxa_of(told, depth + 1, path)
        if told["exact"] and told["facets"].get(field_of(depth + 1), {}).get("exact", True):
            whole = next((one for one in inside if one.count >= int(told["total"])), None)
        else:
            whole = inside[0] if len(inside) == 1 else None
        if whole is None or not taxa_of(told, whole.depth + 1, whole.path):
            break
        path = whole.path
    return path


@dataclass(frozen=True)
class Taxa:
    """The tree of taxa: `open` is the lineage of the lowest taxon that is open."""

    state: Question
    open: str = ""
    everything: bool = False

    def facets(self) -> Facets:
        """Every rank as long as nothing is opened, then what is in each of the open taxa."""
        if self.open == UNKNOWN:
            genera = {"name": GENUS, "field": GENUS, "size": self.size, "where": IS_NONE}
            return [facet(1, self.size), genera, *UNCLASSIFIED]
        if not self.open:
            return FACETS
        steps = [] if self.open == NOTHING else self.open.split(BELOW)
        if steps and steps[-1] == LEFT_OUT:
            # The next ranks may be left out as well.
            steps += [LEFT_OUT] * (len(RANKS) - 1 - len(steps))
        inner = [
            facet(at + 1, self.size, prefix=BELOW.join(steps[:at]) + BELOW)
            for at in range(1, min(len(steps), len(RANKS) - 1) + 1)
        ]
        return [facet(1, self.size), *inner, *UNCLASSIFIED]

    @property
    def size(self) -> int:
        return ALL if self.everything else SIZE

    def drawn(self, told: dict[str, Any], language: str) -> Tree:
        opened = self.open or shared(self.state, told) or NOTHING
        level = self.level(told, language, "", opened)
        parts: list[dict[str, Any]] = list(told["facets"].values())
        rest: list[Branch] = []
        count = int(told["facets"].get(UNKNOWN, {}).get("count", 0))
        if count:
            rest.append(self.unclassified(told, language, count))
        label = texts.translate(language, N_("Taxa"))
        return Tree(label, level, all(one.get("exact", True) for one in parts), rest)

    def level(self, told: dict[str, Any], language: str, above: str, opened: str) -> Level:
        branches = [self.branch(told, language, one, opened) for one in below(told, above)]
        return cut(branches, self.everything, self.address(opened, more="1"), self.size)

    def branch(self, told: dict[str, Any], language: str, one: Taxon, opened: str) -> Branch:
        is_open = (opened + BELOW).startswith(one.path + BELOW)
        made = Branch(
            one.name(language), one.count, narrowed(self.state, one.path, view=""), italic=one.italic,
            open=is_open, here=opened == one.path,
        )  # fmt: skip
        if one.depth < len(RANKS):
            outer = one.path.rpartition(BELOW)[0] or NOTHING
            made.toggle = self.address(outer if is_open else one.path)
        if is_open and one.depth < len(RANKS):
            made.level = self.level(told, language, one.path, opened)
        return made

    def unclassified(self, told: dict[str, Any], language: str, count: int) -> Branch:
        """What no classification is known of; by genus, where the name says it."""
        is_open = self.open == UNKNOWN
        none = f"{self.state.q} {NONE}".strip()
        made = Branch(
            texts.translate(language, N_("No classification")), count, self.state.address(q=none, view="", offset=""),
            self.address(NOTHING if is_open else UNKNOWN), is_open, is_open,
        )  # fmt: skip
        if is_open:
            genera = [
                Branch(
                    str(one["value"]), int(one["count"]), italic=True,
                    href=self.state.address(q=f"{none} {term('genus', one['value'])}", view="", offset=""),
                )
                for one in told["facets"].get(GENUS, {}).get("buckets", [])
            ]  # fmt: skip
            made.level = cut(genera, self.everything, self.address(UNKNOWN, more="1"), self.size)
        return made

    def address(self, opened: str, **more: str) -> str:
        return self.state.address(open=opened, **more) + "#here"
