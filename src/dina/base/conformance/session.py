"""The HTTP side of a run: identities, sending, waiting when told to, remembering every exchange."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from dina.base.conformance.config import ROLES, TOKEN_PATH, Config
from dina.base.conformance.exchange import JSON_API, Exchange, as_object
from dina.base.conformance.verdict import Skipped

RETRIES = 6
LONGEST_WAIT = 30.0
TOKEN_LIFE = 0.7


class Session:
    """Sends requests as one of the configured identities and keeps every exchange."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.exchanges: list[Exchange] = []
        self._tokens: dict[str, tuple[str, float]] = {}
        self.client = httpx.Client(transport=config.transport, timeout=60, follow_redirects=False)
        self.client.headers.clear()
        self.client.headers["user-agent"] = "dina-check"

    @property
    def last(self) -> Exchange | None:
        return self.exchanges[-1] if self.exchanges else None

    def known(self, role: str) -> bool:
        return role in self.config.identities

    def strongest(self, *roles: str) -> str:
        """The first of these roles somebody has; any role somebody has if none of them; "" for nobody."""
        return next((r for r in (*roles, *ROLES) if self.known(r)), "dev" if self.config.dev else "")

    def token(self, role: str) -> str:
        """A bearer token of this role. Raises Skipped if nobody has the role."""
        if role == "dev":
            return "dev-user-token"
        identity = self.config.identities.get(role)
        if identity is None:
            raise Skipped(f"nobody with the role {role} is configured")
        if identity.token:
            return identity.token
        token, until = self._tokens.get(role, ("", 0.0))
        if time.monotonic() >= until:
            token, life = self.sign_in(identity.name, identity.password)
            self._tokens[role] = (token, time.monotonic() + life * TOKEN_LIFE)
        return token

    def sign_in(self, name: str, password: str) -> tuple[str, float]:
        """Password grant. Raises ValueError if the token endpoint refuses."""
        answer = self.client.post(
            self.config.token_url or self.config.origin + TOKEN_PATH,
            data={
                "grant_type": "password",
                "client_id": self.config.client_id,
                "username": name,
                "password": password,
            },
        )
        if answer.status_code != 200:
            raise ValueError(f"no token for {name}: {answer.status_code} {answer.text[:200]}")
        given: dict[str, Any] = answer.json()
        return str(given["access_token"]), float(given.get("expires_in", 60))

    def user_name(self, role: str) -> str:
        """The user name behind a role, from the configuration or the token itself; "" if unknown."""
        if role == "dev":
            return "dev"
        claims = as_object(claims_of(self.token(role)))
        return str(claims.get("preferred_username") or self.config.identities[role].name)

    def send(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        role: str | None,
        token: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        patient: bool = True,
        **more: Any,
    ) -> Exchange:
        """One exchange. `body` is JSON unless it is bytes; a header set to None is not sent."""
        content = (
            body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        )
        chosen: dict[str, str | None] = {"Accept": JSON_API}
        if content is not None and not more:
            chosen["Content-Type"] = JSON_API
        bearer = token if token is not None else self.token(role) if role else ""
        if bearer:
            chosen["Authorization"] = f"Bearer {bearer}"
        for name, value in (headers or {}).items():
            chosen[name] = value
        kept = {n: v for n, v in chosen.items() if v is not None}
        exchange = self.once(method, url, content, kept, more)
        for _ in range(RETRIES):
            if exchange.status != 429 or not patient:
                break
            self.config.sleep(min(LONGEST_WAIT, wait_of(exchange)))
            exchange = self.once(method, url, content, kept, more)
        self.exchanges.append(exchange)
        return exchange

    def once(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: Mapping[str, str],
        more: Mapping[str, Any],
    ) -> Exchange:
        started = time.perf_counter()
        answer = self.client.request(method, url, content=content, headers=dict(headers), **more)
        return Exchange(
            method,
            str(answer.request.url),
            urlsplit(str(answer.request.url)).path,
            {n.lower(): v for n, v in headers.items()},
            content,
            answer.status_code,
            {n.lower(): v for n, v in answer.headers.items()},
            answer.content,
            time.perf_counter() - started,
        )


def wait_of(exchange: Exchange) -> float:
    """Seconds the answer asks to wait (RFC 9110 §10.2.3); one if it does not say."""
    text = exchange.header("retry-after")
    return float(text) if text.isdecimal() else 1.0


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified; {} if the text is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return as_object(json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))))
    except ValueError:
        return {}
