"""Hostile use of the pages: script in texts, other groups' records, forged and oversized forms, foreign addresses."""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid

import httpx
import pytest_asyncio

from tests.browser.signing import mark_in, sign_in

SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
SIGNS = """a" onfocus="alert(3)" x={{7*7}}'"""


@pytest_asyncio.fixture
async def client(address: str):
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as opened:
        yield opened


async def made(client: httpx.AsyncClient, type_: str, mark: str, **values: str) -> str:
    answer = await client.post(f"/en/{type_}/new", data={"csrf": mark, **values})
    assert answer.status_code == 200, answer.text[:500]
    return answer.url.path


async def test_script_is_refused_and_signs_stay_text_in_lists_records_forms_and_history(
    client: httpx.AsyncClient,
) -> None:
    mark = await sign_in(client, "curator")
    form = {"csrf": mark, "group": "demo", "habitat": SCRIPT, "remarks": SCRIPT}
    refused = await client.post("/en/collecting-event/new", data=form)
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    path = await made(client, "collecting-event", mark, group="demo", habitat=SIGNS, remarks=SIGNS)
    for there in (
        path, f"{path}/edit", f"{path}/history", "/en/collecting-event", f"/en/collecting-event?q={SCRIPT}",
        f"/en/collecting-event?f=habitat:CONTAINS:{SCRIPT}", f"/en/collecting-event?f=habitat:CONTAINS:{SIGNS}",
        f"/en/find?q={SCRIPT}", f"/en/collecting-event?sort={SCRIPT}&cols={SCRIPT}",
    ):  # fmt: skip
        answer = await client.get(there)
        assert answer.status_code == 200, there
        assert "<script>alert" not in answer.text, there
        assert "<img src=x" not in answer.text, there
        assert SIGNS not in answer.text, there
        assert "x=49" not in answer.text, there
    answer = await client.post(f"{path}/delete", data={"csrf": mark})
    assert "Undo" in answer.text


async def test_the_form_of_an_event_works_without_scripts_with_a_comma_as_decimal_sign(
    client: httpx.AsyncClient,
) -> None:
    mark = await sign_in(client, "curator")
    row = {
        "csrf": mark,
        "group": "demo",
        "dwcVerbatimLocality": "Quiet creek",
        "_add": "geoReferenceAssertions",
    }
    shown = await client.post("/fr/collecting-event/new", data=row)
    assert 'name="geoReferenceAssertions.0.dwcDecimalLatitude"' in shown.text
    key = str(uuid.uuid4())
    filled = {
        **row, "_key": key, "geoReferenceAssertions.0.dwcDecimalLatitude": "45,5", "startEventDateTime": "1998-07",
        "geoReferenceAssertions.0.dwcDecimalLongitude": "-75.25",
    }  # fmt: skip
    del filled["_add"]
    first = await client.post("/fr/collecting-event/new", data=filled)
    assert "45,5" in first.text or "45.5" in first.text
    assert "1998-07" in first.text
    again = await client.post("/fr/collecting-event/new", data=filled)
    assert again.url == first.url, "sent twice, made once"
    wrong = {**filled, "_key": str(uuid.uuid4()), "geoReferenceAssertions.0.dwcDecimalLatitude": "north"}
    answer = await client.post("/fr/collecting-event/new", data=wrong)
    assert answer.status_code == 422
    assert 'href="#geoReferenceAssertions.0.dwcDecimalLatitude"' in answer.text


async def test_two_people_who_change_one_record_choose_what_stays(client: httpx.AsyncClient) -> None:
    mark = await sign_in(client, "curator")
    path = await made(client, "organism", mark, group="demo", sex="female", remarks="first")
    opened = {"csrf": mark, "resourceVersion": "0", "sex": "female"}
    mine = {**opened, "remarks": "mine", "lifeStage": "adult"}
    assert (await client.post(f"{path}/edit", data={**opened, "remarks": "theirs"})).status_code == 200
    conflict = await client.post(f"{path}/edit", data=mine)
    assert conflict.status_code == 409
    assert "_take.remarks" in conflict.text
    assert "_take.lifeStage" not in conflict.text, "what only one side changed is no conflict"
    saved = await client.post(f"{path}/edit", data={**mine, "_take.remarks": "theirs"})
    assert saved.status_code == 200
    assert "theirs" in saved.text
    assert "adult" in saved.text


