"""Other processes that help to make the whole index: each is told ids of records and makes their entries.

They are `python -m dina.indexing`, with the settings of this process. A line of JSON on their input asks for some
entries, a line on their output says how many records that were. Where one ends too early the whole is begun anew.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from dina.modules.search.index.store import Store

COMMAND = (sys.executable, "-m", "dina.indexing")
AT_ONCE = 3
"""What one process is asked for before it has answered: one being written, one read, one on the way."""
LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Help:
    """How many processes may help, and the environment that gives them the settings."""

    number: int
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @classmethod
    def of_this_machine(cls) -> Help:
        """One for each further core, up to three."""
        return cls(min(3, len(os.sched_getaffinity(0)) - 1))


@dataclass
class Helper:
    """One process."""

    process: asyncio.subprocess.Process
    generation: int
    table: int
    asked: int = 0

    async def make(self, type_: str, ids: list[str]) -> int:
        """Ask for the entries of records; how many were answered for meanwhile. Raises RuntimeError when it is gone."""
        assert self.process.stdin is not None
        wanted = {"type": type_, "ids": ids, "generation": self.generation, "table": self.table}
        try:
            self.process.stdin.write(orjson.dumps(wanted) + b"\n")
            await self.process.stdin.drain()
        except ConnectionError as gone:
            raise RuntimeError("a process that made entries has ended") from gone
        self.asked += 1
        return await self._answered() if self.asked >= AT_ONCE else 0

    async def finish(self) -> int:
        """Wait until all is made that was asked for."""
        number = 0
        while self.asked:
            number += await self._answered()
        return number

    async def _answered(self) -> int:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError("a process that made entries has ended")
        self.asked -= 1
        return int(line)


class Helpers:
    """The processes that help with one generation, started when they are needed."""

    def __init__(self, help: Help | None) -> None:
        self.help = help
        self.running: list[Helper] = []

    async def started(self, store: Store, generation: int) -> list[Helper]:
        """Those that there are."""
        if self.help is not None and not self.running:
            table = await store.table(generation)
            for _ in range(self.help.number):
                process = await asyncio.create_subprocess_exec(
                    *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=dict(self.help.environment),
                    limit=LIMIT,
                )  # fmt: skip
                self.running.append(Helper(process, generation, table))
        return self.running

    async def close(self) -> None:
        for one in self.running:
            with suppress(ProcessLookupError):
                one.process.kill()
            await one.process.wait()
        self.running = []
