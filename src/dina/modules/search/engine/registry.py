"""What the engine knows of fields: read from the modules once, and from the index as it meets more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection

from dina.base.identity.caller import Caller, Role
from dina.base.jsonapi.service import Service
from dina.modules.search.fields import FieldFact, Fields
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.numbers import Numbers
from dina.modules.search.index.source import EVERYTHING, Source
from dina.modules.search.query.intervals import Spans, load, named
from dina.modules.search.roots import roots

KEY = "search registry"


@dataclass
class Registry:
    """Fields with their numbers in the index."""

    fields: Fields
    numbers: Numbers = field(default_factory=Numbers)
    intervals: Spans = field(default_factory=dict[str, tuple[float, float]])

    def ages(self, name: str) -> tuple[float, float] | None:
        """What a name of the geological time scale stands for."""
        return named(self.intervals, name)

    async def refresh(self, connection: AsyncConnection[Any]) -> None:
        """Learn of fields that the index has met since."""
        before = len(self.numbers.known)
        await self.numbers.load(connection)
        if len(self.numbers.known) > before:
            for (type_, path), kind in self.numbers.kinds.items():
                self.fields.saw(type_, path, kind)

    def of(self, type_: str) -> Mapping[str, FieldFact]:
        """The fields of a type by path. Raises KeyError for a type that is not searched."""
        return self.fields.of(type_)

    def kind(self, type_: str, fact: FieldFact) -> str:
        """The kind of a field; of one below a map or object as the index has met it."""
        return fact.kind if fact.declared else self.numbers.kinds.get((type_, fact.path), fact.kind)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see: everything, or the full entries of some groups and the others' as they are disclosed.

    `released`: only what those who have not signed in are told.
    """

    everything: bool = False
    groups: tuple[str, ...] = ()
    released: bool = False

    @classmethod
    def of(cls, caller: Caller) -> Sight:
        if caller.anonymous:
            return cls(released=True)
        return cls(caller.sees_everything, tuple(sorted(caller.groups_at_least(Role.READ_ONLY))))

    def condition(self) -> tuple[str, dict[str, Any]]:
        """SQL over entries or counts (`mask`, `group`), with its values."""
        if self.released:
            return "(mask & 8) <> 0", {}
        if self.everything:
            return "(mask & 1) <> 0", {}
        if not self.groups:
            return "(mask & 4) <> 0", {}
        told = '(mask & CASE WHEN "group" = ANY(%(groups)s::text[]) THEN 2 ELSE 4 END) <> 0'
        return told, {"groups": list(self.groups)}


async def registry_of(service: Service, connection: AsyncConnection[Any]) -> Registry:
    """The registry of a running service, made when it is first asked for."""
    found: Registry | None = service.remembered.get(KEY)
    if found is None:
        assert service.client_as is not None
        source = Source(service.client_as, prefixes_of(service))
        try:
            found = Registry(await source.fields(roots()))
            found.intervals = await load(source.client(EVERYTHING), source.prefixes)
        finally:
            await source.close()
        service.remember(KEY, found)
    await found.refresh(connection)
    return found
