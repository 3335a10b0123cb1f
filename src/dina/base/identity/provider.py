"""The built-in OpenID provider: Keycloak's paths over local accounts, for one machine or a small house (api.md §22.4)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from jinja2 import Environment
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dina.base.http.request import accepted_language
from dina.base.identity.accounts import Account, Accounts, digest
from dina.base.identity.grants import REALM, Grants

CLIENT = "dina-public"
COOKIE = "DINA_SSO"
SESSION_SECONDS = 36_000
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
TEXTS = {
    "en": {
        "title": "Sign in to DINA", "username": "User name", "password": "Password", "submit": "Sign in",
        "wrong": "The user name or the password is not right. After several failures wait a moment.",
        "stale": "This page was open for too long. Sign in again.",
    },
    "fr": {
        "title": "Connexion à DINA", "username": "Nom d’utilisateur", "password": "Mot de passe", "submit": "Se connecter",
        "wrong": "Le nom d’utilisateur ou le mot de passe est incorrect. Après plusieurs échecs, attendez un moment.",
        "stale": "Cette page est restée ouverte trop longtemps. Connectez-vous de nouveau.",
    },
}  # fmt: skip


async def signing_keys(accounts: Accounts) -> KeySet:
    """The provider's keys, newest first; the first one is made when there is none."""
    rows = await accounts.fetch(
        "SELECT kid, private::text FROM identity.signing_key WHERE retired_on IS NULL ORDER BY created_on DESC"
    )
    if not rows:
        key = RSAKey.generate_key(2048, private=True, auto_kid=True)
        await accounts.fetch(
            "INSERT INTO identity.signing_key (kid, private) SELECT %s, %s::jsonb "
            "WHERE NOT EXISTS (SELECT 1 FROM identity.signing_key WHERE retired_on IS NULL)",
            [key.kid, orjson.dumps(key.as_dict(private=True)).decode()],
        )
        return await signing_keys(accounts)
    return KeySet([RSAKey.import_key({**orjson.loads(row["private"]), "kid": row["kid"]}) for row in rows])


