"""Bearer tokens that must not be believed, and those of an outside issuer that must (api.md §22.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dina.base.errors import Problem
from dina.base.identity.tokens import Issuer, Tokens

NAME = "https://id.museum.example/realms/dina"
KEY = RSAKey.generate_key(2048, private=True, auto_kid=True)
STRANGER = RSAKey.generate_key(2048, private=True, auto_kid=True)
TOKENS = Tokens({NAME: Issuer(NAME, None, KeySet([KEY]))}, frozenset({"dina"}))


def token(key: RSAKey = KEY, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    now = int(time.time())
    said: dict[str, Any] = {"iss": NAME, "aud": "dina", "sub": "7", "iat": now, "exp": now + 60} | claims
    return jwt.encode({"alg": "RS256", "kid": KEY.kid} | (header or {}), said, key)


def signed_with_the_public_key() -> str:
    """The classic: our public key, which everybody has, taken for the secret of a symmetric signature."""

    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"iss": NAME, "aud": "dina", "sub": "7", "exp": int(time.time()) + 60}
    head = part({"alg": "HS256", "kid": KEY.kid}) + "." + part(claims)
    signature = hmac.new(KEY.as_pem(private=False), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


REFUSED = {
    "expired": (lambda: token(exp=time.time() - 3600), "TOKEN_EXPIRED"),
    "without an end": (lambda: token(exp=None), "NOT_AUTHENTICATED"),
    "not yet valid": (lambda: token(nbf=time.time() + 3600), "NOT_AUTHENTICATED"),
    "of another issuer": (lambda: token(iss="https://evil.example"), "NOT_AUTHENTICATED"),
    "for another audience": (lambda: token(aud="payroll"), "NOT_AUTHENTICATED"),
    "signed by a stranger": (lambda: token(STRANGER), "NOT_AUTHENTICATED"),
    "signed with our public key": (signed_with_the_public_key, "NOT_AUTHENTICATED"),
    "huge": (lambda: "a" * 20_000 + ".b.c", "NOT_AUTHENTICATED"),
    "no token": (lambda: "..", "NOT_AUTHENTICATED"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_token_is_refused(case: str) -> None:
    make, code = REFUSED[case]
    with pytest.raises(Problem) as refused:
        await TOKENS.claims(make())
    assert (refused.value.status, refused.value.errors[0].code) == (401, code)
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_token_for_us_is_believed_whoever_else_it_is_for() -> None:
    assert (await TOKENS.claims(token(aud=["account", "dina"])))["sub"] == "7"
    assert (await TOKENS.claims(token(aud="account", azp="dina")))["sub"] == "7"
