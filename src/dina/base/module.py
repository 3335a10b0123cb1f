"""A module: data plus functions. Ours use only what third parties get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dina.base.resource.declare import ResourceType
from dina.base.resource.extension import Extension
from dina.base.text import Text, add_messages

if TYPE_CHECKING:
    from psycopg import AsyncConnection

    from dina.base.jobs import JobKind
    from dina.base.jsonapi.operation import Operation
    from dina.base.jsonapi.service import Service


@dataclass(frozen=True)
class Module:
    """One DINA module.

    `name` is the guideline name, and that of the PostgreSQL schema unless `schema` says another;
    `gateway` the browser gateway's name
    (`agent-api`) and `host` the prefix on an API host (api.md §1.1). `resources` are declared classes.
    `operations` are endpoints beside those of the types. `vocabularies` maps a name to its elements:
    `[{"key": …, "en": …, "fr": …, "term": …}]`. `external` maps a foreign type to the module that owns it.
    `jobs` are the kinds of long work it does in the background, by name. `periodic` is called once an hour by
    every worker, with a connection, to put into the queue what is due; two may call it at the same time.
    `beside` runs beside the jobs as long as a worker runs, given the URL of the database; workers may be several.
    `sql` are files of functions and triggers of its own, run after migration whenever they have changed.
    `seed` is run once after migration, in one transaction, with a psycopg connection. `messages` are the
    sentences of the module's own rules: `{key: {"en": …, "fr": …}}`.
    """

    name: str
    version: str
    label: Text
    gateway: str
    host: str
    resources: Sequence[type[Any]]
    migrations: Path
    external: Mapping[str, str] = field(default_factory=dict[str, str])
    vocabularies: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, Any]]]
    )
    messages: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    operations: Sequence[Operation] = ()
    sql: Sequence[Path] = ()
    jobs: Mapping[str, JobKind] = field(default_factory=dict[str, "JobKind"])
    periodic: Callable[[AsyncConnection[Any], Service], Awaitable[None]] | None = None
    beside: Callable[[str, Service], Awaitable[None]] | None = None
    seed: Callable[[Any], None] | None = None
    api_path: str = "/api/v1"
    schema: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", self.schema or self.name)

    def types(self, extensions: Sequence[Extension] = ()) -> dict[str, ResourceType]:
        """Its resource types by wire name, with the extensions that name this module applied."""
        add_messages({key: dict(texts) for key, texts in self.messages.items()})
        found: dict[str, ResourceType] = {cls.resource.type: cls.resource for cls in self.resources}
        for extension in extensions:
            if extension.module == self.name and extension.type in found:
                found[extension.type] = extension.apply(found[extension.type])
        return found

    @cached_property
    def public_operations(self) -> tuple[Operation, ...]:
        """Those that are open to everybody; most modules have none."""
        return tuple(one for one in self.operations if one.public)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Every prefix it is mounted under by default; the first is canonical (api.md §1.2)."""
        return (f"/{self.name}/v1", f"/api/{self.gateway}", f"/{self.host}{self.api_path}")


def installed(names: Sequence[str] = ()) -> list[Module]:
    """The modules of the entry point group `dina.modules`, all or those named.

    Raises LookupError when a named one is not installed.
    """
    found = {point.name: point for point in entry_points(group="dina.modules")}
    missing = [name for name in names if name not in found]
    if missing:
        raise LookupError(f"no such module: {', '.join(missing)} (installed: {', '.join(sorted(found))})")
    return [found[name].load() for name in (names or sorted(found))]


def extensions() -> list[Extension]:
    """The extensions of the entry point group `dina.extensions`."""
    return [point.load() for point in entry_points(group="dina.extensions")]
