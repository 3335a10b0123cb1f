"""The token endpoint of the built-in provider: what a client may exchange for tokens, and what tokens say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dina.base.identity.accounts import Account, Accounts, digest
from dina.base.identity.tokens import Issuer

REALM = "/auth/realms/dina"
ACCESS_SECONDS, REFRESH_SECONDS, CODE_SECONDS = 300, 1800, 60


@dataclass
class Grants:
    """Issues, renews, reads and ends tokens of local accounts.

    `public_url` is the address people use; empty: that of each request.
    """

    accounts: Accounts
    keys: KeySet
    public_url: str = ""

    def base(self, request: Request) -> str:
        return (self.public_url or str(request.base_url)).rstrip("/")

    def issuer(self, base: str) -> str:
        return base + REALM

    async def token(self, request: Request) -> Response:
        """The token endpoint: code, password, refresh and client credentials."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        client, secret = client_of(request, form)
        match form.get("grant_type"):
            case "authorization_code":
                return await self.from_code(request, form, client)
            case "password":
                account = await self.accounts.check_password(
                    form.get("username", ""), form.get("password", "")
                )
                return await self.issued(request, account, client, None, "invalid_grant", 401)
            case "refresh_token":
                return await self.from_refresh(request, form, client)
            case "client_credentials":
                account = await self.accounts.check_password(client, secret)
                if account is not None and not account.service_account:
                    account = None
                return await self.issued(request, account, client, None, "unauthorized_client", 401)
            case _:
                return failure("unsupported_grant_type")

    async def from_code(self, request: Request, form: Mapping[str, str], client: str) -> Response:
        rows = await self.accounts.fetch(
            "SELECT account_id::text, client_id, redirect_uri, challenge, nonce, session::text, used, "
            "created_on < now() - make_interval(secs => %s) AS old FROM identity.authorization_code WHERE code = %s",
            [CODE_SECONDS, digest(form.get("code", ""))],
        )
        if not rows:
            return failure("invalid_grant")
        row = rows[0]
        used = await self.accounts.fetch(
            "UPDATE identity.authorization_code SET used = true WHERE code = %s AND NOT used RETURNING 1",
            [digest(form.get("code", ""))],
        )
        if not used:
            await self.end_session(row["session"])
            return failure("invalid_grant")
        right = (
            client == row["client_id"] and form.get("redirect_uri") == row["redirect_uri"] and not row["old"]
        )
        if row["challenge"]:
            hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            right = right and hmac.compare_digest(
                base64.urlsafe_b64encode(hashed).rstrip(b"=").decode(), row["challenge"]
            )
        if not right:
            return failure("invalid_grant")
        account = await self.accounts.by_id(row["account_id"])
        return await self.issued(request, account, client, row["session"], "invalid_grant", 400, row["nonce"])

    async def from_refresh(self, request: Request, form: Mapping[str, str], client: str) -> Response:
        token = digest(form.get("refresh_token", ""))
        rows = await self.accounts.fetch(
            "SELECT account_id::text, session::text, client_id, used, "
            "created_on < now() - make_interval(secs => %s) AS old FROM identity.refresh_token WHERE token = %s",
            [REFRESH_SECONDS, token],
        )
        if not rows or rows[0]["old"] or rows[0]["client_id"] != client:
            return failure("invalid_grant")
        fresh = await self.accounts.fetch(
            "UPDATE identity.refresh_token SET used = true WHERE token = %s AND NOT used RETURNING 1", [token]
        )
        if not fresh:
            # Used twice: somebody else holds it too, so the whole family ends.
            await self.end_session(rows[0]["session"])
            return failure("invalid_grant")
        account = await self.accounts.by_id(rows[0]["account_id"])
        return await self.issued(request, account, client, rows[0]["session"], "invalid_grant", 400)

    async def end_session(self, session: str) -> None:
        await self.accounts.fetch("UPDATE identity.session SET ended = true WHERE id::text = %s", [session])
        await self.accounts.fetch("DELETE FROM identity.refresh_token WHERE session::text = %s", [session])

    async def issued(
        self, request: Request, account: Account | None, client: str, session: str | None, error: str, status: int,
        nonce: str | None = None,
    ) -> Response:  # fmt: skip
        if account is None or not account.enabled:
            return failure(error, status)
        if session is None:
            rows = await self.accounts.fetch(
                "INSERT INTO identity.session (secret, account_id) VALUES (%s, %s) RETURNING id::text",
                [digest(secrets.token_hex(16)), account.id],
            )
            session = str(rows[0]["id"])
        refresh = secrets.token_urlsafe(48)
        await self.accounts.fetch(
            "INSERT INTO identity.refresh_token (token, account_id, session, client_id) VALUES (%s, %s, %s, %s)",
            [digest(refresh), account.id, session, client],
        )
        access = self.sign(self.base(request), account, client, session, "Bearer")
        body = {
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "refresh_expires_in": REFRESH_SECONDS,
            "token_type": "Bearer",
            "id_token": self.sign(self.base(request), account, client, session, "ID", nonce),
            "not-before-policy": 0,
            "session_state": session,
            "scope": "openid profile email",
        }
        return JSONResponse(body, headers={"cache-control": "no-store"})

    def sign(
        self, base: str, account: Account, client: str, session: str, kind: str, nonce: str | None = None
    ) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            **account.claims(), "iss": self.issuer(base), "aud": client if kind == "ID" else "account", "azp": client,
            "iat": now, "exp": now + ACCESS_SECONDS, "jti": secrets.token_hex(16), "sid": session,
            "session_state": session, "typ": kind, "scope": "openid profile email",
        }  # fmt: skip
        if nonce:
            claims["nonce"] = nonce
        key = self.keys.keys[0]
        return jwt.encode({"alg": "RS256", "kid": key.kid, "typ": "JWT"}, claims, key)

    async def bearer(self, request: Request, token: str) -> dict[str, Any] | None:
        from dina.base.errors import Problem
        from dina.base.identity.tokens import Tokens

        issuer = self.issuer(self.base(request))
        try:
            claims = await Tokens({issuer: Issuer(issuer, None, self.keys)}).claims(token)
        except Problem:
            return None
        rows = await self.accounts.fetch(
            "SELECT 1 FROM identity.session WHERE id::text = %s AND NOT ended", [str(claims.get("sid"))]
        )
        return claims if rows else None

    async def userinfo(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = await self.bearer(request, token.strip()) if scheme.lower() == "bearer" else None
        if claims is None:
            return JSONResponse(
                {"error": "invalid_token"}, 401, headers={"www-authenticate": 'Bearer error="invalid_token"'}
            )
        dropped = {"iss", "aud", "azp", "iat", "exp", "jti", "sid", "session_state", "typ", "scope", "nonce"}
        return JSONResponse({name: value for name, value in claims.items() if name not in dropped})

    async def introspect(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        claims = await self.bearer(request, form.get("token", ""))
        return JSONResponse({"active": claims is not None, **(claims or {})})

    async def revoke(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        await self.accounts.fetch(
            "DELETE FROM identity.refresh_token WHERE token = %s", [digest(form.get("token", ""))]
        )
        return Response(status_code=200)


def client_of(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from the form or from Basic authentication."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given).decode().partition(":")
        except ValueError:
            return "", ""
        return name, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def failure(error: str, status: int = 400) -> Response:
    return JSONResponse({"error": error}, status, headers={"cache-control": "no-store"})
