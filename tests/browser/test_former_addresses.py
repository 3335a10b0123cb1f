"""Links to pages of dina-ui that people have kept lead to ours."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from dina.web.area import slug
from tests.browser.signing import mark_in, sign_in

ID = "3a4e9b51-ea0b-4e21-8c5d-daf0b421907e"


@pytest_asyncio.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"accept-language": "fr-CA,fr;q=0.9"}
    async with httpx.AsyncClient(
        base_url=address, timeout=60, follow_redirects=True, headers=headers
    ) as opened:
        await sign_in(opened, "curator", "fr")
        yield opened


async def led(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path, follow_redirects=False)
    assert answer.status_code == 302, (path, answer.status_code)
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("former", "ours"),
    [
        (f"/collection/material-sample/view?id={ID}", f"/fr/specimens/{ID}"),
        (f"/collection/material-sample/edit?id={ID}", f"/fr/specimens/{ID}/edit"),
        (f"/collection/material-sample/revisions?id={ID}", f"/fr/specimens/{ID}/history"),
        ("/collection/material-sample/edit", "/fr/specimens/new"),
        ("/collection/material-sample/list", "/fr/specimens"),
        (f"/collection/collecting-event/view?id={ID}", f"/fr/collecting-event/{ID}"),
        (f"/collection/storage-unit/view?id={ID}", f"/fr/storage-unit/{ID}"),
        (f"/agent/person/view?id={ID}", f"/fr/person/{ID}"),
        (f"/person/view?id={ID}", f"/fr/person/{ID}"),
        ("/organization/list", "/fr/organization"),
        (f"/dina-user/view?id={ID}", f"/fr/user/{ID}"),
        ("/collection/material-sample/bulk-create", "/fr/specimens/series"),
        ("/collection/revisions-by-user", "/fr/change-history"),
        ("/workbook/upload", "/fr/imports/new"),
        ("/global-search", "/fr/find"),
        ("/admin/system-info", "/fr/system"),
    ],
)
async def test_an_address_of_dina_ui_leads_to_our_page_in_the_language_of_who_asks(
    client: httpx.AsyncClient, former: str, ours: str
) -> None:
    assert await led(client, former) == ours


async def test_every_type_of_the_registry_is_found_below_its_module(
    client: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    for module in ("agent", "collection", "user"):
        types = json.loads((await api.get(f"/{module}/v1/registry")).text)["meta"]["types"]
        for name in types:
            assert await led(client, f"/{module}/{name}/list") == f"/fr/{slug(name)}"
            assert await led(client, f"/{name}/view?id={ID}") == f"/fr/{slug(name)}/{ID}"


async def test_a_record_of_the_demo_opens_at_its_former_address(client: httpx.AsyncClient) -> None:
    found = re.search(r'class="row" href="/fr/person/([0-9a-f-]{36})', (await client.get("/fr/person")).text)
    assert found is not None
    answer = await client.get(f"/agent/person/view?id={found[1]}")
    assert (answer.status_code, answer.url.path) == (200, f"/fr/person/{found[1]}")


async def test_the_language_chosen_as_ones_own_goes_before_that_of_the_browser(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True) as client:
        await sign_in(client, "auditor")
        for language in ("fr", ""):
            form = {"csrf": mark_in((await client.get("/en/preferences")).text), "language": language}
            assert (await client.post("/en/preferences", data=form)).status_code == 200
            assert await led(client, "/person/list") == f"/{language or 'en'}/person"
            assert await led(client, "/") == f"/{language or 'en'}"


def tree(*rules: tuple[str, str, str], either: bool = False) -> str:
    """The parameter that dina-ui puts into the addresses of its lists."""
    made = [{"f": f, "o": o, "v": v, "t": "text"} for f, o, v in rules]
    return quote(json.dumps({"c": "o" if either else "a", "p": made}))


COUNTRY, NAME = "collectingEvent.dwcCountry", "data.attributes.materialSampleName"
NOWHERE = ("data.attributes.nowhere", "exactMatch", "x")


async def test_a_search_in_an_address_is_the_search_of_our_list(client: httpx.AsyncClient) -> None:
    search = tree((COUNTRY, "exactMatch", "Turkey"), (NAME, "startsWith", "B"), either=True)
    answer = await client.get(f"/collection/material-sample/list?queryTree={search}")
    assert (answer.status_code, answer.url.path) == (200, "/fr/specimens")
    assert answer.url.params["q"] == (
        '(collectingEvent:(dwcCountry:=="Turkey") OR materialSampleName:="B"*)'
    ).replace('"', "")
    assert "pu être repris" not in answer.text
    assert "Pontaurus" in answer.text
    events = tree(
        ("data.attributes.dwcCountry", "exactMatch", "Turkey"), ("data.attributes.habitat", "notEmpty", "")
    )
    found = await client.get(f"/collection/collecting-event/list?queryTree={events}")
    assert found.url.params.get_list("f")[0] == "dwcCountry:IS:Turkey"
    assert found.url.path == "/fr/collecting-event"
    assert await led(client, "/collection/material-sample/list?queryTree=" + tree()) == "/fr/specimens"


async def test_what_of_a_search_cannot_be_taken_over_is_told(client: httpx.AsyncClient) -> None:
    search = tree((COUNTRY, "exactMatch", "Turkey"), NOWHERE)
    answer = await client.get(f"/collection/material-sample/list?queryTree={search}")
    assert answer.url.params["q"] == "collectingEvent:(dwcCountry:==Turkey)"
    assert "ceci n’a pas pu être repris : data.attributes.nowhere exactMatch x." in answer.text
    either = tree(
        ("data.attributes.dwcCountry", "exactMatch", "Turkey"),
        ("data.attributes.habitat", "notEmpty", ""),
        either=True,
    )
    answer = await client.get(f"/collection/collecting-event/list?queryTree={either}")
    assert "f" not in answer.url.params
    assert "dwcCountry, habitat" in answer.text
    await client.get("/en/help")
    english = await client.get(f"/collection/material-sample/list?queryTree={search}")
    assert "this could not be taken over: data.attributes.nowhere" in english.text


@pytest.mark.parametrize(
    "text", ["x", "[]", '{"c":"a"}', '{"p":[1]}', "[" * 3000, '{"c":"a","p":[{"f":"<script>alert(1)</script>"}]}', "%00", "%ff"],
)  # fmt: skip
async def test_a_search_that_cannot_be_read_is_told(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.get("/collection/material-sample/list?queryTree=" + text)
    assert (answer.status_code, answer.url.path) == (200, "/fr/specimens")
    assert "pu être repris" in answer.text
    assert "<script>alert" not in answer.text
    # Nothing is kept of this type in an index.
    answer = await client.get("/collection/institution/list?queryTree=" + text)
    assert answer.status_code == 200


async def test_who_is_not_signed_in_gets_there_after_signing_in(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True) as client:
        page = await client.get("/collection/site/list")
        assert page.url.path == "/en/sign-in"
        to = re.search(r'name="to" value="([^"]+)"', page.text)
        assert to is not None
        form = {"username": "visitor", "password": "visitor", "to": to[1], "csrf": mark_in(page.text)}
        assert (await client.post("/en/sign-in", data=form)).url.path == "/en/site"


@pytest.mark.parametrize(
    "path",
    ["/collection/material-sample/view", "/collection/material-sample/view?id=//evil.example", "/x/nothing/list",
     "/en/person/view?id=" + ID, "/collection/material-sample/list/more", "//evil.example/list"],
)  # fmt: skip
async def test_what_was_never_an_address_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(str(client.base_url).rstrip("/") + path, follow_redirects=False)
    assert answer.status_code == 404
