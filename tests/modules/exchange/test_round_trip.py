"""The Berlin set: in from its spreadsheet, out as an archive, into an empty system, out again; nothing is lost."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from dina.app import App, load_modules, running
from dina.settings import Settings
from tests.conftest import client_of, shared
from tests.modules.exchange.conftest import Archive, Publishing
from tests.modules.exchange.driving import Desk
from tests.prepared import migrated

BERLIN = "data/specimens-botany/bgbm/verbatim.txt"
ELSEWHERE = {
    "gbifID": "an identifier of the aggregator's, kept as a custom field of that name",
    "basisOfRecord": "`specimen` is published as PreservedSpecimen would be; kept as a custom field",
    "eventDate": "midnight is left out: `1999-07-15T00:00:00` is the day 1999-07-15 (verbatim text kept)",
    "minimumElevationInMeters": "`~ 1800` and `?` are no numbers: they stand as verbatim elevation",
}
"""Terms whose text may be published otherwise than it came, and why."""


@pytest_asyncio.fixture
async def empty(server_url: str, tmp_path: Path) -> AsyncIterator[list[App]]:
    """Two systems without any records."""
    async with AsyncExitStack() as stack:
        systems: list[App] = []
        for name in ("here", "there"):
            url = migrated(server_url)
            settings = replace(
                Settings(), database_url=url, data_dir=tmp_path / name, auth_mode="dev", dev_admin=True,
                dev_groups=("/dev-group/super-user",), web=False, rate=0, log_requests=False,
            )  # fmt: skip
            systems.append(await stack.enter_async_context(running(App(settings, load_modules(settings)))))
        yield systems


async def brought_in(app: App, name: str, content: bytes) -> Desk:
    """Import a file whole, every name in it made where it is not there yet."""
    desk = Desk(app)
    await desk.send(name, content)
    mapping = (await desk.dataset())["mapping"]
    mapping["constants"] = [{"field": "publiclyReleasable", "value": True}]
    await desk.change(mapping=mapping)
    checked = await desk.check()
    assert checked["state"] == "finished", checked["errors"]
    decided = (await desk.dataset())["decisions"]
    wanted = [
        {"field": field, "name": one, "action": "create"}
        for field, names in decided.items()
        for one, decision in names.items()
        if decision["action"] in ("ask", "leave")
    ]
    if wanted:
        await desk.act("decisions", {"decisions": wanted})
        await desk.check()
    told = await desk.run("all")
    assert told["state"] == "finished", (told["errors"], (await desk.problems())[:5])
    receipt = told["result"]
    assert receipt["values"] == receipt["stored"] + receipt["notImported"]
    assert receipt["rows"] == receipt["created"]
    return desk


async def published(app: App, scratch: Path) -> bytes:
    async with client_of(app) as client:
        publishing = Publishing(app, client, scratch)
        await publishing.define(
            group="dev-group",
            title="Berlin",
            abstract="Plants of Turkey.",
            licence="http://creativecommons.org/licenses/by/4.0/legalcode",
            query={"type": "material-sample", "filters": {"filter[group]": "dev-group"}},
        )
        await publishing.published()
        return await publishing.file()


async def test_nothing_is_lost_or_changed_on_the_way_out_and_in_again(
    empty: list[App], tmp_path: Path
) -> None:
    source = shared(BERLIN)
    here, there = empty
    await brought_in(here, "verbatim.txt", source.read_bytes())
    first = await published(here, tmp_path)
    await brought_in(there, "berlin.zip", first)
    second = await published(there, tmp_path)
    came = list(csv.DictReader(source.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE))
    out, again = Archive.read(first), Archive.read(second)
    assert len(came) == len(out.occurrences) == len(again.occurrences) == 748

    rows = {one["catalogNumber"]: one for one in out.occurrences}
    differing: dict[str, list[tuple[str, str]]] = {}
    for row in came:
        told = rows[row["catalogNumber"]]
        for term, text in row.items():
            if text and told.get(term) != text:
                differing.setdefault(term, []).append((text, told.get(term, "")))
    assert set(differing) <= set(ELSEWHERE), {t: v[:3] for t, v in differing.items() if t not in ELSEWHERE}

    back = {one["catalogNumber"]: one for one in again.occurrences}
    own = {"modified", "eventID", "organismID", ""}
    changed: dict[str, list[tuple[str, str]]] = {}
    for number, row in rows.items():
        for term, text in row.items():
            if term not in own and text and back[number].get(term) != text:
                changed.setdefault(term, []).append((text, back[number].get(term, "")))
    assert changed == {}, {t: (len(v), v[:3]) for t, v in changed.items()}
