"""The checker checks itself: a correct service passes every rule, and each rule catches its own fault."""

from __future__ import annotations

import pytest

from dina.base.conformance import RULES, Outcome
from tests.conformance.harness import broken, checked
from tests.conformance.reference import FAULTS


def test_every_rule_of_the_contract_is_there() -> None:
    assert sorted(RULES) == list(range(1, 172))


def test_every_rule_has_a_fault_that_it_must_catch() -> None:
    assert {rule.name for rule in RULES.values()} == FAULTS


def test_a_correct_service_passes_every_rule() -> None:
    report = checked()
    assert broken(report) == []
    assert [v.rule.name for v in report.verdicts if v.outcome is not Outcome.PASS] == []
    assert report.level == "excellent"
    assert list(report.left) == []


@pytest.mark.parametrize("number", sorted(RULES))
def test_the_rule_catches_its_fault(number: int) -> None:
    report = checked(f"R{number}", only=[number])
    assert report.outcome(number) is Outcome.FAIL, f"R{number} {RULES[number].title}"
    verdict = report.verdicts[0]
    assert verdict.expected
    assert "Bearer ey" not in verdict.curl
