"""A rule of the contract: its number, weight and test. The rules themselves are in `rules/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dina.base.conformance.check import Check


class Level(StrEnum):
    MUST = "MUST"
    SHOULD = "SHOULD"
    COULD = "COULD"


MUST, SHOULD, COULD = Level.MUST, Level.SHOULD, Level.COULD

CLASSES = {
    "G": "DINA guideline",
    "J": "JSON:API",
    "K": "needed by the reference clients",
    "O": "quality bar",
}

PROBES = frozenset(
    "text number date to_one to_many external key_map optional required writable stored".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered rule.

    `kind` is its class (G, J, K, O). `needs` names probes of the tested type without which the rule does
    not apply (`a|b`: one of the two). `writes`: left out in a read-only run. `once`: judged once for the module, not per type.
    `observes`: judges every exchange of the run and is therefore done last. `source` says where the rule
    comes from (guideline section, JSON:API section, client file, section of the contract).
    """

    number: int
    level: Level
    kind: str
    title: str
    source: str
    test: Callable[[Check], None]
    needs: frozenset[str] = frozenset()
    writes: bool = False
    once: bool = False
    observes: bool = False

    @property
    def name(self) -> str:
        return f"R{self.number}"

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and other.number == self.number


RULES: dict[int, Rule] = {}


def rule(
    number: int,
    level: Level,
    kind: str,
    title: str,
    source: str,
    *,
    needs: str = "",
    writes: bool = False,
    once: bool = False,
    observes: bool = False,
) -> Callable[[Callable[[Check], None]], Callable[[Check], None]]:
    """Register a test as rule `number`. `needs` is a blank-separated list of probes."""

    def register(test: Callable[[Check], None]) -> Callable[[Check], None]:
        if number in RULES or kind not in CLASSES or not set(needs.replace("|", " ").split()) <= PROBES:
            raise ValueError(f"R{number} is registered twice, or its class or needs are unknown")
        RULES[number] = Rule(
            number, level, kind, title, source, test, frozenset(needs.split()), writes, once, observes
        )
        return test

    return register
