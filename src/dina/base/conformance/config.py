"""What the checker is told: addresses, identities, and the tested types with their probes.

Three sources, the later one wins: the module's OpenAPI document (member `x-dina`), a TOML file, the
command line.
"""

from __future__ import annotations

import os
import re
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dina.base.conformance.exchange import as_list, as_object, objects

ROLES = ("admin", "super-user", "user", "guest", "read-only-admin", "read-only")
TOKEN_PATH = "/auth/realms/dina/protocol/openid-connect/token"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody the checker acts as: a fixed token, or name and password for the token endpoint."""

    name: str = ""
    password: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship to try: its name and the type of its targets ("" if unknown)."""

    name: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """One resource type: what can be tried on it. An empty probe means: nothing of the kind.

    `stored` is false for what the module only shows of another system (accounts). `text` takes any text; `unique` takes only names of some form, and needs a new one in every record.
    """

    type: str
    provider: str = ""
    grouped: bool = False
    read_only: bool = False
    stored: bool = True
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    relationships: Mapping[str, Any] = field(default_factory=dict[str, Any])
    includable: tuple[str, ...] = ()
    text: str = ""
    number: str = ""
    date: str = ""
    to_one: Relation | None = None
    to_many: Relation | None = None
    external: Relation | None = None
    key_map: str = ""
    optional: str = ""
    required: str = ""
    unique: str = ""

    def has(self, probe: str) -> bool:
        """Is this probe there? `a|b` asks for one of the two."""
        if "|" in probe:
            return any(self.has(part) for part in probe.split("|"))
        return not self.read_only if probe == "writable" else bool(getattr(self, probe))

    @property
    def richness(self) -> int:
        """How many kinds of probes the type offers; the richest one is tested first."""
        names = ("text", "number", "date", "to_one", "to_many", "external", "key_map", "optional", "required")
        return sum(self.has(name) for name in names) + 5 * (not self.read_only and self.grouped)


@dataclass(frozen=True)
class Config:
    """A run. `transport` and `sleep` let tests run in one process and without waiting."""

    base: str
    aliases: tuple[str, ...] = ()
    module: str = ""
    group: str = "dina-check"
    other_group: str = ""
    types: Mapping[str, TypeFacts] = field(default_factory=dict[str, TypeFacts])
    chosen: tuple[str, ...] = ()
    identities: Mapping[str, Identity] = field(default_factory=dict[str, Identity])
    token_url: str = ""
    client_id: str = "dina-public"
    dev: bool = False
    classes: str = "GJKO"
    only: frozenset[int] = frozenset()
    read_only: bool = False
    isolated: bool = False
    messages_url: str = ""
    signing_key: str = ""
    default_limit: int = 100
    body_limit: int = 20 * 1024 * 1024
    many_rows: int = 100_000
    openapi: Mapping[str, Any] = field(default_factory=dict[str, Any])
    transport: Any = None
    sleep: Callable[[float], None] = time.sleep

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def second_group(self) -> str:
        """A group whose records the group's own users may not see."""
        return self.other_group or f"{self.group}-other"

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address the module is said to answer at, the given one first, without repetition."""
        return tuple(dict.fromkeys((self.base, *self.aliases)))


def relation(probe: Any, targets: Mapping[str, str]) -> Relation | None:
    """A probe given as a name or as {name, type}."""
    if isinstance(probe, str) and probe:
        return Relation(probe, targets.get(probe, ""))
    given = as_object(probe)
    return Relation(str(given["name"]), str(given.get("type", ""))) if given.get("name") else None


def type_facts(name: str, given: Mapping[str, Any], targets: Mapping[str, str]) -> TypeFacts:
    """One member of `x-dina.types`, or one `[types.<name>]` table of the configuration."""
    probe, example = as_object(given.get("probe")), as_object(given.get("example"))
    external = {n: str(as_list(t)[0]) for n, t in as_object(given.get("externalTypes")).items() if as_list(t)}
    targets = {**targets, **external, **as_object(given.get("relationshipTypes"))}

    def plain(key: str) -> str:
        return str(probe.get(key) or "")

    return TypeFacts(
        type=name,
        provider=str(given.get("provider") or ""),
        grouped=bool(given.get("grouped", False)),
        read_only=bool(given.get("readOnly", False)),
        stored=bool(given.get("stored", True)),
        attributes=as_object(example.get("attributes")),
        relationships=as_object(example.get("relationships")),
        includable=tuple(str(i) for i in as_list(given.get("includable"))),
        text=plain("text"),
        # A member the example cannot do without is never empty, which the probes count on.
        number="" if plain("number") in as_object(example.get("attributes")) else plain("number"),
        date="" if plain("date") in as_object(example.get("attributes")) else plain("date"),
        to_one=relation(probe.get("toOne"), targets),
        to_many=relation(probe.get("toMany"), targets),
        external=relation(probe.get("external"), targets),
        key_map=plain("keyMap"),
        optional=plain("optional"),
        required=plain("required"),
        unique=plain("unique"),
    )


def targets_in(openapi: Mapping[str, Any], type_: str) -> dict[str, str]:
    """Relationship -> target type, as the schema of the type tells it."""
    schemas = as_object(as_object(openapi.get("components")).get("schemas"))
    members = as_object(as_object(schemas.get(type_)).get("properties"))
    found: dict[str, str] = {}
    for name, schema in as_object(as_object(members.get("relationships")).get("properties")).items():
        data = as_object(as_object(as_object(schema).get("properties")).get("data"))
        one = as_object(data.get("items")) or data
        names = as_list(as_object(as_object(one.get("properties")).get("type")).get("enum"))
        if names:
            found[name] = str(names[0])
    return found


def kept_forever(openapi: Mapping[str, Any], type_: str) -> bool:
    """Is the type described without DELETE? Then nothing is made of it: it could not be removed again."""
    own = re.compile(rf"/{re.escape(type_)}/\{{\w+\}}$")
    found = [as_object(item) for path, item in as_object(openapi.get("paths")).items() if own.search(path)]
    return bool(found) and not any("delete" in item for item in found)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Objects member by member; anything else from above."""
    out = dict(below)
    for name, value in above.items():
        inner = as_object(value)
        out[name] = merged(as_object(out.get(name)), inner) if inner and name in out else value
    return out


