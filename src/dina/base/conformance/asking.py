"""Asking: requests on the tested type as one of the identities, and expectations of the answers."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dina.base.conformance.config import Config, TypeFacts
from dina.base.conformance.exchange import Exchange, as_object
from dina.base.conformance.providers import PROVIDERS
from dina.base.conformance.session import Session
from dina.base.conformance.verdict import Failed, Skipped, Warned
from dina.base.json import is_array

BULK = {"Content-Type": "application/vnd.api+json; ext=bulk"}
OWN_RULES = ("ObjectOwnerAuthorizationService", "")


@dataclass(frozen=True, slots=True)
class Record:
    """A stored resource the checker knows."""

    type: str
    id: str
    attributes: Mapping[str, Any]
    relationships: Mapping[str, Any]

    @property
    def identifier(self) -> dict[str, str]:
        return {"type": self.type, "id": self.id}


@dataclass
class Run:
    """What all checks of one run share: the session, and the records to be removed at the end.

    `acting` is the role that writes, whatever the type.
    """

    config: Config
    session: Session
    prefix: str = field(default_factory=lambda: f"dina-check-{secrets.token_hex(3)}")
    made: dict[tuple[str, str], None] = field(default_factory=dict[tuple[str, str], None])
    number: int = 0
    acting: str = ""
    cache: dict[str, Any] = field(default_factory=dict[str, Any])

    def elsewhere(self, group: str, role: str) -> Run:
        """The same run writing as another role into another group."""
        config = replace(self.config, group=group)
        return replace(self, config=config, prefix=f"{self.prefix}-o", acting=role)

    def remember(self, exchange: Exchange) -> None:
        """Any answer to a create that holds ids is something to remove later."""
        if exchange.method == "POST" and exchange.status in (200, 201) and "bulk-load" not in exchange.path:
            for item in exchange.resources:
                if item.get("type") in self.config.types and item.get("id"):
                    self.made[str(item["type"]), str(item["id"])] = None


class Asking:
    """Requests and expectations of one rule on one type."""

    def __init__(self, run: Run, kind: TypeFacts) -> None:
        self.run = run
        self.config = run.config
        self.session = run.session
        self.kind = kind
        self.t = kind.type
        self.rehearsing = False

    # requests

    @property
    def writer(self) -> str:
        """The role that makes this type's records: the least powerful that surely may."""
        if self.run.acting:
            return self.run.acting
        provider = self.kind.provider
        if provider not in OWN_RULES and PROVIDERS.get(provider, ("admin",))[0] == "admin":
            return self.session.strongest("admin")
        return self.session.strongest("super-user", "user", "admin")

    @property
    def admin(self) -> str:
        """Raises Skipped if nobody is known to be an administrator."""
        if self.config.dev and not self.session.known("admin"):
            return "dev"
        self.need(self.session.known("admin"), "nobody with the role admin is configured")
        return "admin"

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        base: str | None = None,
        role: str | None = "",
        headers: Mapping[str, str | None] | None = None,
        **more: Any,
    ) -> Exchange:
        """`path` is below the base unless it is an absolute URL; `role` None sends no token."""
        url = path if "://" in path else (base or self.config.base) + path
        chosen = self.writer if role == "" else role
        exchange = self.session.send(method, url, body, role=chosen, headers=headers, **more)
        self.run.remember(exchange)
        return exchange

    def get(self, path: str, query: str = "", **more: Any) -> Exchange:
        return self.send("GET", path + (f"?{query}" if query else ""), **more)

    def post(self, path: str, body: Any, **more: Any) -> Exchange:
        return self.send("POST", path, body, **more)

    def patch(self, path: str, body: Any, **more: Any) -> Exchange:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, body: Any = None, **more: Any) -> Exchange:
        return self.send("DELETE", path, body, **more)

    def at(self, record: Record, tail: str = "") -> str:
        return f"/{record.type}/{record.id}{tail}"

    def read(self, record: Record, query: str = "", **more: Any) -> Exchange:
        """The record as it is now; anything but 200 fails the rule."""
        return self.status(self.get(self.at(record), query, **more), 200)

    def list(self, query: str = "", **more: Any) -> Exchange:
        """A list of the tested type; anything but 200 with an array fails the rule."""
        answer = self.status(self.get(f"/{self.t}", query, **more), 200)
        self.expect(is_array(answer.data), "`data` is an array", answer.brief())
        return answer

    # expectations

    def expect(self, holds: object, expected: str, seen: object = "", *, of: Exchange | None = None) -> None:
        """Fails the rule if it does not hold; `of` is the exchange at fault, if it was not the last one."""
        if not holds:
            raise Failed(expected, str(seen)[:600], of.curl() if of is not None else "")

    def warn(self, expected: str, seen: object = "") -> None:
        raise Warned(expected, str(seen)[:600])

    def need(self, there: object, reason: str) -> None:
        if not there:
            raise Skipped(reason)

    def status(self, answer: Exchange, *wanted: int) -> Exchange:
        self.expect(answer.status in wanted, f"status {' or '.join(map(str, wanted))}", answer.brief())
        return answer

    def refused(self, answer: Exchange, *wanted: int) -> Exchange:
        """One of these statuses, with a JSON:API error body."""
        self.status(answer, *wanted)
        self.expect(answer.errors, "an `errors` array with at least one object", answer.brief())
        return answer

    def described(self, path: str) -> bool:
        """Does the OpenAPI document name this path?"""
        paths = as_object(self.config.openapi.get("paths"))
        return any(p == path or p.endswith(path) for p in paths)

    def offered(self, path: str, answer: Exchange) -> None:
        """Raises Skipped if an optional address is neither described nor served."""
        there = answer.status not in (404, 405) or self.described(path)
        self.need(there, f"not applicable: {path} is neither described nor served")
