"""The worker: takes jobs from the queue and does them, a few at a time, until told to end."""

from __future__ import annotations

import asyncio
import gc
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
from psycopg import AsyncConnection, OperationalError

from dina.base.database.pools import Pools
from dina.base.errors import Error, Problem
from dina.base.files import Files
from dina.base.identity.caller import Caller
from dina.base.jobs import store
from dina.base.jobs.job import Failed, Job, Stopped
from dina.base.jsonapi.service import Service
from dina.base.text import LANGUAGES

log = structlog.get_logger("dina.job")
IDLE = 2.0
"""Seconds after which the queue is looked at even if nobody said that there is something in it."""
KEEP_FILES, KEEP_JOBS = "14 days", "90 days"


@dataclass
class Worker:
    """Runs the jobs of the given services. `client_as` makes a client of the API that asks as somebody."""

    url: str
    pools: Pools
    services: Mapping[str, Service]
    files: Files
    client_as: Callable[[Caller], httpx.AsyncClient]
    scratch: Path
    at_once: int = 2
    _running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(self, *, until_idle: bool = False) -> None:
        """Work until cancelled; with `until_idle`, until there is nothing left to do."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True, exist_ok=True)
        swept = 0.0
        lasting = (
            [] if until_idle else [asyncio.create_task(self._beside(one)) for one in self.services.values()]
        )
        try:
            while True:
                try:
                    async with self._listening(lasting=not until_idle) as (connection, told):
                        while True:
                            moment = asyncio.get_running_loop().time()
                            if moment - swept > 3600 or swept == 0.0:
                                swept = moment
                                await self.sweep(connection)
                            if (
                                await store.any_waiting(connection, list(self.services))
                                and await self._take()
                            ):
                                continue
                            if until_idle and not self._running:
                                return
                            told.clear()
                            waiting = [asyncio.create_task(told.wait()), *self._running]
                            await asyncio.wait(waiting, timeout=IDLE, return_when=asyncio.FIRST_COMPLETED)
                            waiting[0].cancel()
                except OperationalError as fault:
                    log.warning("the database is away", error=str(fault))
                    await asyncio.sleep(1)
        finally:
            for task in (*self._running, *lasting):
                task.cancel()
            await asyncio.gather(*self._running, *lasting, return_exceptions=True)

    async def _beside(self, service: Service) -> None:
        """What a module does all the time; begun again a while after a fault."""
        run = service.module.beside
        while run is not None:
            try:
                await run(self.url, service)
                return
            except Exception as fault:
                log.exception("lasting work fault", module=service.module.name, exc_info=fault)
            await asyncio.sleep(IDLE)

    @asynccontextmanager
    async def _listening(
        self, *, lasting: bool
    ) -> AsyncGenerator[tuple[AsyncConnection[Any], asyncio.Event]]:
        """A connection to look at the queue with, and the event that is set when somebody puts a job in it.

        Who does not last needs nobody to listen.
        """
        told = asyncio.Event()
        async with await AsyncConnection.connect(self.url, autocommit=True) as connection:

            async def hear() -> None:
                async with await AsyncConnection.connect(self.url, autocommit=True) as ear:
                    await ear.execute("LISTEN dina_job")
                    async for _ in ear.notifies():
                        told.set()

            hearing = asyncio.create_task(hear()) if lasting else None
            try:
                yield connection, told
            finally:
                if hearing is not None:
                    hearing.cancel()

    async def _take(self) -> bool:
        """Start one job if there is one and a free hand."""
        if len(self._running) >= self.at_once:
            return False
        held = await AsyncConnection.connect(self.url, autocommit=True, application_name="dina job")
        row = await store.claim(held, list(self.services))
        if row is None:
            await held.close()
            return False
        task = asyncio.create_task(self._do(held, row))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    async def _do(self, held: AsyncConnection[Any], row: store.Row) -> None:
        """Do one job; whatever happens, its row says so afterwards, unless this process is ending."""
        service = self.services[row.module]
        kind = service.module.jobs.get(row.kind)
        workspace = Path(tempfile.mkdtemp(prefix=f"{row.kind}-", dir=self.scratch))
        # Pages wait less if everybody may look into the directory; only this user may read what is in it.
        log.info("job begins", id=row.id, kind=row.kind, attempt=row.attempts)
        # What is there before a job stays: the collector need not look through it while the job makes millions of
        # short-lived objects, which took a quarter of the time of long work.
        gc.freeze()
        try:
            if kind is None:
                raise Failed(Error("NOT_FOUND", key="job.unknown", values={"kind": row.kind}))
            if row.attempts > store.MAX_ATTEMPTS:
                raise Failed(Error("INTERNAL_ERROR", key="job.crashed", values={"times": store.MAX_ATTEMPTS}))
            async with self.client_as(row.caller) as client:
                job = Job(
                    row.id, row.kind, row.caller, row.group, row.parameters, row.checkpoint, service, self.pools,
                    self.files, client, self.client_as, workspace, row.done, row.total, row.failed,
                )  # fmt: skip
                result = await kind.run(job)
                await job.progress(now=True)
            await store.finish(held, row.id, "finished", result=result)
        except Stopped:
            await store.finish(held, row.id, "stopped")
        except (Failed, Problem) as fault:
            await store.finish(held, row.id, "failed", error=_told(fault.errors))
        except asyncio.CancelledError:
            # The process ends: the row stays as it is and whoever comes next goes on from the checkpoint.
            raise
        except OperationalError as fault:
            log.warning("the database went away", id=row.id, error=str(fault))
        except Exception as fault:
            log.exception("job fault", id=row.id, exc_info=fault)
            await store.finish(held, row.id, "failed", error=_told([Error("INTERNAL_ERROR")]))
        finally:
            gc.unfreeze()
            shutil.rmtree(workspace, ignore_errors=True)
            await held.close()
            log.info("job ends", id=row.id, kind=row.kind)

    async def sweep(self, connection: AsyncConnection[Any]) -> None:
        """Forget jobs long past, and the files of those a while past; let modules see what is due."""
        cursor = await connection.execute(
            f"UPDATE dina.job SET result = result - 'files' WHERE finished_on < now() - interval '{KEEP_FILES}' "  # type: ignore[arg-type]
            "AND result ? 'files' AND module = ANY(%s) RETURNING id::text",
            [list(self.services)],
        )
        for (id_,) in await cursor.fetchall():
            await self.files.delete(await self.files.listed(f"job/{id_}/"))
        await connection.execute(
            f"DELETE FROM dina.job WHERE finished_on < now() - interval '{KEEP_JOBS}' AND module = ANY(%s)",  # type: ignore[arg-type]
            [list(self.services)],
        )
        for name, service in self.services.items():
            if service.module.periodic is None:
                continue
            try:
                await service.module.periodic(connection, service)
            except OperationalError:
                raise
            except Exception as fault:
                log.exception("periodic work fault", module=name, exc_info=fault)


def _told(errors: Any) -> dict[str, Any]:
    """The errors in every language, since nobody knows yet who will read them."""
    return {language: [error.document(language, "") for error in errors] for language in LANGUAGES}
