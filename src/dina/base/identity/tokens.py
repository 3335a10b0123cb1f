"""Bearer tokens: signed by an issuer we trust, for now, for us (api.md §22.1)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from dina.base.errors import Error, Problem
from dina.base.json import is_object

ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"]
LEEWAY = 30
REFETCH_SECONDS = 60
MAX_TOKEN = 16_384


def refused(code: str = "NOT_AUTHENTICATED") -> Problem:
    error = ', error="invalid_token"' if code == "TOKEN_EXPIRED" else ""
    return Problem(Error(code), headers={"WWW-Authenticate": f"Bearer{error}"})


@dataclass
class Issuer:
    """An issuer and its keys, fetched from `jwks_url` (None: the keys are given and never fetched)."""

    name: str
    jwks_url: str | None
    keys: KeySet | None = None
    fetched: float = -1e9
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key_set(self, kid: str | None) -> KeySet | None:
        """The keys; fetched anew for an unknown key id, at most once a minute."""
        if self.jwks_url is None or (self.keys is not None and self._has(kid)):
            return self.keys
        async with self.lock:
            if time.monotonic() - self.fetched >= REFETCH_SECONDS and not (
                self.keys is not None and self._has(kid)
            ):
                self.fetched = time.monotonic()
                try:
                    async with httpx.AsyncClient(timeout=10) as client:
                        answer = await client.get(self.jwks_url)
                        answer.raise_for_status()
                        self.keys = KeySet.import_key_set(answer.json())
                except (httpx.HTTPError, ValueError, JoseError) as fault:
                    raise Problem(Error("UNAVAILABLE"), headers={"Retry-After": "30"}) from fault
        return self.keys

    def _has(self, kid: str | None) -> bool:
        return self.keys is not None and any(kid is None or key.kid == kid for key in self.keys.keys)


class Tokens:
    """Validates JWTs of the configured issuers."""

    def __init__(self, issuers: Mapping[str, Issuer], audiences: frozenset[str] = frozenset()) -> None:
        self.issuers = dict(issuers)
        self.audiences = audiences
        self.registry = JWSRegistry(algorithms=ALGORITHMS)

    async def claims(self, token: str) -> dict[str, Any]:
        """The claims of a valid token. Raises Problem NOT_AUTHENTICATED or TOKEN_EXPIRED."""
        if len(token) > MAX_TOKEN or token.count(".") != 2:
            raise refused()
        header, unverified = _part(token, 0), _part(token, 1)
        if header.get("alg") not in ALGORITHMS:
            raise refused()
        issuer = self.issuers.get(str(unverified.get("iss")))
        if issuer is None:
            raise refused()
        keys = await issuer.key_set(header.get("kid"))
        if keys is None:
            raise refused()
        try:
            claims = jwt.decode(token, keys, registry=self.registry).claims
        except (JoseError, ValueError, KeyError):
            raise refused() from None
        self.check(claims)
        return claims

    def check(self, claims: Mapping[str, Any]) -> None:
        now = time.time()
        expires, starts = claims.get("exp"), claims.get("nbf")
        if not isinstance(expires, (int, float)):
            raise refused()
        if now > expires + LEEWAY:
            raise refused("TOKEN_EXPIRED")
        if isinstance(starts, (int, float)) and now < starts - LEEWAY:
            raise refused()
        if self.audiences:
            given: Any = claims.get("aud") or []
            meant: set[str] = {given} if isinstance(given, str) else set(given)
            if not (meant | {str(claims.get("azp"))}) & self.audiences:
                raise refused()


def _part(token: str, index: int) -> dict[str, Any]:
    import base64

    text = token.split(".")[index]
    try:
        value = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        raise refused() from None
    if not is_object(value):
        raise refused()
    return value  # pyright: ignore[reportUnknownVariableType]
