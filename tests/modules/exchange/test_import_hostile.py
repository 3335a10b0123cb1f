"""Files made to harm, sent as anybody may send them: a clear failure, or neutralised; nothing is left behind."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dina.modules.exchange.sources.encoding import scan
from tests.conftest import resource
from tests.modules.exchange.driving import EXCHANGE, Desk, half_sent
from tests.modules.exchange.test_importing import table

META = """<archive xmlns="http://rs.tdwg.org/dwc/text/"><core rowType="http://rs.tdwg.org/dwc/terms/Occurrence"
 fieldsTerminatedBy="," ignoreHeaderLines="1"><files><location>{file}</location></files><id index="0"/>
 <field index="0" term="http://rs.tdwg.org/dwc/terms/occurrenceID"/></core></archive>"""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
)


def zipped(**members: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def claiming() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", "catalogNumber\n1\n")
        archive.filelist[0].file_size = 10 << 30
    return out.getvalue()


HARM: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "a bomb": ("bomb.zip", lambda: zipped(**{"data.csv": b"\0" * (80 << 20)}), {"bomb"}),
    "ten gigabytes": ("claim.zip", claiming, {"too_large", "no_space"}),
    "a way out": ("path.zip", lambda: zipped(**{"../../etc/evil.csv": "a\n1\n"}), {"unsafe_path"}),
    "an absolute path": ("root.zip", lambda: zipped(**{"/etc/passwd": "a\n1\n"}), {"unsafe_path"}),
    "a descriptor that leads out": (
        "meta.zip", lambda: zipped(**{"meta.xml": META.format(file="../../../../etc/passwd")}),
        {"location_outside"},
    ),
    "laughs in a descriptor": ("laughs.zip", lambda: zipped(**{"meta.xml": LAUGHS}), {"xml_entities"}),
    "laughs alone": ("laughs.xml", LAUGHS.encode, {"xml_entities"}),
    "a picture": ("beetle.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), {"unknown_format"}),
    "half an archive": ("half.zip", lambda: zipped(**{"a.csv": "a,b\n1,2\n" * 500})[:120], {"damaged_archive"}),
    "20,000 columns": ("wide.csv", lambda: table([f"c{n}" for n in range(20_000)], ["1"] * 20_000), {"too_many_columns"}),
    "an open quote": ("open.csv", lambda: b'catalogNumber,locality\n1,"bog\n2,fen\n', {"unclosed_quote"}),
    "a cell of 20 MB": ("cell.csv", lambda: b"catalogNumber,remarks\n1," + b"x" * (20 << 20) + b"\n", {"line_too_long", "value_too_long", "cell_too_long", "bad_record"}),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM)
async def test_a_harmful_file_ends_in_a_clear_failure(harm: str, desk: Desk) -> None:
    name, content, codes = HARM[harm]
    told = await desk.send(name, content())
    assert told["state"] == "failed", told["result"]
    (error,) = told["errors"]
    assert error["code"] == "BUSINESS_RULE"
    assert error["meta"]["cause"] in codes, error
    assert "{" not in error["detail"]
    french = await desk.client.get(f"{EXCHANGE}/job/{desk.job}", headers={"accept-language": "fr"})
    assert french.json()["data"]["attributes"]["errors"][0]["detail"] != error["detail"]
    assert await desk.staged() == 0
    assert (await desk.dataset())["state"] == "EMPTY"
    assert (await desk.check_refused()) == 422


async def test_a_wrong_encoding_is_told_with_its_line_and_can_be_put_right(desk: Desk) -> None:
    content = "catalogNumber,locality\n1,Québec\n2,Montréal\n".encode("latin-1")
    told = await desk.send("latin.csv", content, reading={"encoding": "utf-8"})
    assert told["state"] == "failed"
    assert told["errors"][0]["meta"] == {"file": "latin.csv", "line": 2, "cause": "undecodable"}
    await desk.change(reading={"encoding": "latin-1"})
    assert (await desk.done(await desk.act("stage")))["state"] == "finished"
    assert [row["values"][1] for row in await desk.rows()] == ["Québec", "Montréal"]


async def test_what_the_reading_doubted_is_said_in_both_languages(desk: Desk) -> None:
    await desk.send("short.csv", b"catalogNumber,locality\n1,a\n2\n3,c,surplus\n")
    told = await desk.dataset()
    doubts = [*told["summary"]["warnings"], *told["tables"][0]["problems"]]
    assert doubts
    for one in doubts:
        assert one["code"]
        assert one["en"]
        assert one["en"] != one["fr"]
        assert "{" not in one["en"] + one["fr"]


async def receiving(parts: list[bytes], *, cut: bool) -> Any:
    """The receiving end of a request whose body comes in parts, and breaks off where `cut`."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": p, "more_body": True} for p in parts]
    messages.append({"type": "http.disconnect"} if cut else {"type": "http.request", "body": b""})

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


async def test_a_dropped_connection_leaves_nothing(desk: Desk) -> None:
    await desk.send("kept.csv", table(("catalogNumber",), ("K-1",)))
    before, path = await desk.dataset(), f"{EXCHANGE}/import-dataset/{desk.id}/file"
    kept = await desk.files()
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"name=cut.csv",
        "headers": [(b"host", b"dina.test"), (b"content-length", b"9000"), (b"content-type", b"application/octet-stream")],
        "http_version": "1.1", "scheme": "http", "server": ("dina.test", 80), "client": ("127.0.0.1", 9),
    }  # fmt: skip
    receive = await receiving([b"catalogNumber\n", b"C-1\nC-2"], cut=True)
    await desk.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert await desk.files() == kept
    assert await desk.dataset() == before
    assert [row["values"] for row in await desk.rows()] == [["K-1"]]
    assert half_sent() == set()