async def test_what_is_typed_is_kept_for_its_author_alone_until_it_is_saved(
    client: httpx.AsyncClient, address: str
) -> None:
    mark = await sign_in(client, "curator")
    draft = {"csrf": mark, "_record": "", "displayName": "Kept person"}
    assert (await client.post("/en/person/draft", data=draft)).status_code == 200
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as elsewhere:
        await sign_in(elsewhere, "curator")
        assert "A draft of" in (await elsewhere.get("/en/person/new")).text
        assert "Kept person" in (await elsewhere.get("/en/person/new?draft=1")).text
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as other:
        await sign_in(other, "technician")
        assert "Kept person" not in (await other.get("/en/person/new?draft=1")).text
    await client.post("/en/person/draft/discard", data={"csrf": mark, "_record": ""})
    assert "A draft of" not in (await client.get("/en/person/new")).text


async def test_another_groups_records_are_not_changed_by_address_or_form(
    client: httpx.AsyncClient, address: str
) -> None:
    mark = await sign_in(client, "curator")
    path = await made(client, "organism", mark, group="demo", sex="male", remarks="ours")
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as stranger:
        theirs = await sign_in(stranger, "visitor")
        for action in ("delete", "restore", "history"):
            answer = await stranger.post(f"{path}/{action}", data={"csrf": theirs, "version": "1"})
            assert answer.status_code in (403, 404), (action, answer.status_code)
        answer = await stranger.post(f"{path}/edit", data={"csrf": theirs, "sex": "female"})
        assert answer.status_code in (403, 422), answer.status_code
        answer = await stranger.post("/en/organism/new", data={"csrf": theirs, "group": "demo", "sex": "x"})
        assert answer.status_code in (403, 422)
        assert (await stranger.get("/en/system")).status_code == 403
    assert "ours" in (await client.get(path)).text


async def test_forged_oversized_and_fixed_sessions_are_refused(client: httpx.AsyncClient) -> None:
    before = (await client.get("/en/sign-in")).text
    old, planted = mark_in(before), client.cookies["DINA_SESSION"]
    mark = await sign_in(client, "curator")
    assert client.cookies["DINA_SESSION"] != planted
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        answer = await client.post("/en/organism/new", data={"csrf": mark, "group": "demo"}, headers=headers)
        assert answer.status_code == 403, headers
    assert (await client.post("/en/organism/new", data={"csrf": old, "group": "demo"})).status_code == 403
    assert (await client.post("/en/organism/new", data={"group": "demo"})).status_code == 403
    with contextlib.suppress(httpx.TransportError):  # the answer comes before the form has been read
        answer = await client.post("/en/organism/new", data={"csrf": mark, "remarks": "x" * 2_100_000})
        assert answer.status_code == 413
    many = {"csrf": mark, "group": "demo", **{f"determination.{n}.verbatimRemarks": "x" for n in range(3100)}}
    assert (await client.post("/en/organism/new", data=many)).status_code == 413
    for target in ("//evil.example", "/\\evil.example", "https://evil.example", "/%0d%0aevil"):
        form = {"csrf": mark, "to": target, "group": "demo"}
        answer = await client.post("/en/preferences/one", data=form, follow_redirects=False)
        assert "evil" not in answer.headers["location"].split("/")[0:3], target
        assert not answer.headers["location"].startswith(("//", "http", "/\\"))


