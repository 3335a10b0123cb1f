"""How many requests a user may send (api.md §27)."""

from __future__ import annotations

import pytest

from dina.base.identity.caller import Caller
from dina.base.identity.limits import Buckets, RateLimit


def test_a_burst_is_allowed_then_the_rate() -> None:
    buckets = Buckets(rate=50, burst=200)
    assert [buckets.take("ana", 0.0) for _ in range(200)] == [0.0] * 200
    assert buckets.take("ana", 0.0) == pytest.approx(0.02)
    assert buckets.take("ana", 0.01) == pytest.approx(0.01), "asking too early does not lengthen the wait"
    assert buckets.take("ana", 0.021) == 0.0
    assert buckets.take("ana", 0.022) > 0
    assert buckets.take("bea", 0.0) == 0.0, "each user has an own bucket"


def test_a_rested_bucket_holds_one_burst_and_no_more() -> None:
    buckets = Buckets(rate=1, burst=2)
    buckets.take("ana", 0)
    assert [buckets.take("ana", 1e6) > 0 for _ in range(3)] == [False, False, True]


def test_memory_is_bounded_and_the_longest_untouched_goes_first() -> None:
    buckets = Buckets(rate=1, burst=1, size=2)
    for name in ("ana", "bea", "ana", "cyd"):
        buckets.take(name, 0.0)
    assert buckets.take("ana", 0.0) > 0
    assert buckets.take("bea", 0.0) == 0


def test_machines_are_exempt_and_zero_means_no_limit() -> None:
    limit = RateLimit(rate=1, burst=1)
    machine, person = Caller("1", "indexer", service_account=True), Caller("2", "ana")
    assert [limit.wait(machine) for _ in range(5)] == [0.0] * 5
    assert limit.wait(person) == 0
    assert limit.wait(person) > 0
    assert [RateLimit(0, 0).wait(person) for _ in range(3)] == [0.0] * 3
