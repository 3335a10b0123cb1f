"""How many requests a caller may send (api.md §27)."""

from __future__ import annotations

import time

from dina.base.identity.caller import Caller

MAX_BUCKETS = 20_000


class RateLimit:
    """A token bucket per user: `rate` a second, `burst` at once; 0 means no limit; service accounts are exempt."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, caller: Caller) -> float:
        """Take one token; the seconds to wait when there is none, else 0."""
        if self.rate <= 0 or caller.service_account:
            return 0.0
        now = time.monotonic()
        tokens, seen = self._buckets.get(caller.username, (self.burst, now))
        tokens = min(self.burst, tokens + (now - seen) * self.rate)
        if tokens < 1:
            return (1 - tokens) / self.rate
        if len(self._buckets) >= MAX_BUCKETS:
            self._buckets.clear()
        self._buckets[caller.username] = (tokens - 1, now)
        return 0.0
