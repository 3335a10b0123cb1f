"""Whatever columns and filters are asked, by whomever: a table says what the list with includes says."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import orjson
import psycopg
import pytest
import pytest_asyncio

from dina.app import App, load_modules, running
from dina.base.identity.accounts import Accounts
from dina.base.jsonapi.table.columns import Column, resolve_columns
from dina.base.jsonapi.table.members import shape_of
from dina.base.jsonapi.table.naive import cell
from dina.base.resource import ResourceType
from dina.settings import Settings
from tests.conftest import WHOLE, client_of, linked, resource
from tests.prepared import migrated
from tests.tokens import signed_in

PATH = "/collection/v1"
ROUNDS = 40 if WHOLE else 15
INCLUDE = (
    "organism,projects,collectingEvent.site,collectingEvent.protocol,collection.institution,"
    "storageUnitUsage.storageUnit,parentMaterialSample.organism,parentMaterialSample.collectingEvent,"
    "parentMaterialSample.projects,parentMaterialSample.collection"
)
CALLERS = ("admin", "keeper", "guest", "reader", "stranger", "nobody")
FILTERS = (
    "", "filter[group]=cnc", "filter[group]=bicoe", "filter[materialSampleName][LIKE]=%251%25", "fiql=tags==a",
    "filter[organism.sex]=male", "filter[collectingEvent.dwcCountry]=null", "filter[publiclyReleasable]=true",
    "fiql=(materialSampleName==s3,materialSampleName==s4),collection.name!=A", "filter[collection.uuid][NEQ]=null",
    "filter[organism.determination.verbatimScientificName][ILIKE]=falco%25",
    "filter[storageUnitUsage.wellRow]=A", "filter[collectingEvent.dwcVerbatimLatitude][NEQ]=null",
)  # fmt: skip
SORTS = ("", "sort=materialSampleName", "sort=-collectingEvent.startEventDateTime,id", "sort=-createdOn")


def event(dice: random.Random, n: int) -> dict[str, Any]:
    place = {"dwcDecimalLatitude": 45 + n / 8, "dwcDecimalLongitude": -75 - n / 8}
    return {
        "dwcVerbatimLocality": f"place {n}", "startEventDateTime": dice.choice(["2001", "2001-05", "1999-12-31T10:20"]),
        "dwcCountry": dice.choice([None, "Canada"]), "dwcVerbatimLatitude": dice.choice([None, "45.5"]),
        "tags": dice.choice([None, [], ["x"], ["y", "z"]]),
        "geoReferenceAssertions": dice.choice(
            [None, [place | {"isPrimary": True}], [{"isPrimary": False, "dwcGeoreferenceRemarks": "r"}, place | {"isPrimary": True}]]
        ),
        "publiclyReleasable": dice.choice([None, True, False]),
        "dwcMinimumElevationInMeters": dice.choice([None, 0, 12.5]),
    }  # fmt: skip


def organism(dice: random.Random) -> dict[str, Any]:
    named = [
        {"verbatimScientificName": dice.choice(["Falco rusticolus", "Carex alba", "Salix × nova"])}
        | dice.choice(
            [{}, {"typeStatus": "holotype"}, {"determinationRemarks": "a | b", "determinedOn": "2001-02-03"}]
        )
        for _ in range(dice.randrange(3))
    ]
    for n, one in enumerate(named):
        one["isPrimary"] = n == len(named) - 1  # type: ignore[assignment]
    return {
        "sex": dice.choice([None, "male", "female"]), "isTarget": dice.choice([None, True, False]),
        "lifeStage": dice.choice([None, "adult", ""]), "determination": named or None,
    }  # fmt: skip


def sample(dice: random.Random, n: int) -> dict[str, Any]:
    return {
        "materialSampleName": f"s{n}", "publiclyReleasable": dice.choice([None, True, True, False]),
        "isRestricted": dice.random() < 0.2, "materialSampleRemarks": dice.choice([None, "line\nbreak, \"q\" \\ é 🐞 | x"]),
        "dwcOtherCatalogNumbers": dice.choice([None, [], ["n1"], ["n2", "", "n3"]]), "tags": dice.choice([None, ["a"], ["b", "a"]]),
        "preparationDate": dice.choice([None, "2020-02-29"]),
        "citations": dice.choice([None, [], [{"title": "One", "year": 2001}, {"title": "Two", "authors": [{"familyNames": "A"}, {"familyNames": "B"}]}]]),
        "hostOrganism": dice.choice([None, {"name": "Salix"}]),
        "scheduledActions": dice.choice([None, [{"actionType": "x", "date": "2026-01-02"}]]),
    }  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guarded(server_url: str, settings: Settings) -> AsyncIterator[App]:
    """Two groups with records of all sorts, some withheld, some deleted; reading without signing in."""
    url, loaded = migrated(server_url), load_modules(Settings())
    chosen = replace(settings, database_url=url, auth_mode="local", anonymous_reading=True)
    async with running(App(chosen, loaded)) as app:
        assert app.pools is not None
        accounts = Accounts(app.pools.write)
        await accounts.save("admin", password="admin", admin_roles=["dina-admin"])
        await accounts.save(
            "keeper", password="keeper", roles=[("cnc", "super-user"), ("bicoe", "read-only")]
        )
        await accounts.save("guest", password="guest", roles=[("bicoe", "guest")])
        await accounts.save("reader", password="reader", roles=[("cnc", "read-only")])
        await accounts.save("stranger", password="stranger", roles=[("other", "super-user")])
        await fill(await signed_in(app, "admin"), random.Random(7))
        with psycopg.connect(url, autocommit=True) as connection:
            # As if they had been deleted while something still leads to them.
            connection.execute(
                "UPDATE collection.organism SET deleted_on = now() WHERE id IN (SELECT id FROM collection.organism ORDER BY id LIMIT 3)"
            )
        yield app


async def fill(client: httpx.AsyncClient, dice: random.Random) -> None:
    async def made(type_: str, attributes: Mapping[str, Any], **links: Any) -> str:
        group = dice.choice(["cnc", "bicoe"])
        given = {k: v for k, v in attributes.items() if v is not None}
        owner = {} if type_ == "institution" else {"group": group}
        body = resource(type_, {**owner, **given}, relationships={k: v for k, v in links.items() if v})
        answer = await client.post(f"{PATH}/{type_}", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]["id"]

    def perhaps(type_: str, ids: list[str]) -> Any:
        return linked(type_, dice.choice(ids)) if ids and dice.random() < 0.7 else None

    def several(type_: str, ids: list[str]) -> Any:
        return linked(type_, *dice.sample(ids, dice.randrange(4)), many=True)

    institution = await made("institution", {"name": "Museum"})
    collections = [
        await made(
            "collection",
            {"name": name},
            institution=linked("institution", institution) if name == "A" else None,
        )
        for name in "AB"
    ]
    sites = [await made("site", {"name": f"site {n}"}) for n in range(2)]
    projects = [await made("project", {"name": f"project {n}"}) for n in range(3)]
    events = [await made("collecting-event", event(dice, n), site=perhaps("site", sites)) for n in range(6)]
    organisms = [await made("organism", organism(dice)) for _ in range(14)]
    kind = await made("storage-unit-type", {"name": "drawer"})
    unit = await made("storage-unit", {"name": "D1"}, storageUnitType=linked("storage-unit-type", kind))
    samples: list[str] = []
    for n in range(24):
        usage = await made(
            "storage-unit-usage", {"usageType": "material-sample"}, storageUnit=linked("storage-unit", unit)
        ) if dice.random() < 0.5 else None  # fmt: skip
        samples.append(
            await made(
                "material-sample", sample(dice, n),
                collectingEvent=None if (parent := perhaps("material-sample", samples)) else perhaps("collecting-event", events),
                parentMaterialSample=parent,
                collection=perhaps("collection", collections), organism=several("organism", organisms),
                projects=several("project", projects), storageUnitUsage=usage and linked("storage-unit-usage", usage),
                preparedBy=several("person", [f"0197a3a0-0000-7000-8000-00000000000{i}" for i in range(4)]),
            )
        )  # fmt: skip
    await made(
        "sensitive-taxon",
        {"group": "cnc", "scientificName": "Falco", "action": "GENERALISE", "coordinatePrecision": 0.5},
    )


def paths(types: Mapping[str, ResourceType]) -> list[str]:
    """Column paths over the relationships that the list includes, in every form."""
    found: list[str] = []
    ways = sorted({".".join(one.split(".")[:n]) for one in INCLUDE.split(",") for n in (0, 1, 2)})
    for way in ways:
        owner, prefixes = types["material-sample"], [""]
        for name in way.split(".") if way else ():
            relationship = owner.relationships[name]
            picks = (
                ("", "[0]", "[1]", "[*]") + (("[isTarget]",) if name == "organism" else ())
                if relationship.many
                else ("",)
            )
            prefixes = [f"{prefix}{name}{pick}." for prefix in prefixes for pick in picks]
            owner = types[relationship.target]
        for prefix in prefixes:
            found += [prefix + name for name in ["id", *members(owner)]]
            found += [
                f"{prefix}{r.name}"
                for r in owner.relationships.values()
                if not r.many or (not prefix and r.name in INCLUDE)
            ]
    return [
        *found,
        "organism[*]",
        "organism[1]",
        "preparedBy",
        "preparedBy[0]",
        "preparedBy[*]",
        "preparedBy.type",
    ]


def joins_objects(column: Column) -> bool:
    """Whether objects are joined as JSON text, which PostgreSQL and we write with other spaces."""
    shape = column.attribute and shape_of(column.attribute)
    whole = not any(isinstance(step, str) for step in column.steps)
    return bool(
        shape and column.kind == "text" and whole and (shape.form or shape.free or shape.kind.endswith("map"))
    )


def members(owner: ResourceType) -> list[str]:
    found: list[str] = []
    for name, fact in owner.attributes.items():
        if fact.on_request or fact.when_included:
            continue
        shape = shape_of(fact)
        found.append(name)
        if shape.kind == "texts":
            found += [f"{name}[0]", f"{name}[*]"]
        if shape.form is None:
            continue
        inside = {
            "geoReferenceAssertions": "dwcDecimalLatitude",
            "determination": "verbatimScientificName",
            "citations": "title",
        }
        member = inside.get(name, next(iter(shape.form.__annotations__)))
        if shape.many:
            found += [f"{name}.{member}", f"{name}[1].{member}", f"{name}[*].{member}", f"{name}[0]"]
        else:
            found.append(f"{name}.{member}")
        if name in ("geoReferenceAssertions", "determination"):
            found.append(f"{name}[isPrimary].{member}")
    return (
        [*found, "citations.authors[*].familyNames", "citations[1].authors"]
        if owner.type == "material-sample"
        else found
    )


async def listed(client: httpx.AsyncClient, query: str) -> tuple[list[Any], dict[tuple[str, str], Any]]:
    """The records of a list, and all that came with them."""
    answer = await client.get(f"{PATH}/material-sample?include={INCLUDE}&page[limit]=1000&{query}")
    assert answer.status_code == 200, answer.text
    document = answer.json()

    def record(one: dict[str, Any]) -> dict[str, Any]:
        links = {name: value.get("data") for name, value in one.get("relationships", {}).items()}
        return {"id": one["id"], "attributes": one["attributes"], "relationships": links}

    known = {
        (one["type"], one["id"]): record(one) for one in [*document["data"], *document.get("included", [])]
    }
    return [known[one["type"], one["id"]] for one in document["data"]], known


def same(column: Column, left: Any, right: Any) -> bool:
    """Equal; in joined text `68.250000` is `68.25`."""
    if left == right or column.kind != "text" or not (isinstance(left, str) and isinstance(right, str)):
        return left == right

    def parts(text: str) -> list[Any]:
        found: list[Any] = []
        for part in text.split(" | "):
            try:
                found.append(float(part))
            except ValueError:
                found.append(orjson.loads(part) if part[:1] in "{[" else part)
        return found

    return parts(left) == parts(right)


@pytest.mark.parametrize("caller", CALLERS)
async def test_a_table_says_what_lists_say(guarded: App, caller: str) -> None:
    client = client_of(guarded) if caller == "nobody" else await signed_in(guarded, caller)
    types = guarded.services["collection"].types
    dice, sampled = random.Random(caller), types["material-sample"]
    every = [p for p in paths(types) if not any(map(joins_objects, resolve_columns(types, sampled, [p])))]
    lists: dict[str, Any] = {}
    shown = 0
    for round_ in range(ROUNDS):
        query = "&".join(part for part in (dice.choice(FILTERS), dice.choice(SORTS)) if part)
        chosen = ["id", *dice.sample(every, dice.randrange(1, 60))]
        body = resource("table", {"columns": chosen})
        answer = await client.post(f"{PATH}/material-sample/table?{query}", json=body)
        assert answer.status_code == 200, answer.text
        rows = [orjson.loads(line) for line in answer.content.splitlines()][1:-1]
        if query not in lists:
            lists[query] = await listed(client, query)
        records, known = lists[query]
        columns = resolve_columns(types, sampled, chosen)
        expected = [
            [cell(c, one, lambda t, i, known=known: known.get((t, i))) for c in columns] for one in records
        ]
        if "sort" not in query:
            rows.sort(key=lambda one: one[0])
            expected.sort(key=lambda one: one[0])
        assert len(rows) == len(expected), (caller, round_, query)
        for row, wanted in zip(rows, expected, strict=True):
            for column, left, right in zip(columns, row, wanted, strict=True):
                assert same(column, left, right), (caller, query, column.path, left, right)
                shown += left is not None
    assert shown > (5 * ROUNDS if caller != "nobody" else 0)
