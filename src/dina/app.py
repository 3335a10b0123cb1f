"""The application: modules mounted behind one gateway, with identity, health and pages around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import structlog

from dina.base import logs
from dina.base.database import Pools, open_pools
from dina.base.files import Files
from dina.base.http import Answer, dumps
from dina.base.http.gateway import Gateway, clean, respond
from dina.base.http.inside import InProcess
from dina.base.identity.caller import Caller
from dina.base.jobs.worker import Worker
from dina.base.jsonapi.service import Service
from dina.base.metrics import Metrics
from dina.base.module import Module, extensions, installed
from dina.base.resource import ResourceType
from dina.identity import Identity, open_identity
from dina.settings import Settings

log = structlog.get_logger("dina")
COMPACT_SECONDS = 20
JSON = b"application/json"
Loaded = Sequence[tuple[Module, Mapping[str, ResourceType]]]


def load_modules(settings: Settings) -> Loaded:
    """The chosen modules with their types, extensions applied."""
    extra = extensions()
    return [(module, module.types(extra)) for module in installed(settings.modules)]


def services_of(
    settings: Settings, loaded: Loaded, pools: Pools
) -> tuple[dict[str, Service], dict[str, Service]]:
    """A service for every module, by name and by every prefix it is mounted under."""
    files = Files(settings.data_dir / "files", settings.files_url)
    owners = {t: module.prefixes[0] for module, types in loaded for t in types}
    for module, _ in loaded:
        for type_, owner in module.external.items():
            owners.setdefault(type_, f"/{owner}/v1")
    services: dict[str, Service] = {}
    mounts: dict[str, Service] = {}
    for module, types in loaded:
        service = Service(
            module, types, pools, owners, module.version, settings.contact or None, settings.max_bulk,
            module.name in settings.version_required, files, settings.public_url.rstrip("/"),
            open=settings.anonymous_reading,
        )  # fmt: skip
        if settings.auth_mode == "dev":
            service.attention.append("auth.mode=dev: everybody is let in as user «dev»")
        services[module.name] = service
        prefixes = (*module.prefixes, "/api/v1") if len(loaded) == 1 else module.prefixes
        mounts.update(dict.fromkeys(prefixes, service))
    return services, mounts


@dataclass(repr=False)
class App:
    """The ASGI application of one process."""

    settings: Settings
    loaded: Loaded
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    gateway: Gateway | None = None
    identity: Identity | None = None
    pools: Pools | None = None
    web: Any = None
    services: dict[str, Service] = field(default_factory=dict[str, Service])
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    async def start(self) -> None:
        settings = self.settings
        self.pools = await self.stack.enter_async_context(
            open_pools(settings.database_url, settings.replica_url or None, size=settings.pool_size)
        )
        self.services, mounts = services_of(settings, self.loaded, self.pools)
        for service in self.services.values():
            service.client_as = self.client_as
        self.identity = await open_identity(settings, self.pools)
        self.gateway = Gateway(
            mounts,
            self.identity,
            self.identity.limits,
            Metrics(),
            frozenset(settings.origins),
            frozenset(settings.proxies),
            settings.anonymous_reading,
            settings.https_only,
            settings.max_body,
            settings.log_requests,
        )
        if settings.web:
            from dina.web.site import create_site

            self.web = create_site(
                InProcess(self),
                self.registry_modules(),
                secret=self.identity.session_secret,
                dev=settings.auth_mode == "dev",
                secure=settings.public_url.startswith("https"),
            )
        self._tasks.append(asyncio.create_task(self.compact_counts()))

    def registry_modules(self) -> list[tuple[str, str]]:
        return [(module.name, module.prefixes[0]) for module, _ in self.loaded]

    def client_as(self, caller: Caller) -> httpx.AsyncClient:
        """A client of this very application that asks as somebody; for work that nobody waits for."""
        return httpx.AsyncClient(
            transport=InProcess(self, caller), base_url="http://dina.inside", timeout=3600
        )

    def worker(self, scratch: Path) -> Worker:
        """A worker for the jobs of every module served here."""
        assert self.pools is not None
        files = Files(self.settings.data_dir / "files", self.settings.files_url)
        return Worker(self.settings.database_url, self.pools, self.services, files, self.client_as, scratch)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.stack.aclose()

    async def compact_counts(self) -> None:
        """Sum up the counted differences that writes leave behind, so that totals stay quick to read."""
        while True:
            await asyncio.sleep(COMPACT_SECONDS)
            try:
                await self.compact_once()
            except Exception as fault:
                log.warning("counts not compacted", error=str(fault))

    async def compact_once(self) -> None:
        assert self.pools is not None
        for service in self.services.values():
            async with self.pools.write.connection() as connection:
                await connection.execute(
                    cast(
                        Any,
                        f"WITH old AS (DELETE FROM {service.schema}.row_count RETURNING *) "
                        f'INSERT INTO {service.schema}.row_count SELECT type, "group", sum(n) FROM old GROUP BY 1, 2',
                    )
                )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.lifespan(receive, send)
        elif scope["type"] == "http":
            await self.http(scope, receive, send)

    async def lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as fault:
                    log.exception("start failed", exc_info=fault)
                    await send({"type": "lifespan.startup.failed", "message": str(fault)})
                    raise
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def http(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.gateway is not None
        assert self.identity is not None
        path = clean(scope["path"])
        if self.gateway.mount(path) is not None:
            await self.gateway(scope, receive, send)
            return
        small = await self.small(path, scope)
        if small is not None:
            if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                small = Answer(405, b"", content_type=None).header(b"allow", "GET, HEAD")
            await respond(scope["method"], small, send)
        elif path.startswith("/auth/") and self.identity.provider is not None:
            await self.identity.provider(scope, receive, send)
        elif self.web is not None and not path.startswith("/api/"):
            await self.web(scope, receive, send)
        else:
            await self.gateway(scope, receive, send)

    async def small(self, path: str, scope: Any) -> Answer | None:
        """Health, metrics and the files the consortium's interface boots from (api.md §1.2, §19)."""
        assert self.gateway is not None
        assert self.identity is not None
        match path:
            case "/health" | "/health/live" | "/actuator/health":
                return await self.health(ready=path != "/health/live")
            case "/health/ready":
                return await self.health(ready=True)
            case "/metrics" | "/actuator/prometheus":
                if not self.local(scope):
                    return Answer(403, b"", content_type=b"text/plain")
                return Answer(200, self.gateway.metrics.text(), content_type=b"text/plain; version=0.0.4")
            case "/api/instance.json" | "/instance.json":
                return Answer(200, dumps(self.instance()), content_type=JSON)
            case "/keycloak.json" | "/api/keycloak.json":
                return Answer(200, dumps(self.identity.keycloak_json(scope)), content_type=JSON)
            case "/dev-user.json" | "/api/dev-user.json" if self.settings.auth_mode == "dev":
                return Answer(200, dumps(self.identity.dev_user_json()), content_type=JSON)
            case _:
                return None

    @staticmethod
    def local(scope: Any) -> bool:
        return (scope.get("client") or ("127.0.0.1", 0))[0] in ("127.0.0.1", "::1", "testclient")

    async def health(self, *, ready: bool) -> Answer:
        assert self.pools is not None
        if ready:
            try:
                async with self.pools.read.connection(timeout=3) as connection:
                    await connection.execute("SELECT 1")
            except Exception as fault:
                log.warning("not ready", error=str(fault))
                return Answer(503, dumps({"status": "DOWN"}), content_type=JSON)
        return Answer(200, dumps({"status": "UP"}), content_type=JSON)

    def instance(self) -> dict[str, Any]:
        return {
            "supported-languages-iso": "en,fr",
            "instance-mode": "developer" if self.settings.auth_mode == "dev" else "PROD",
            "instance-name": "DINA",
            "instance-banner-color": "#38414d",
            "supported-geographic-references": "OSM",
        }


def create() -> App:
    """The application for an ASGI server: settings from the environment, database already up to date."""
    logs.configure()
    settings = Settings.from_environment()
    return App(settings, load_modules(settings))


@asynccontextmanager
async def running(app: App) -> AsyncIterator[App]:
    """The application started without a server, for in-process clients and tests."""
    await app.start()
    try:
        yield app
    finally:
        await app.stop()
