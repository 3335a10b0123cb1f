"""What a rule answers, and the report they make together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dina.base.conformance.rule import RULES, Level, Rule

NOT_APPLICABLE = "not applicable"


class Outcome(StrEnum):
    """From worst to best."""

    FAIL = "fail"
    WARNING = "warning"
    PASS = "pass"  # noqa: S105 - a word, no secret
    SKIPPED = "skipped"


class Failed(Exception):
    """The rule is broken: what was expected and what was seen."""

    def __init__(self, expected: str, seen: str = "", curl: str = "") -> None:
        self.curl = curl
        self.expected = expected
        self.seen = seen
        super().__init__(f"expected {expected}; seen {seen}")


class Warned(Failed):
    """The rule holds, with a reservation."""


class Skipped(Exception):
    """The rule does not apply here; the text says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule on one type. `curl` is the exchange that decided, with tokens as $TOKEN."""

    rule: Rule
    type: str
    outcome: Outcome
    expected: str = ""
    seen: str = ""
    curl: str = ""
    seconds: float = 0.0


LEVELS = ("none", "DINA-compliant", "reference-compatible", "excellent")


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts of a run, in rule order. `left` names records that could not be removed."""

    base: str
    verdicts: Sequence[Verdict]
    left: Sequence[str] = ()
    requests: int = 0
    seconds: float = 0.0
    notes: Sequence[str] = field(default_factory=tuple[str, ...])

    def by_rule(self) -> Mapping[Rule, Sequence[Verdict]]:
        found: dict[Rule, list[Verdict]] = {}
        for verdict in self.verdicts:
            found.setdefault(verdict.rule, []).append(verdict)
        return found

    def outcome(self, number: int) -> Outcome:
        """The worst outcome of a rule over its types. Raises KeyError for a rule that did not run."""
        found = worst(v.outcome for v in self.verdicts if v.rule.number == number)
        if found is None:
            raise KeyError(number)
        return found

    def failing(self, *, levels: Iterable[Level], classes: str = "GJKO") -> list[Verdict]:
        chosen = set(levels)
        return [
            v
            for v in self.verdicts
            if v.outcome is Outcome.FAIL and v.rule.level in chosen and v.rule.kind in classes
        ]

    @property
    def complete(self) -> bool:
        """Were all rules of the classes checked? A level means something only then."""
        kinds = {v.rule.kind for v in self.verdicts}
        return {r for r in RULES.values() if r.kind in kinds} <= {v.rule for v in self.verdicts}

    @property
    def untested(self) -> list[Rule]:
        """MUST rules that apply but could not be judged in this run (no such user, no queue, only reading …)."""
        return [
            rule
            for rule, found in self.by_rule().items()
            if rule.level is Level.MUST
            and all(v.outcome is Outcome.SKIPPED and not v.expected.startswith(NOT_APPLICABLE) for v in found)
        ]

    @property
    def ok(self) -> bool:
        """No MUST of the chosen classes fails."""
        return not self.failing(levels=[Level.MUST])

    @property
    def level(self) -> str:
        """The level reached (api.md §29): one of LEVELS.

        Rules that were not run because their class was left out count as unknown: a level is only named
        when all the classes it rests on were checked.
        """
        ran = {v.rule.kind for v in self.verdicts}
        if not ran >= {"G", "J"} or self.failing(levels=[Level.MUST], classes="GJ"):
            return LEVELS[0]
        if "K" not in ran or self.failing(levels=[Level.MUST], classes="K"):
            return LEVELS[1]
        if "O" not in ran or self.failing(levels=[Level.MUST, Level.SHOULD]):
            return LEVELS[2]
        return LEVELS[3]

    def counts(self) -> dict[Outcome, int]:
        """Number of rules per outcome (the worst over their types)."""
        found = dict.fromkeys(Outcome, 0)
        for verdicts in self.by_rule().values():
            outcome = worst(v.outcome for v in verdicts)
            if outcome is not None:
                found[outcome] += 1
        return found


def worst(outcomes: Iterable[Outcome]) -> Outcome | None:
    """FAIL before WARNING before PASS before SKIPPED; None of nothing."""
    order = list(Outcome)
    return min(outcomes, key=order.index, default=None)