async def announced(address: str, size: int, cookie: str) -> int:
    """The status of the answer to a file that is announced and not sent."""
    url = httpx.URL(address)
    reader, writer = await asyncio.open_connection(url.host, url.port or 80)
    head = (
        f"POST /en/imports/new HTTP/1.1\r\nHost: {url.host}\r\nCookie: {cookie}\r\nContent-Length: {size}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    writer.write(head.encode())
    line = await asyncio.wait_for(reader.readline(), 30)
    writer.close()
    return int(line.split()[1])


async def test_files_are_for_the_import_page_and_for_those_who_are_signed_in(
    client: httpx.AsyncClient, address: str
) -> None:
    mark = await sign_in(client, "curator")
    large = {"file": ("large.csv", b"x" * 3_000_000, "text/csv")}
    with contextlib.suppress(httpx.TransportError):
        answer = await client.post("/fr/organism/new", data={"csrf": mark, "group": "demo"}, files=large)
        assert answer.status_code == 413
        assert "trop volumineux" in answer.text
        assert "<h1>" in answer.text, "a page of ours, with a way on"
    cookie = f"DINA_SESSION={client.cookies['DINA_SESSION']}"
    assert await announced(address, 5 << 30, cookie) == 413, "refused by what it announces, before it is sent"
    async with httpx.AsyncClient(base_url=address, timeout=60) as anybody:
        theirs = mark_in((await anybody.get("/en/sign-in")).text)
        with contextlib.suppress(httpx.TransportError):
            answer = await anybody.post("/en/imports/new", data={"csrf": theirs}, files=large)
            assert answer.status_code == 413


async def test_script_in_any_text_of_any_kind_of_record_never_reaches_a_page(
    client: httpx.AsyncClient,
) -> None:
    """Every text that a form of a kind takes, filled at once; refused or not, no page repeats it as HTML."""
    mark = await sign_in(client, "admin")
    for type_ in ("organism", "collecting-event", "person", "organization", "site", "project", "expedition",
                  "collection", "institution", "storage-unit-type", "protocol"):  # fmt: skip
        form = (await client.get(f"/en/{type_}/new")).text
        names = re.findall(r'<(?:input|textarea) [^>]*name="([A-Za-z][\w.]*)"', form)
        assert names, type_
        for text in (SCRIPT, SIGNS):
            values = {name: text for name in names if name not in ("csrf", "group", "q")}
            sent = {**values, "csrf": mark, "group": "demo"}
            answer = await client.post(f"/en/{type_}/new", data=sent)
            assert answer.status_code in (200, 413, 422), (type_, answer.status_code)
            assert "<script>alert" not in answer.text, type_
            assert "<img src=x" not in answer.text, type_
            assert '" onfocus="alert' not in answer.text, type_


async def test_ids_of_another_group_open_nothing_to_change_on_any_page(
    client: httpx.AsyncClient, address: str
) -> None:
    mark = await sign_in(client, "curator")
    event = (await made(client, "collecting-event", mark, group="demo", habitat="theirs")).rsplit("/")[-1]
    specimen = (
        await made(client, "specimens", mark, group="demo", materialSampleName=f"H-{uuid.uuid4()}")
    ).rsplit("/")[-1]
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60) as stranger:
        theirs = await sign_in(stranger, "visitor")
        for path, data in (
            (f"collecting-event/{event}/edit", {"habitat": "mine"}),
            (f"collecting-event/{event}/delete", {}),
            (f"specimens/{specimen}/edit", {"materialSampleName": "mine"}),
            (f"specimens/{specimen}/delete", {}),
            (f"specimens/{specimen}/restore", {}),
            (f"specimens/{specimen}/history", {"version": "1"}),
            ("specimens/selected", {"id": specimen, "what": "delete"}),
            ("specimens/identify", {"id": specimen, "scientificName": "Mine mine", "_then": "apply"}),
            ("specimens/derive", {"id": specimen, "count": "3", "_then": "create"}),
            ("storage/move", {"id": specimen, "place": "DEMO-004"}),
            ("system/index", {}),
        ):
            answer = await stranger.post(f"/en/{path}", data={"csrf": theirs, **data})
            assert answer.status_code < 500, (path, answer.status_code)
    told = (await client.get(f"/en/specimens/{specimen}")).text
    assert "H-" in told
    assert "Mine mine" not in told
    assert "theirs" in (await client.get(f"/en/collecting-event/{event}")).text
