"""What the operations of this module share: asking the database, who may see what, and lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote_plus

import orjson
from psycopg import errors
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from dina.base.errors import Error, Problem
from dina.base.http.answer import Answer, dumps
from dina.base.identity.caller import Role
from dina.base.identity.policy import Everything, Groups, Own, readable
from dina.base.jsonapi.documents import common_meta, document
from dina.base.jsonapi.operation import Call
from dina.base.jsonapi.reading import gone
from dina.base.jsonapi.writing.transaction import Connection

TIME = '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''


def iso(expression: str) -> str:
    """SQL of a moment as RFC 3339 in UTC."""
    return f"to_char(timezone('UTC', {expression}), {TIME})"


async def query(call: Call, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """Rows of a reading statement. Raises Problem when it takes too long."""
    async with call.service.pools.read.connection() as connection:
        try:
            cursor = await connection.execute(cast(Any, sql), values)
            return await cursor.fetchall()
        except errors.QueryCanceled:
            raise Problem(Error("UNAVAILABLE", key="statement.slow"), headers={"Retry-After": "5"}) from None


async def execute(connection: Connection, sql: str, values: Mapping[str, Any]) -> list[Any]:
    """Rows of a statement within a transaction."""
    cursor = await connection.execute(cast(Any, sql), values)
    return await cursor.fetchall()


def seen(call: Call, type_: str, alias: str, values: dict[str, Any], *, inside: bool = False) -> str:
    """SQL that keeps the rows of a type which the caller may read, as lists do.

    `inside`: of a type that discloses only a part to others, the rows of the caller's own groups.
    """
    resource, caller = call.service.types[type_], call.request.caller
    rows = readable(resource.provider, caller, resource.sharing)
    assert resource.sharing is None, f"no operation works on {type_}"
    name = "groups_" + type_.replace("-", "_")
    if resource.disclosure is not None and not caller.sees_everything:
        values[name] = sorted(caller.groups_at_least(Role.READ_ONLY))
        own = f'{alias}."group" = ANY(%({name})s)'
        shown = resource.disclosure.open_rows if caller.anonymous else resource.disclosure.rows
        told = shown(resource.table.alias(alias)).compile(
            dialect=PGDialect_psycopg(), compile_kwargs={"literal_binds": True}
        )
        return own if inside else f"({own} OR {told})"
    if isinstance(rows, Everything):
        return "true"
    if isinstance(rows, Groups):
        values[name] = sorted(rows.names)
        return f'{alias}."group" = ANY(%({name})s)'
    if isinstance(rows, Own):
        values["username"] = call.request.caller.username
        return f"{alias}.created_by = %(username)s"
    return "false"


async def existing(call: Call, type_: str, connection: Connection | None = None) -> dict[str, Any]:
    """Group and creator of the resource in the path. Raises Problem: absent, deleted, not readable."""
    resource = call.service.types[type_]
    sql = (
        f"SELECT convert_to(\"group\", 'UTF8'), convert_to(created_by, 'UTF8'), deleted_on IS NOT NULL "
        f"FROM {resource.table.fullname} t WHERE id = %(id)s"
    )
    given: dict[str, Any] = {"id": call.id}
    if resource.disclosure is not None:
        sql += f" AND {seen(call, type_, 't', given)}"
    found = await (execute(connection, sql, given) if connection else query(call, sql, given))
    if not found:
        raise Problem(Error("NOT_FOUND"))
    group, author, deleted = found[0]
    facts = {"group": (group or b"").decode(), "createdBy": (author or b"").decode()}
    if not resource.may("read", call.request.caller, facts):
        raise Problem(Error("FORBIDDEN", key="forbidden.read", values={"group": facts["group"]}))
    if deleted:
        raise gone(call.request, resource, call.id)
    return facts


def listed(call: Call, data: bytes | None, total: int) -> Answer:
    """A page of resources that the database wrote as JSON."""
    page = call.asked.page
    meta = {
        **common_meta(call.service, call.request, call.asked),
        "totalResourceCount": total,
        "results": total,
        "limit": page.limit,
        "offset": page.offset,
    }
    return Answer(call.operation.status, document(data or b"[]", None, meta, links(call, total)))


def listing(call: Call, found: list[Any]) -> Answer:
    """The same for resources made here: all of them are given, the page is cut out."""
    page = call.asked.page
    return listed(call, dumps(found[page.offset : page.offset + page.limit]), len(found))


def links(call: Call, total: int) -> dict[str, str | None]:
    page = call.asked.page
    base = call.request.prefix + call.request.path
    kept = [(n, v) for n, v in call.asked.pairs if not n.startswith("page[")]

    def address(offset: int) -> str:
        pairs = [*kept, ("page[offset]", str(offset)), ("page[limit]", str(page.limit))]
        return base + "?" + "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in pairs)

    following = page.offset + page.limit
    return {
        "self": address(page.offset),
        "first": address(0),
        "prev": address(max(0, page.offset - page.limit)) if page.offset and page.limit else None,
        "next": address(following) if page.limit and following < total else None,
        "last": address(max(0, (total - 1) // page.limit * page.limit) if page.limit else 0),
    }


def written(text: bytes | str | None) -> Any:
    """JSON that the database wrote, to be put into an answer as it is."""
    return None if text is None else orjson.Fragment(text)


def given(call: Call, name: str) -> str | None:
    """A text parameter; none when empty. Raises Problem for characters that cannot be stored."""
    value = call.parameter(name)
    if value is not None and "\x00" in value:
        raise bad(name)
    return value or None


def bad(parameter: str, key: str = "BAD_PARAMETER", **values: Any) -> Problem:
    return Problem(Error("BAD_PARAMETER", key=key, values={"name": parameter, **values}, parameter=parameter))
