"""Running the checker against the reference API, in one process and without waiting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import httpx

from dina.base.conformance import Config, Identity, Outcome, Report, run
from dina.base.conformance.command import configured
from tests.conformance.reference import Api
from tests.conformance.reference.identity import GROUP, RANKS, key, token

BASE = "https://api.example.org/collection/v1"


def config(api: Api, only: Iterable[int] = (), **more: Any) -> Config:
    given = {
        "tokens": {role: token(role) for role in RANKS},
        "isolated": True,
        "messages_url": "https://api.example.org/queue",
        "signing_key": json.dumps(key().as_dict(private=True)),
        "body_limit": 1_000_000,
        "many_rows": 1,
    }
    base = BASE if not api.broken("R7") else BASE.replace("collection", "herbarium")
    found = configured(
        base,
        given,
        group=GROUP,
        transport=httpx.MockTransport(api),
        only=frozenset(only),
        sleep=lambda _: None,
        **more,
    )
    assert all(isinstance(identity, Identity) for identity in found.identities.values())
    return found


def checked(*faults: str, only: Iterable[int] = (), **more: Any) -> Report:
    return run(config(Api(faults), only, **more))


def broken(report: Report) -> list[str]:
    """The failures of a report, to be read in a test's message."""
    return [
        f"{v.rule.name} on {v.type}: expected {v.expected}; seen {v.seen}\n{v.curl}"
        for v in report.verdicts
        if v.outcome is Outcome.FAIL
    ]