@dataclass
class Provider(Grants):
    """The provider's endpoints and sign-in page, and which addresses clients may be sent back to.

    `redirects` are allowed origins
    beside the provider's own and loopback addresses.
    """

    redirects: frozenset[str] = frozenset()
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    secure_cookies: bool = False

    def app(self) -> Starlette:
        oidc = f"{REALM}/protocol/openid-connect"
        routes = [
            Route(f"{REALM}/.well-known/openid-configuration", self.configuration),
            Route(f"{oidc}/certs", self.certificates),
            Route(f"{oidc}/auth", self.sign_in, methods=["GET", "POST"]),
            Route(f"{oidc}/token", self.token, methods=["POST"]),
            Route(f"{oidc}/userinfo", self.userinfo, methods=["GET", "POST"]),
            Route(f"{oidc}/token/introspect", self.introspect, methods=["POST"]),
            Route(f"{oidc}/logout", self.logout, methods=["GET", "POST"]),
            Route(f"{oidc}/revoke", self.revoke, methods=["POST"]),
            Route(f"{oidc}/login-status-iframe.html", self.status_frame),
            Route(f"{oidc}/3p-cookies/step1.html", self.status_frame),
            Route(f"{REALM}/sign-in.css", self.style),
        ]
        cors = Middleware(
            CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"]
        )
        return Starlette(routes=routes, middleware=[cors])

    async def configuration(self, request: Request) -> Response:
        base = self.base(request)
        oidc = f"{base}{REALM}/protocol/openid-connect"
        return JSONResponse(
            {
                "issuer": self.issuer(base),
                "authorization_endpoint": f"{oidc}/auth",
                "token_endpoint": f"{oidc}/token",
                "userinfo_endpoint": f"{oidc}/userinfo",
                "introspection_endpoint": f"{oidc}/token/introspect",
                "end_session_endpoint": f"{oidc}/logout",
                "revocation_endpoint": f"{oidc}/revoke",
                "jwks_uri": f"{oidc}/certs",
                "check_session_iframe": f"{oidc}/login-status-iframe.html",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment"],
                "grant_types_supported": [
                    "authorization_code",
                    "refresh_token",
                    "password",
                    "client_credentials",
                ],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": [
                    "none",
                    "client_secret_post",
                    "client_secret_basic",
                ],
                "scopes_supported": ["openid", "profile", "email"],
            }
        )

    async def certificates(self, request: Request) -> Response:
        return JSONResponse(
            {"keys": [{**k.as_dict(private=False), "use": "sig", "alg": "RS256"} for k in self.keys.keys]}
        )

    def allowed(self, request: Request, address: str) -> bool:
        """Whether people may be sent to an address: our own origin, a configured one, or this very machine."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            return False
        origin = f"{parts.scheme}://{parts.netloc}"
        own = urlsplit(self.base(request))
        return (
            origin == f"{own.scheme}://{own.netloc}"
            or origin in self.redirects
            or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
        )

    async def sign_in(self, request: Request) -> Response:
        """The authorization endpoint: a form, or straight back for somebody signed in already."""
        query = dict(request.query_params)
        redirect = query.get("redirect_uri", "")
        if not self.allowed(request, redirect):
            return PlainTextResponse("This address may not be returned to.", 400, headers=HEADERS)
        if query.get("response_type") != "code" or not query.get("client_id"):
            return self.back(query, {"error": "unsupported_response_type"})
        if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
            return self.back(query, {"error": "invalid_request"})
        language = query.get("ui_locales", "")[:2] or accepted_language(
            request.headers.get("accept-language", "").encode()
        )
        language = language if language in TEXTS else "en"
        session = await self.session(request)
        if request.method == "GET":
            if session is not None and query.get("prompt") != "login":
                return await self.granted(query, session[0], session[1])
            if query.get("prompt") == "none":
                return self.back(query, {"error": "login_required"})
            return self.form(request, language)
        form = await request.form()
        if not self.form_is_ours(str(form.get("csrf", "")), request.cookies.get("DINA_FORM", "")):
            return self.form(request, language, "stale", 403)
        username, password = str(form.get("username", ""))[:200], str(form.get("password", ""))[:1000]
        account = await self.accounts.check_password(username, password)
        if account is None:
            return self.form(request, language, "wrong", 401, username)
        secret = secrets.token_urlsafe(32)
        rows = await self.accounts.fetch(
            "INSERT INTO identity.session (secret, account_id) VALUES (%s, %s) RETURNING id::text",
            [digest(secret), account.id],
        )
        answer = await self.granted(query, account, rows[0]["id"])
        answer.set_cookie(
            COOKIE,
            secret,
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            path="/auth",
            secure=self.secure_cookies,
        )
        return answer

    def form_is_ours(self, given: str, cookie: str) -> bool:
        moment, _, mark = given.partition(".")
        if not moment.isdecimal() or time.time() - int(moment) > 3600 or not cookie:
            return False
        return hmac.compare_digest(mark, self.mark(moment, cookie))

    def mark(self, moment: str, cookie: str) -> str:
        return hmac.new(self.secret, f"{moment}\n{cookie}".encode(), hashlib.sha256).hexdigest()

    def form(
        self, request: Request, language: str, problem: str = "", status: int = 200, username: str = ""
    ) -> Response:
        cookie = request.cookies.get("DINA_FORM") or secrets.token_urlsafe(16)
        moment = str(int(time.time()))
        template = Environment(autoescape=True).from_string(
            files("dina.base.identity").joinpath("sign-in.html").read_text("utf-8")
        )
        page = template.render(
            texts=TEXTS[language], language=language, problem=TEXTS[language].get(problem, ""), username=username,
            csrf=f"{moment}.{self.mark(moment, cookie)}", style=f"{REALM}/sign-in.css",
        )  # fmt: skip
        headers = {**HEADERS, "content-language": language}
        # Chromium applies form-action to redirects after a submit, so the allowed target must be named.
        answer = HTMLResponse(page, status, headers=headers)
        answer.set_cookie(
            "DINA_FORM", cookie, httponly=True, samesite="lax", path="/auth", secure=self.secure_cookies
        )
        return answer

    async def style(self, request: Request) -> Response:
        return Response(
            files("dina.base.identity").joinpath("sign-in.css").read_text("utf-8"), media_type="text/css"
        )

    async def session(self, request: Request) -> tuple[Account, str] | None:
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        rows = await self.accounts.fetch(
            "SELECT id::text, account_id::text FROM identity.session WHERE secret = %s AND NOT ended "
            "AND created_on > now() - make_interval(secs => %s)",
            [digest(secret), SESSION_SECONDS],
        )
        account = await self.accounts.by_id(rows[0]["account_id"]) if rows else None
        return (account, rows[0]["id"]) if account is not None and account.enabled else None

    async def granted(self, query: Mapping[str, str], account: Account, session: str) -> Response:
        code = secrets.token_urlsafe(32)
        await self.accounts.fetch(
            "INSERT INTO identity.authorization_code (code, account_id, client_id, redirect_uri, challenge, nonce, scope, session) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                digest(code), account.id, query["client_id"], query["redirect_uri"], query.get("code_challenge"),
                query.get("nonce"), query.get("scope"), session,
            ],
        )  # fmt: skip
        return self.back(query, {"code": code, "session_state": session})

    @staticmethod
    def back(query: Mapping[str, str], values: dict[str, str]) -> Response:
        if "state" in query:
            values["state"] = query["state"]
        address = query["redirect_uri"]
        if query.get("response_mode") == "fragment":
            address = address.partition("#")[0] + "#" + urlencode(values)
        else:
            address += ("&" if "?" in address else "?") + urlencode(values)
        return RedirectResponse(address, 302, headers={"cache-control": "no-store"})

    async def logout(self, request: Request) -> Response:
        """Ends the session; back only to an address that is allowed."""
        query = dict(request.query_params)
        if request.method == "POST":
            query |= dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if "refresh_token" in query:
            rows = await self.accounts.fetch(
                "SELECT session::text FROM identity.refresh_token WHERE token = %s",
                [digest(query["refresh_token"])],
            )
            for row in rows:
                await self.end_session(row["session"])
        found = await self.session(request)
        if found is not None:
            await self.end_session(found[1])
        target = query.get("post_logout_redirect_uri") or query.get("redirect_uri") or ""
        answer: Response = Response(status_code=204)
        if target and self.allowed(request, target):
            answer = RedirectResponse(target, 302)
        answer.delete_cookie(COOKIE, path="/auth")
        return answer

    async def status_frame(self, request: Request) -> Response:
        return HTMLResponse("<!doctype html><title>-</title>", headers={"cache-control": "no-store"})
