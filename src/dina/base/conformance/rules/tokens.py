"""R149 to R152: who asks."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dina.base.conformance.check import Check
from dina.base.conformance.rule import MUST, rule
from dina.base.conformance.session import claims_of


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def real_token(c: Check) -> str:
    """A working token that is a JWT. Raises Skipped if there is none to start from."""
    c.need(not c.config.dev, "not applicable: development mode accepts every token")
    c.need(c.writer, "no identity is configured")
    token = c.session.token(c.writer)
    c.need(claims_of(token), "the configured token is no JWT")
    return token


def signed(c: Check, claims: Mapping[str, Any], token: str) -> str:
    """A token with these claims, signed with the key the configuration lends, under the real header."""
    from joserfc import jwt
    from joserfc.jwk import JWKRegistry, RSAKey

    text = c.config.signing_key
    if not text.startswith(("-----", "{")):
        text = Path(text).read_text("utf-8")
    key = JWKRegistry.import_key(json.loads(text)) if text.startswith("{") else RSAKey.import_key(text)
    head = token.split(".")[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return jwt.encode(header, dict(claims), key)  # pyright: ignore[reportArgumentType]


@rule(
    149,
    MUST,
    "G",
    "A write without a token is 401 with WWW-Authenticate: Bearer",
    "G§Authentication",
    needs="writable",
    writes=True,
)
def no_token(c: Check) -> None:
    c.need(not c.config.dev, "not applicable: development mode needs no token")
    document = c.template()
    for method, path in (("POST", f"/{c.t}"), ("DELETE", c.at(c.one()))):
        answer = c.refused(c.send(method, path, document if method == "POST" else None, role=None), 401)
        told = answer.header("www-authenticate")
        c.expect(told.lower().startswith("bearer"), "WWW-Authenticate: Bearer", told or "no such header")


@rule(
    150,
    MUST,
    "K",
    "A token without the realm role dina-realm-user is 403",
    "B:KeycloakSecurityConfig.java",
    once=True,
)
def no_realm_role(c: Check) -> None:
    c.need(not c.config.dev, "not applicable: development mode accepts every token")
    if c.session.known("no-realm-role"):
        token = c.session.token("no-realm-role")
    else:
        c.need(
            c.config.signing_key,
            "no user without the realm role (no-realm-role), and no signing key, is configured",
        )
        real = real_token(c)
        token = signed(c, {**claims_of(real), "realm_access": {"roles": []}}, real)
    c.refused(c.get(f"/{c.t}", "page[limit]=1", role=None, token=token), 403)


@rule(151, MUST, "O", "A forged, unsigned, expired or foreign token is 401", "§22.1", once=True)
def bad_tokens(c: Check) -> None:
    real = real_token(c)
    head, body, signature = real.split(".")
    claims = claims_of(real)
    broken = ("B" if signature[0] == "A" else "A") + signature[1:]
    richer = {
        **claims,
        "realm_access": {"roles": ["dina-realm-user", "dina-admin"]},
        "preferred_username": "forged",
    }
    bad = {
        "wrong signature": f"{head}.{body}.{broken}",
        "changed claims": f"{head}.{encoded(richer)}.{signature}",
        "alg none": f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "no JWT": "nonsense",
    }
    if c.config.signing_key:
        now = int(time.time())
        bad["expired"] = signed(c, {**claims, "exp": now - 3600, "iat": now - 7200}, real)
        bad["wrong issuer"] = signed(c, {**claims, "iss": "https://elsewhere.example/realms/dina"}, real)
    for what, token in bad.items():
        answer = c.get(f"/{c.t}", "page[limit]=1", role=None, token=token)
        c.expect(answer.status == 401, f"401 for a token with {what}", answer.brief())


@rule(152, MUST, "K", "The scheme may be written bearer", "P:dinaapi.py")
def lower_case_bearer(c: Check) -> None:
    c.need(c.writer, "no identity is configured")
    token = c.session.token(c.writer)
    answer = c.get(f"/{c.t}", "page[limit]=1", role=None, headers={"Authorization": f"bearer {token}"})
    c.status(answer, 200)
