"""Rules: small functions over a declared type, the same for a form, a bulk call and an import."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from dina.base.errors import Error

if TYPE_CHECKING:
    from psycopg import AsyncConnection

    from dina.base.identity.caller import Caller
    from dina.base.jsonapi.service import Service


@dataclass(slots=True)
class Draft:
    """A resource as it would be after the change, and as it was before.

    `attributes` and `relationships` are complete (wire names); `previous` is None on creation, else the
    stored `{"attributes": …, "relationships": …}`. `sent` names what the request mentioned. A to-one is an
    id or None, a to-many a list of ids, external links are `{type, id}`.
    """

    type: str
    id: str
    attributes: dict[str, Any]
    relationships: dict[str, Any]
    previous: Mapping[str, Any] | None = None
    sent: frozenset[str] = field(default_factory=frozenset[str])

    def get(self, name: str) -> Any:
        return self.attributes.get(name)

    def link(self, name: str) -> Any:
        return self.relationships.get(name)

    def changed(self, name: str) -> bool:
        """Whether this change touches `name`; always so on creation."""
        if self.previous is None:
            return True
        for part, now in (("attributes", self.attributes), ("relationships", self.relationships)):
            if name in now:
                return self.previous[part].get(name) != now[name]
        return False


@dataclass(frozen=True, slots=True)
class RuleContext:
    """What a batch rule may look at: the transaction's connection and the module's schema."""

    connection: AsyncConnection[Any]
    schema: str


@dataclass(frozen=True, slots=True)
class Creation:
    """Resources that have just been stored: in whose name, and the transaction, which may still go wrong."""

    connection: AsyncConnection[Any]
    service: Service
    caller: Caller
    drafts: Sequence[Draft]


Created = Callable[[Creation], Awaitable[None]]
"""What else happens when resources of a type come to be, in the same transaction. Raises Problem."""


class Rule(Protocol):
    """A pure rule: looks at one draft, yields errors whose pointers start at the resource object."""

    def __call__(self, draft: Draft, /) -> Iterable[Error]: ...


BatchRule = Callable[[Sequence[Draft], RuleContext], Awaitable[Iterable[tuple[int, Error]]]]
"""A rule that needs the database: judges many drafts with one query; answers (position, error)."""


def broken(key: str, pointer: str, code: str = "BUSINESS_RULE", **values: Any) -> Error:
    """A broken rule: `meta.rule` carries its message key (api.md §21)."""
    return Error(code, key=key, values=values, pointer=pointer, meta={"rule": key})


def rule(function: Rule) -> Rule:
    """Marks a pure rule; listed under `rules=` of the type."""
    return function


def batch_rule(function: BatchRule) -> BatchRule:
    """Marks a rule that judges many drafts at once; listed under `batch_rules=` of the type."""
    return function
