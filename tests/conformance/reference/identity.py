"""Tokens signed with a key of their own, and what their roles may do."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from tests.conformance.reference.exchange import Refusal

ISSUER = "https://api.example.org/auth/realms/dina"
GROUP = "dina-check"
RANKS = {"admin": 0, "super-user": 1, "user": 2, "guest": 3, "read-only-admin": 4, "read-only": 5}
WRITERS = {"create": 3, "update": 3, "delete": 2}


@cache
def key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one"})


@cache
def token(role: str) -> str:
    """A token of somebody with this role in the group, or realm-wide for the two administrators."""
    realm = [] if role == "no-realm-role" else ["dina-realm-user"]
    realm += {"admin": ["dina-admin"], "read-only-admin": ["read-only-admin"]}.get(role, [])
    claims = {
        "iss": ISSUER,
        "exp": int(time.time()) + 36000,
        "sub": role,
        "preferred_username": f"a-{role}",
        "groups": [f"/{GROUP}/{role}"] if role in RANKS and role not in ("admin", "read-only-admin") else [],
        "realm_access": {"roles": realm},
    }
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key())


@dataclass(frozen=True)
class Caller:
    name: str
    roles: dict[str, int]
    admin: bool
    reader: bool

    def rank(self, group: str) -> int:
        return 0 if self.admin else self.roles.get(group, 9)

    def may(self, action: str, provider: str, group: str) -> bool:
        if action == "read":
            open_ = provider != "GroupWithReadAuthorizationService"
            return open_ or self.reader or self.rank(group) <= RANKS["read-only"]
        return self.rank(group) <= WRITERS[action]


_known: dict[str, dict[str, Any]] = {}


def verified(text: str) -> dict[str, Any]:
    if text not in _known:
        try:
            claims = jwt.decode(text, key(), algorithms=["RS256"]).claims
        except (JoseError, ValueError):
            raise Refusal(401, "NOT_AUTHENTICATED", headers={"WWW-Authenticate": "Bearer"}) from None
        if claims.get("exp", 0) < time.time() or claims.get("iss") != ISSUER:
            raise Refusal(401, "TOKEN_EXPIRED", headers={"WWW-Authenticate": "Bearer"})
        _known[text] = claims
    return _known[text]


def caller(authorization: str) -> Caller:
    scheme, _, text = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal(401, "NOT_AUTHENTICATED", headers={"WWW-Authenticate": "Bearer"})
    claims = verified(text)
    realm = claims["realm_access"]["roles"]
    if "dina-realm-user" not in realm:
        raise Refusal(403, "REALM_ROLE_MISSING")
    roles: dict[str, int] = {}
    for path in claims.get("groups", []):
        group, _, role = path.strip("/").partition("/")
        roles[group] = RANKS[role]
    return Caller(claims["preferred_username"], roles, "dina-admin" in realm, "read-only-admin" in realm)
