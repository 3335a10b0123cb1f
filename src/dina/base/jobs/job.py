"""A job as the function that does it sees it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from dina.base.database.pools import Pools
from dina.base.errors import Error
from dina.base.files import Files
from dina.base.identity.caller import Caller
from dina.base.jobs import store
from dina.base.jsonapi.service import Service
from dina.base.text import Text

EVERY = 0.4
"""Seconds between two reports of progress that carry nothing to go on from."""


class Stopped(Exception):
    """Somebody asked the job to stop; what it has done so far is whole."""


class Failed(Exception):
    """The job cannot be done, for a reason that people can read."""

    def __init__(self, *errors: Error) -> None:
        self.errors = errors
        super().__init__("; ".join(error.key or error.code for error in errors))


@dataclass(frozen=True)
class JobKind:
    """A kind of long work of a module: what it is called and the function that does it.

    The function is given the `Job` and answers what is kept as its result (JSON). It is called again, with the
    last checkpoint, when the process that ran it died, and when somebody retries it.
    """

    label: Text
    run: Callable[[Job], Awaitable[Mapping[str, Any] | None]]


@dataclass
class Job:
    """A running job: who asked for it, with what, how far it got, and what it may use.

    `client` asks the API as the caller, `client_as` makes one that asks as somebody else. `workspace` is a directory of its own that is removed afterwards.
    """

    id: str
    kind: str
    caller: Caller
    group: str | None
    parameters: dict[str, Any]
    checkpoint: dict[str, Any]
    service: Service
    pools: Pools
    files: Files
    client: httpx.AsyncClient
    client_as: Callable[[Caller], httpx.AsyncClient]
    workspace: Path
    done: int = 0
    total: int | None = None
    failed: int = 0
    _told: float = field(default=0.0, repr=False)

    async def progress(
        self,
        done: int | None = None,
        total: int | None = None,
        *,
        failed: int | None = None,
        message: str | None = None,
        checkpoint: Mapping[str, Any] | None = None,
        now: bool = False,
    ) -> None:
        """Tell how far it is. Raises Stopped when somebody asked for that.

        Calls may be frequent: only a few a second reach the database, unless a `checkpoint` is given, which is
        where the job goes on when its process dies.
        """
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.failed = self.failed if failed is None else failed
        moment = time.monotonic()
        if checkpoint is None and not now and moment - self._told < EVERY:
            return
        self._told = moment
        values: dict[str, Any] = {"done": self.done, "total": self.total, "failed": self.failed}
        if message is not None:
            values["message"] = message
        if checkpoint is not None:
            self.checkpoint = dict(checkpoint)
            values["checkpoint"] = self.checkpoint
        async with self.pools.write.connection() as connection:
            if await store.save_progress(connection, self.id, values):
                raise Stopped
