"""The database: embedded or given by URL, pools of connections, migrations."""

from dina.base.database.arrays import array, byte_array
from dina.base.database.embedded import EmbeddedServer
from dina.base.database.migrate import migrate
from dina.base.database.pools import Pools, open_pools

__all__ = ["EmbeddedServer", "Pools", "array", "byte_array", "migrate", "open_pools"]
