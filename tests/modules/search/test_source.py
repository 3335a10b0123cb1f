"""What the follower asks the modules' APIs, and what it does where one cannot answer all at once."""

from __future__ import annotations

import httpx
import orjson

from dina.app import App
from dina.base.http.inside import InProcess
from dina.base.identity.caller import Caller
from dina.modules.search.index.follower import Follower
from dina.modules.search.index.following import prefixes_of
from dina.modules.search.index.source import EVERYTHING, NOBODY, Source
from dina.modules.search.roots import roots

MOST = 7


class Slow(httpx.AsyncBaseTransport):
    """The system itself, which gives up on more than a few resources at once; `asked` are how many were, each time."""

    def __init__(self, app: App, caller: Caller) -> None:
        self.within = InProcess(app, caller)
        self.asked: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/bulk-load"):
            number = len(orjson.loads(await request.aread())["data"])
            self.asked.append(number)
            if number > MOST:
                errors = [{"status": "503", "code": "TOO_SLOW", "title": "Too slow"}]
                return httpx.Response(503, json={"errors": errors}, request=request)
        return await self.within.handle_async_request(request)


async def test_what_takes_too_long_together_is_asked_for_in_halves(searched: App, follower: Follower) -> None:
    slow: list[Slow] = []

    def client_as(caller: Caller) -> httpx.AsyncClient:
        slow.append(Slow(searched, caller))
        return httpx.AsyncClient(transport=slow[-1], base_url="http://dina.inside")

    source = Source(client_as, prefixes_of(searched.services["search"]))
    await source.fields(roots())
    try:
        ids = (await anext(source.ids("material-sample")))[:50]
        halves = await source.load("material-sample", ids, EVERYTHING)
    finally:
        await source.close()
    whole = await follower.source.load("material-sample", ids, EVERYTHING)
    assert {key: one.json for key, one in halves.items()} == {key: one.json for key, one in whole.items()}
    assert list(halves) == [("material-sample", id_) for id_ in ids]
    # 50 in halves: 25 and 25, 12 and 13 of each, then what is answered.
    assert slow[0].asked == [50, *[25, 12, 6, 6, 13, 6, 7] * 2]


async def test_what_may_not_be_read_is_left_out_in_one_further_request(
    searched: App, follower: Follower
) -> None:
    source = Source(searched.client_as, prefixes_of(searched.services["search"]), open=True)
    await source.fields(roots())
    seen: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        seen.append(request)

    try:
        ids = [id_ async for some in source.ids("person") for id_ in some]
        client = source.client(NOBODY)
        client.event_hooks = {"request": [note]}
        found = await source.load("person", ids, NOBODY)
    finally:
        await source.close()
    assert len(found) < len(ids) > 5
    assert len(seen) <= 2