def from_description(openapi: Mapping[str, Any], given: Mapping[str, Any], origin: str) -> dict[str, Any]:
    """The members of Config that `x-dina` and the file's own tables decide together."""
    described = as_object(openapi.get("x-dina"))
    tables = merged(as_object(described.get("types")), as_object(given.get("types")))
    aliases = [str(a) for a in as_list(given.get("aliases"))] or [
        str(p) for p in as_list(described.get("prefixes"))
    ]
    types: dict[str, TypeFacts] = {}
    for name, table in tables.items():
        facts = type_facts(name, as_object(table), targets_in(openapi, name))
        types[name] = replace(facts, read_only=facts.read_only or kept_forever(openapi, name))
    return {
        "module": str(given.get("module") or described.get("module") or ""),
        "aliases": tuple(a.rstrip("/") if "://" in a else origin + a.rstrip("/") for a in aliases),
        "types": types,
        "openapi": openapi,
    }


def read_file(path: Path) -> dict[str, Any]:
    """The TOML configuration. Raises ValueError naming a member nobody knows."""
    given = tomllib.loads(path.read_text("utf-8"))
    known = {
        "base", "aliases", "module", "group", "other_group", "types", "users", "tokens", "token_url", "client_id", "dev",
        "isolated", "messages_url", "signing_key", "default_limit", "body_limit", "many_rows",
    }  # fmt: skip
    strange = sorted(set(given) - known)
    if strange:
        raise ValueError(f"{path}: unknown member {', '.join(strange)}")
    return given


def identities(given: Mapping[str, Any]) -> dict[str, Identity]:
    """`[users.<role>]` tables {name, password} and `[tokens]` role = "token"; `$X` means the variable X.

    Raises ValueError for an unknown role (`no-realm-role` is a user who lacks the entry ticket, for R150).
    """
    found: dict[str, Identity] = {}
    for role, user in as_object(given.get("users")).items():
        table = objects(user)[0]
        found[role] = Identity(secret(table.get("name")), secret(table.get("password")))
    for role, token in as_object(given.get("tokens")).items():
        known = found.get(role, Identity())
        found[role] = Identity(known.name, known.password, secret(token))
    for role in found:
        if role not in (*ROLES, "no-realm-role"):
            raise ValueError(f"unknown role {role!r}; known are {', '.join(ROLES)}, no-realm-role")
    return found


def secret(value: Any) -> str:
    text = str(value or "")
    return os.environ.get(text[1:], "") if text.startswith("$") else text
