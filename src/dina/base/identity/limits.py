"""How many requests a caller may send (api.md §27)."""

from __future__ import annotations

import time

from dina.base.identity.caller import Caller

MAX_BUCKETS = 20_000


class Buckets:
    """Token buckets by name: `rate` tokens a second, `burst` at once; rate 0 means no limit.

    Memory is bounded: the bucket that was untouched for longest goes first, and by then it is full again.
    """

    __slots__ = ("_buckets", "burst", "rate", "size")

    def __init__(self, rate: float, burst: float, size: int = MAX_BUCKETS) -> None:
        self.rate = rate
        self.burst = burst
        self.size = size
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str, now: float) -> float:
        """Take one token at the moment `now`; the seconds to wait when there is none, else 0."""
        if self.rate <= 0:
            return 0.0
        tokens, seen = self._buckets.pop(name, (self.burst, now))
        tokens = min(self.burst, tokens + (now - seen) * self.rate)
        short = tokens < 1
        if len(self._buckets) >= self.size:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[name] = (tokens if short else tokens - 1, now)
        return (1 - tokens) / self.rate if short else 0.0

    def left(self, name: str, now: float) -> bool:
        """Whether there is a token to take."""
        tokens, seen = self._buckets.get(name, (self.burst, now))
        return self.rate <= 0 or tokens + (now - seen) * self.rate >= 1


class RateLimit(Buckets):
    """How many requests each user may send; service accounts are exempt. Counted by each process for itself."""

    __slots__ = ()

    def wait(self, caller: Caller) -> float:
        """Count one request; the seconds to wait when it is one too many, else 0."""
        return 0.0 if caller.service_account else self.take(caller.username, time.monotonic())
