"""`Idempotency-Key`: the same request sent twice is done once (api.md §13.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import orjson

from dina.base.errors import Error, Problem
from dina.base.http import Answer, Request
from dina.base.jsonapi.service import Service

KEEP = "24 hours"


async def once(service: Service, request: Request, endpoint: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run the endpoint, or give the answer it gave before under the same key, user and body.

    The key is held by an advisory lock while the work goes on, so that two senders at once are one after
    the other; only success is remembered.
    """
    key = request.header(b"idempotency-key")
    if key is None:
        return await endpoint()
    body = await request.body()
    request.replay(body)
    told = f"{request.method} {request.prefix}{request.path}?".encode() + request.query + b"\n" + body
    fingerprint = hashlib.sha256(told).digest()
    async with service.pools.write.connection() as connection:
        lock = int.from_bytes(
            hashlib.sha256(f"{request.caller.username}\n{key}".encode()).digest()[:8], "big", signed=True
        )
        await connection.execute("SELECT pg_advisory_lock(%s)", [lock])
        try:
            cursor = await connection.execute(
                "SELECT fingerprint, status, headers::text, body FROM dina.idempotency "
                f"WHERE username = %s AND key = %s AND created_on > now() - interval '{KEEP}'",
                [request.caller.username, key],
            )
            row = await cursor.fetchone()
            if row is not None:
                if bytes(row[0]) != fingerprint:
                    raise Problem(Error("IDEMPOTENCY_KEY_REUSED", header="Idempotency-Key"))
                headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in orjson.loads(row[2])]
                content = None if row[1] == 204 else b"application/vnd.api+json"
                return Answer(row[1], bytes(row[3]), headers, content)
            answer = await endpoint()
            kept = [[n.decode("latin-1"), v.decode("latin-1")] for n, v in answer.headers]
            await connection.execute(
                "INSERT INTO dina.idempotency (username, key, fingerprint, status, headers, body) "
                "VALUES (%s, %s, %s, %s, %s::jsonb, %s) ON CONFLICT (username, key) DO UPDATE SET "
                "fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, "
                "body = excluded.body, created_on = now()",
                [
                    request.caller.username,
                    key,
                    fingerprint,
                    answer.status,
                    orjson.dumps(kept).decode(),
                    answer.body,
                ],
            )
            return answer
        finally:
            await connection.execute("SELECT pg_advisory_unlock(%s)", [lock])
