"""How readings compare with a table of values people looked at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...conftest import shared

KURATOR = "data/value-mappings/kurator"
GBIF = "data/value-mappings"


@dataclass
class Score:
    """How many values were read as the reference says, otherwise, or not at all."""

    right: int = 0
    empty: int = 0
    missed: int = 0
    differing: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def count(self, verbatim: str, expected: str, found: str, on_purpose: bool) -> None:
        if found == expected:
            self.right += bool(found)
            self.empty += not found
        elif not found:
            self.missed += 1
        elif on_purpose:
            self.differing += 1
        else:
            self.wrong.append(f"{verbatim!r}: {found}, not {expected or 'nothing'}")

    def report(
        self, name: str, coverage: float, most_wrong: float = 0.005, least_right: float = 0.95
    ) -> None:
        answered = self.right + self.differing + len(self.wrong)
        wanted = self.right + self.missed + self.differing + len(self.wrong)
        total = wanted + self.empty
        print(
            f"\n{name}: {total} rows, {answered / wanted:.1%} of those with a standard answered,"
            f" {self.right / answered:.2%} of the answers as the reference, {self.differing} on purpose not,"
            f" {len(self.wrong)} wrong ({len(self.wrong) / total:.2%}), {self.empty} rightly without"
        )
        assert len(self.wrong) <= most_wrong * total, self.wrong
        assert self.right >= least_right * answered
        assert answered >= coverage * wanted


def rows(table: str) -> Iterable[tuple[str, str]]:
    """Verbatim and standard value of the rows a person looked at."""
    for line in shared(f"{KURATOR}/{table}.tsv").read_text("utf-8").splitlines()[1:]:
        verbatim, standard, vetted = ([*line.split("\t"), "", ""])[:3]
        if vetted == "1":
            yield verbatim, standard


def matches(reasons: dict[str, str], verbatim: str) -> bool:
    return any(re.search(pattern, verbatim, re.I) for pattern in reasons.values())
