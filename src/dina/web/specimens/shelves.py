"""The storage places of the results: in which of them they lie, and in those within."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from dina.web import texts
from dina.web.specimens.branch import ALL, NOTHING, Branch, Facets, Level, Tree, cut
from dina.web.specimens.question import Question, quoted
from dina.web.texts import N_

PLACES, NOWHERE = "places", "nowhere"
UNIT = "storageUnitUsage.storageUnit"
BELOW = " > "


@dataclass(frozen=True)
class Shelves:
    """The tree of storage places: `open` is the id of the innermost place that is open."""

    state: Question
    open: str = ""
    everything: bool = False

    def facets(self) -> Facets:
        opened = [self.open] if self.open and self.open != NOTHING else []
        unplaced = {"any": [{"field": f"{UNIT}.{name}", "op": "exists"} for name in SAID]}
        return [
            {"name": PLACES, "kind": "places", "opened": opened},
            {"name": NOWHERE, "kind": "filter", "where": {"not": unplaced}},
        ]

    def drawn(self, told: dict[str, Any], language: str) -> Tree:
        found = told["facets"].get(PLACES, {})
        inside: defaultdict[str, Facets] = defaultdict(list)
        above: dict[str, str] = {}
        for one in found.get("buckets", []):
            inside[one["inside"] or ""].append(one)
            above[one["value"]] = one["inside"] or ""
        line: set[str] = set()
        here = self.open
        while here and here not in line:
            line.add(here)
            here = above.get(here, "")
        rest: list[Branch] = []
        count = int(told["facets"].get(NOWHERE, {}).get("count", 0))
        if count:
            href = self.state.address(q=f"{self.state.q} no:storage".strip(), view="", offset="")
            rest.append(Branch(texts.translate(language, N_("Without a storage place")), count, href))
        label = texts.translate(language, N_("Storage places"))
        return Tree(label, self.level(inside, line, "", ""), found.get("exact", True), rest)

    def level(self, inside: dict[str, Facets], line: set[str], id_: str, path: str) -> Level:
        found = inside.get(id_, [])
        names = Counter(one["name"] for one in found)
        branches: list[Branch] = []
        for one in found:
            named = bool(one["name"]) and BELOW not in one["name"] and names[one["name"]] == 1
            way = (
                (f"{path}{BELOW}{one['name']}" if path else one["name"])
                if named and (path or not id_)
                else ""
            )
            is_open = one["value"] in line
            made = Branch(
                one["name"] or one["barcode"] or one["value"], one["count"], self.inside(way or one["value"]),
                open=is_open, here=one["value"] == self.open, note=one["barcode"] if one["name"] else "",
            )  # fmt: skip
            if one["holds"]:
                made.toggle = self.address((id_ or NOTHING) if is_open else one["value"])
            if is_open:
                made.level = self.level(inside, line, one["value"], way)
            branches.append(made)
        return cut(branches, self.everything, self.address(self.open, more="1"), ALL)

    def inside(self, which: str) -> str:
        """The list of what lies in a place, by the names down to it or, where they are not its own, by its id."""
        return self.state.address(q=f"{self.state.q} inside:{quoted(which)}".strip(), view="", offset="")

    def address(self, opened: str, **more: str) -> str:
        return self.state.address(by="storage", open=opened, **more) + "#here"


SAID = ("name", "barcode", "parentStorageUnit.name")
"""The fields by which the box knows that something is stored."""
