"""What everybody may read: the list of data sets, each of them, its files, and the feeds of aggregators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from psycopg import AsyncConnection

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request, dumps
from dina.base.jobs.endpoints import download
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.service import Service
from dina.base.resource.checks import UUID_FORM
from dina.base.text import Text
from dina.modules.exchange.publishing import feeds
from dina.modules.exchange.publishing.versions import folder

JSON = b"application/json"
DATASET = """
SELECT to_jsonb(d)::text FROM exchange.dataset d WHERE id = %s::uuid AND deleted_on IS NULL
"""
SHOWN = """
SELECT json_build_object(
  'id', d.id, 'number', v.number, 'metadata', v.metadata_document, 'rowCounts', v.row_counts, 'coverage', v.coverage,
  'files', v.files, 'checksum', v.checksum, 'difference', v.difference, 'warnings', v.checks->'warnings',
  'publishedOn', to_char(timezone('UTC', v.published_on), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'createdOn', to_char(timezone('UTC', d.created_on), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
)::text
FROM exchange.dataset d JOIN exchange.dataset_version v ON v.dataset_id = d.id
WHERE d.deleted_on IS NULL AND v.deleted_on IS NULL AND v.state = 'published'
"""
VERSIONS = """
SELECT json_build_object('number', number, 'state', state, 'difference', difference, 'files', files,
  'publishedOn', to_char(timezone('UTC', published_on), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text
FROM exchange.dataset_version WHERE dataset_id = %s::uuid AND deleted_on IS NULL AND state <> 'withdrawn'
ORDER BY number DESC
"""
CAMEL = {
    "withRestricted": "with_restricted", "leftOut": "left_out", "addedTerms": "added_terms",
    "identifierBase": "identifier_base", "frenchTitle": "french_title", "frenchAbstract": "french_abstract",
    "rightsHolder": "rights_holder", "versionsKept": "versions_kept",
}  # fmt: skip


def _json(value: Any) -> Any:
    return orjson.loads(value)


async def dataset(connection: AsyncConnection[Any], id_: str) -> dict[str, Any] | None:
    """A data set by its id, as its attributes are named in the API."""
    cursor = await connection.execute(DATASET, [id_])
    row = await cursor.fetchone()
    if row is None:
        return None
    found: dict[str, Any] = _json(row[0])
    return found | {wire: found.get(column) for wire, column in CAMEL.items()}


async def published(service: Service, id_: str | None = None) -> list[dict[str, Any]]:
    """The data sets that stand published, the latest first, or one of them."""
    only = " AND d.id = %s::uuid" if id_ else ""
    async with service.pools.write.connection() as connection:
        cursor = await connection.execute(
            SHOWN + only + " ORDER BY v.published_on DESC, d.id",  # type: ignore[arg-type]
            [id_] if id_ else [],
        )
        return [_json(row[0]) for row in await cursor.fetchall()]


async def one(call: Call) -> dict[str, Any]:
    found = await published(call.service, call.id) if UUID_FORM.fullmatch(call.id) else []
    if not found:
        raise Problem(Error("NOT_FOUND"))
    return found[0]


def base(service: Service, request: Request) -> str:
    """The address of this module as the reader knows it."""
    host = request.headers.get(b"host", b"localhost").decode("latin-1")
    scheme = "https" if request.headers.get(b"x-forwarded-proto") == b"https" else "http"
    return (service.public_url or f"{scheme}://{host}") + request.prefix


def plain(value: Any, media_type: bytes = JSON) -> Answer:
    return Answer(200, value if isinstance(value, bytes) else dumps(value), content_type=media_type)


async def listing(call: Call) -> Answer:
    """`GET /datasets`, `GET /inventory/dataset`: the published data sets, as IPT installations list theirs."""
    found = await published(call.service)
    return plain(feeds.inventory(found, base(call.service, call.request)))


async def rss(call: Call) -> Answer:
    """`GET /rss.do`: the feed that aggregators look at for new versions."""
    found = await published(call.service)
    return plain(feeds.rss(found, base(call.service, call.request)), b"application/rss+xml; charset=utf-8")


async def dcat(call: Call) -> Answer:
    """`GET /dcat`: the catalogue as DCAT in JSON-LD."""
    found = await published(call.service)
    return plain(feeds.dcat(found, base(call.service, call.request)), b"application/ld+json")


async def page(call: Call) -> Answer:
    """`GET /datasets/{id}`: all that a page about the data set shows."""
    found = await one(call)
    address = base(call.service, call.request)
    async with call.service.pools.write.connection() as connection:
        cursor = await connection.execute(VERSIONS, [call.id])
        versions = [_json(row[0]) for row in await cursor.fetchall()]
        cursor = await connection.execute(
            "SELECT count(*) FROM exchange.retired_identifier WHERE dataset_id = %s::uuid", [call.id]
        )
        row = await cursor.fetchone()
    return plain(feeds.page(found, versions, row[0] if row else 0, address))


async def file(call: Call) -> Answer:
    """`GET /datasets/{id}/versions/{number}/{file}`; `latest` stands for the published version."""
    *_, number, name = call.request.path.split("/")
    await one(call)
    async with call.service.pools.write.connection() as connection:
        cursor = await connection.execute(VERSIONS, [call.id])
        versions: list[Mapping[str, Any]] = [_json(row[0]) for row in await cursor.fetchall()]
    for version in versions:
        wanted = version["state"] == "published" if number == "latest" else str(version["number"]) == number
        for kept in version["files"] if wanted else ():
            if kept["name"] == name:
                return await content(call, version["number"], kept)
    raise Problem(Error("NOT_FOUND"))


async def content(call: Call, number: int, kept: Mapping[str, Any]) -> Answer:
    files = call.service.files
    key = f"{folder(call.id, number)}/{kept['name']}"
    if files is None or await files.size(key) is None:
        raise Problem(Error("NOT_FOUND"))
    etag = f'"{kept["checksum"]}"'
    if call.request.header(b"if-none-match") == etag:
        return Answer(304, content_type=None).header(b"etag", etag)
    stem, _, ending = kept["name"].partition(".")
    answer = download(files.open(key), f"{stem}-{call.id}-v{number}.{ending}", kept["mediaType"])
    answer.header(b"etag", etag)
    return answer.header(b"content-length", str(kept["size"]))


async def retired(call: Call) -> Answer:
    """`GET /datasets/{id}/retired`: identifiers that are no more, and where they lead; `identifier` asks for one."""
    await one(call)
    asked = call.parameter("identifier")
    page_ = call.asked.page
    only = " AND identifier = %(identifier)s" if asked else ""
    async with call.service.pools.write.connection() as connection:
        cursor = await connection.execute(
            "SELECT json_build_object('identifier', identifier, 'replacedBy', replaced_by, 'inVersion', in_version)::text "  # type: ignore[arg-type]
            f"FROM exchange.retired_identifier WHERE dataset_id = %(id)s::uuid AND deleted_on IS NULL{only} "
            "ORDER BY identifier LIMIT %(limit)s OFFSET %(offset)s",
            {"id": call.id, "identifier": asked, "limit": page_.limit, "offset": page_.offset},
        )
        found = [_json(row[0]) for row in await cursor.fetchall()]
    if asked and not found:
        raise Problem(Error("NOT_FOUND"))
    return plain({"retired": found})


OPERATIONS = (
    Operation(
        "GET", "/datasets", listing, Text("Published data sets", "Jeux de données publiés"), "published-dataset",
        public=True,
    ),
    Operation(
        "GET", "/inventory/dataset", listing, Text("Inventory for aggregators", "Inventaire pour agrégateurs"),
        "published-dataset", public=True,
    ),
    Operation("GET", "/rss.do", rss, Text("Feed of versions", "Fil des versions"), "published-dataset", public=True),
    Operation("GET", "/dcat", dcat, Text("Catalogue (DCAT)", "Catalogue (DCAT)"), "published-dataset", public=True),
    Operation(
        "GET", "/datasets/{id}", page, Text("A published data set", "Un jeu de données publié"), "published-dataset",
        public=True,
    ),
    Operation(
        "GET", "/datasets/{id}/versions/{key}/{key}", file, Text("A file of a version", "Un fichier d’une version"),
        "published-dataset", public=True,
    ),
    Operation(
        "GET", "/datasets/{id}/retired", retired, Text("Retired identifiers", "Identifiants retirés"),
        "retired-identifier", parameters={"identifier": Text("The identifier", "L’identifiant")}, paged=True,
        public=True,
    ),
)  # fmt: skip
