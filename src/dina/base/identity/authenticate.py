"""From an Authorization header to a caller: tokens, API keys, development mode."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from dina.base.identity.accounts import Accounts
from dina.base.identity.caller import ANONYMOUS, Caller, caller_from_claims, narrowed
from dina.base.identity.tokens import Tokens, refused

REMEMBERED = 5000
KEY_SECONDS = 30


class Authenticator:
    """Tells who asks. A token seen before costs a look into a dictionary until it expires."""

    def __init__(self, tokens: Tokens | None, accounts: Accounts | None, dev: Caller | None = None) -> None:
        self.tokens = tokens
        self.accounts = accounts
        self.dev = dev
        self._known: dict[bytes, tuple[Caller, float]] = {}

    def cached(self, authorization: bytes) -> Caller | None:
        if self.dev is not None:
            return self.dev
        found = self._known.get(authorization)
        if found is None:
            return None
        if found[1] < time.time():
            del self._known[authorization]
            return None
        return found[0]

    async def caller(self, headers: Mapping[bytes, bytes], client_host: str) -> Caller:
        """The caller of a request. Raises Problem 401 for a token or key that is not good."""
        if self.dev is not None:
            return self.dev
        authorization = headers.get(b"authorization")
        if authorization is None:
            return ANONYMOUS
        scheme, _, token = authorization.decode("latin-1").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise refused()
        caller, until = await self._key(token) if token.startswith("dina_") else await self._token(token)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[authorization] = (caller, until)
        return caller

    async def _token(self, token: str) -> tuple[Caller, float]:
        if self.tokens is None:
            raise refused()
        claims = await self.tokens.claims(token)
        return caller_from_claims(claims), float(claims["exp"])

    async def _key(self, key: str) -> tuple[Caller, float]:
        found = await self.accounts.by_key(key) if self.accounts is not None else None
        if found is None:
            raise refused()
        account, read_only = found
        caller = caller_from_claims(account.claims())
        return replace(narrowed(caller, read_only=read_only), by_key=True), time.time() + KEY_SECONDS