async def test_a_claim_of_ten_gigabytes_is_refused_before_it_is_read(desk: Desk) -> None:
    await desk.send("kept.csv", table(("catalogNumber",), ("K-2",)))
    kept = await desk.files()
    answer = await desk.client.post(
        f"{EXCHANGE}/import-dataset/{desk.id}/file", params={"name": "big.csv"}, content=b"a",
        headers={"content-length": str(10 << 30), "content-type": "application/octet-stream"},
    )  # fmt: skip
    assert answer.status_code == 413
    assert await desk.files() == kept
    assert await desk.staged() == 1


async def test_a_new_file_takes_the_place_of_the_old_one(desk: Desk) -> None:
    await desk.send("one.csv", table(("catalogNumber",), ("O-1",), ("O-2",)))
    await desk.upload("../two\\..\\two.csv", table(("catalogNumber",), ("T-1",)))
    assert (await desk.dataset())["fileName"] == "two.csv"
    assert len(await desk.files()) == 1
    assert await desk.staged() == 1


NASTY = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "'; DROP TABLE exchange.import_row; --", "x" * 50_000,
    "{{7*7}}", "../../etc", "a\nb", "%s%n", "­​", "Nom <i>latin</i>",
)  # fmt: skip


async def test_nasty_headings_and_cells_are_only_text(desk: Desk) -> None:
    before = await desk.holdings()
    heads = ("catalogNumber", *NASTY)
    rows = [("H-1", *(f"v{n}" for n in range(len(NASTY)))), ("H-2", *(text[:900] for text in NASTY))]
    told = await desk.send("nasty.csv", table(heads, *rows), reading={"header": 1})
    assert told["state"] == "finished", told["errors"]
    told = await desk.check()
    assert told["state"] == "finished", told["errors"]
    unsafe = {one["value"]: one["fix"] for one in await desk.problems() if one["code"] == "UNSAFE_TEXT"}
    assert unsafe == {NASTY[0]: "‹script›alert(1)‹/script›", NASTY[9]: "Nom latin"}
    told = await desk.run("rows")
    assert told["state"] == "finished", told["errors"]
    assert (told["result"]["created"], told["result"]["skipped"]) == (1, 1)
    await desk.act("fix", {})
    await desk.check()
    told = await desk.run("rows")
    assert (told["result"]["created"], told["result"]["earlier"]) == (1, 1)
    found = await desk.client.get("/collection/v1/material-sample?filter[dwcCatalogNumber][EQ]=H-2")
    own = found.json()["data"][0]["attributes"]["managedAttributes"]
    assert set(own.values()) >= {text[:900] for text in NASTY[1:9]} - {NASTY[8]}
    items = await desk.client.get("/collection/v1/controlled-vocabulary-item?filter[name][LIKE]=%25alert%25")
    assert [one["attributes"]["name"] for one in items.json()["data"]] == ["alert(1)"]
    undone = await desk.undo()
    assert undone["state"] == "finished", undone["errors"]
    assert await desk.holdings() == before


async def test_bytes_of_zero_and_great_cells_do_no_harm(desk: Desk) -> None:
    content = b"catalogNumber,locality,label text\nZ-1,bo\0g,short\nZ-2,fen," + b"y" * (10 << 20) + b"\n"
    told = await desk.send("zero.csv", content)
    assert told["state"] == "finished", told["errors"]
    rows = await desk.rows()
    assert rows[0]["values"][1] == "bog"
    assert len(rows[1]["values"][2]) == 10 << 20
    told = await desk.check()
    assert told["state"] == "finished", told["errors"]
    told = await desk.run("rows")
    assert told["state"] == "finished", told["errors"]
    assert told["result"]["created"] + told["result"]["skipped"] == 2
    await desk.undo()


def test_long_words_do_not_hold_up_the_search_for_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes("é,".encode() + b"x" * 300_000 + b"\n")
    began = time.perf_counter()
    assert scan(path).words == ("é".encode(),)
    assert time.perf_counter() - began < 2


async def test_two_thousand_unknown_columns_are_staged_in_time(desk: Desk) -> None:
    heads = ["catalogNumber", *(f"measured property {n:04d}" for n in range(2000))]
    told = await asyncio.wait_for(desk.send("wide.csv", table(heads, ["W-1", *("1" * 2000)])), 60)
    assert told["state"] == "finished", told["errors"]
    mapping = (await desk.dataset())["mapping"]["columns"]
    assert len({one["field"] for one in mapping}) == 2001


async def test_an_empty_request_body_and_no_name_are_refused(desk: Desk) -> None:
    made = await desk.client.post(
        f"{EXCHANGE}/import-dataset", json=resource("import-dataset", {"name": "x", "group": "dev-group"})
    )
    path = f"{EXCHANGE}/import-dataset/{made.json()['data']['id']}/file"
    for params, content in (({"name": "a.csv"}, b""), ({"name": "a\nb.csv"}, b"a"), ({}, b"a")):
        answer = await desk.client.post(path, params=params, content=content)
        assert answer.status_code == 400, answer.text
