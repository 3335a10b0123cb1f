"""Accounts of the demo, made when the system holds none."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from dina.base.database import open_pools
from dina.base.identity.accounts import Accounts
from dina.settings import Settings

GROUP = "demo"
PEOPLE = (
    ("admin", "admin", (), ("dina-admin",)),
    ("curator", "curator", ((GROUP, "super-user"),), ()),
    ("technician", "technician", ((GROUP, "user"),), ()),
    ("student", "student", ((GROUP, "guest"),), ()),
    ("visitor", "visitor", ((GROUP, "read-only"),), ()),
    ("auditor", "auditor", (), ("read-only-admin",)),
)


async def make_accounts(settings: Settings) -> bool:
    """Make the demo accounts; answers whether there were none before."""
    async with open_pools(settings.database_url, size=2) as pools:
        accounts = Accounts(pools.write)
        if await accounts.all():
            return False
        for name, password, roles, admin_roles in PEOPLE:
            await accounts.save(
                name, password=password, roles=roles, admin_roles=admin_roles, first_name=name.capitalize()
            )
        await accounts.save_group(GROUP, {"en": "Demonstration", "fr": "Démonstration"})
    return True


async def make_demo(settings: Settings) -> dict[str, int]:
    """Accounts and specimens, when there are no accounts yet; answers what was made."""
    if not await make_accounts(settings):
        return {}
    return await load_demo(settings)


async def load_demo(settings: Settings) -> dict[str, int]:
    """Load the specimens through the application in this process, signed in as curator and administrator."""
    import httpx

    from dina.app import App, load_modules, running
    from dina.client import Client
    from dina.demo.load import load

    quiet = replace(settings, web=False, auth_mode="local", log_requests=False)
    async with running(App(quiet, load_modules(quiet))) as app:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with Client(transport=transport) as curator, Client(transport=transport) as admin:
            await curator.sign_in("curator", "curator")
            await admin.sign_in("admin", "admin")
            return await load(curator, admin)


def ensure_demo(settings: Settings) -> dict[str, int]:
    return asyncio.run(make_demo(settings))
