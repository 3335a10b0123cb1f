"""Identity as the application uses it: one object that tells who asks, in every mode (api.md §22)."""

from __future__ import annotations

import ipaddress
import os
import secrets
from typing import Any

from dina.base.database import Pools
from dina.base.identity.accounts import Accounts
from dina.base.identity.authenticate import Authenticator
from dina.base.identity.caller import Caller, caller_from_claims
from dina.base.identity.limits import RateLimit
from dina.base.identity.provider import CLIENT, REALM, Provider, signing_keys
from dina.base.identity.tokens import Issuer, Tokens
from dina.settings import Settings

DEV_ID = "c628fc6f-c9ad-4bb6-a187-81eb7884bdd7"


class Identity(Authenticator):
    """Who asks; `limits` meters requests, `provider` serves `/auth/…` where accounts are local."""

    def __init__(
        self,
        settings: Settings,
        tokens: Tokens | None,
        accounts: Accounts | None,
        provider: Provider | None,
        dev: Caller | None,
    ) -> None:
        super().__init__(tokens, accounts, dev)
        self.settings = settings
        self.limits = RateLimit(settings.rate, settings.burst)
        self.openid = provider
        self.provider = provider.app() if provider is not None else None
        self.session_secret = os.environ.get("DINA_SECRET", "") or secrets.token_hex(32)

    def base(self, scope: Any) -> str:
        """The address people use, as configured or as this request came."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        host = dict(scope["headers"]).get(b"host", b"localhost").decode("latin-1")
        return f"{scope.get('scheme', 'http')}://{host}"

    def keycloak_json(self, scope: Any) -> dict[str, Any]:
        """What keycloak-js boots from."""
        url = self.base(scope) + "/auth/"
        if self.openid is None and self.settings.issuers:
            issuer = self.settings.issuers[0].partition("=")[0]
            url = issuer.partition("realms/")[0]
        return {
            "realm": "dina", "auth-server-url": url, "ssl-required": "external", "resource": CLIENT,
            "clientId": CLIENT, "public-client": True, "confidential-port": 0, "url": url,
        }  # fmt: skip

    def dev_user_json(self) -> dict[str, Any]:
        return {
            "keycloakEnabled": False,
            "devUserEnabled": True,
            "groupRole": ", ".join(self.settings.dev_groups),
        }


class AnyHost(dict[str, Issuer]):
    """The built-in provider under whatever address it was reached at, when none is configured.

    The keys are ours alone, so a token is as good from any of our addresses.
    """

    def __init__(self, issuer: Issuer, more: dict[str, Issuer]) -> None:
        super().__init__(more)
        self.issuer = issuer

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key)
        return self.issuer if found is None and key.endswith(REALM) else found or default


def dev_caller(settings: Settings) -> Caller:
    """The user of development mode. Raises ValueError when others than this machine could reach it."""
    host = "127.0.0.1" if settings.host == "localhost" else settings.host
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and not settings.dev_anywhere:
        raise ValueError(
            "DINA_AUTH_MODE=dev lets everybody in: listen on a loopback address, or set DINA_DEV_ANYWHERE"
        )
    roles = ["dina-realm-user", *(["dina-admin"] if settings.dev_admin else [])]
    return caller_from_claims(
        {
            "sub": DEV_ID, "preferred_username": "dev", "agent-identifier": DEV_ID,
            "groups": list(settings.dev_groups), "realm_access": {"roles": roles},
        }
    )  # fmt: skip


async def open_identity(settings: Settings, pools: Pools) -> Identity:
    """Identity for the configured mode. Raises ValueError for a mode nobody knows."""
    accounts = Accounts(pools.write)
    audiences = frozenset(settings.audiences)
    given = [pair.partition("=") for pair in settings.issuers]
    issuers = {name: Issuer(name, jwks or f"{name}/protocol/openid-connect/certs") for name, _, jwks in given}
    match settings.auth_mode:
        case "dev":
            return Identity(settings, None, accounts, None, dev_caller(settings))
        case "oidc":
            return Identity(settings, Tokens(issuers, audiences), accounts, None, None)
        case "local":
            keys = await signing_keys(accounts)
            provider = Provider(
                accounts, keys, settings.public_url, frozenset(settings.origins),
                secure_cookies=settings.public_url.startswith("https"),
            )  # fmt: skip
            own = Issuer(settings.public_url.rstrip("/") + REALM, None, keys)
            tokens = Tokens(issuers | {own.name: own}, audiences)
            if not settings.public_url:
                tokens.issuers = AnyHost(own, issuers)
            return Identity(settings, tokens, accounts, provider, None)
        case other:
            raise ValueError(f"DINA_AUTH_MODE={other!r} is none of local, oidc, dev")
