"""Publishing the Berlin set, read back by an independent reader and compared with the API term by term."""

from __future__ import annotations

import httpx

from tests.modules.exchange.conftest import Define


async def test_try(define: Define, curator: httpx.AsyncClient) -> None:
    made = await define()
    told = await made.publish()
    print(told)
    assert told["state"] == "finished", told["errors"]
    a = await made.archive()
    print(a.files.keys(), {k: len(v) for k, v in a.tables.items()})
    print({k: v for k, v in a.occurrences[0].items() if v})
    print(a.tables["Identification"][0])
    print(a.files["eml.xml"].decode()[:3000])
    assert 0
