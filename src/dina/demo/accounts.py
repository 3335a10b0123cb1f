"""Accounts of the demo, made when the system holds none."""

from __future__ import annotations

import asyncio

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


def ensure_demo(settings: Settings) -> bool:
    return asyncio.run(make_accounts(settings))
