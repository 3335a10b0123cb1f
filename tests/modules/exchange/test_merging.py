"""Merging duplicates over the API: references in every module led to the one kept, and all of it taken back."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from dina.app import App
from dina.base.identity.caller import Caller, Role
from dina.base.jobs import Job
from dina.modules.exchange.merging import job as jobs
from dina.modules.exchange.merging import planning
from tests.conftest import linked, resource
from tests.modules.exchange.driving import EXCHANGE, Desk

A, C = "/agent/v1", "/collection/v1"
PERSON, EVENT, ORGANISM = f"{A}/person", f"{C}/collecting-event", f"{C}/organism"
ELSEWHERE = Caller("", "stranger", groups=MappingProxyType({"cnc": frozenset({Role.SUPER_USER})}))


async def made(client: httpx.AsyncClient, path: str, attributes: dict[str, Any], **links: Any) -> str:
    type_ = path.rsplit("/", 1)[1]
    group = {} if path.startswith(A) else {"group": "dev-group"}
    answer = await client.post(path, json=resource(type_, {**group, **attributes}, relationships=links))
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


async def read(client: httpx.AsyncClient, path: str, id_: str, include: str = "") -> dict[str, Any]:
    answer = await client.get(f"{path}/{id_}", params={"include": include} if include else {})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def told_of(data: dict[str, Any]) -> dict[str, Any]:
    """A record without what every writing changes."""
    own = {
        n: v
        for n, v in data["attributes"].items()
        if n not in ("resourceVersion", "version", "lastUpdatedOn")
    }
    return {**own, **{name: one.get("data") for name, one in data.get("relationships", {}).items()}}


async def look(desk: Desk, type_: str, keep: str, *others: str, **choices: str) -> dict[str, Any]:
    given = {"type": type_, "keep": keep, "others": list(others), "choices": choices}
    return await desk.done(await desk.client.post(f"{EXCHANGE}/merge", json=resource("merge", given)))


async def act(desk: Desk, what: str, **given: Any) -> dict[str, Any]:
    path = f"{EXCHANGE}/merge/{desk.job}/{what}"
    return await desk.done(await desk.client.post(path, json=resource("merge", given)))


class People:
    """Two people who are one, and what refers to the second."""

    keep = other = third = event = organism = sample = dataset = project = process = ""

    async def begin(self, api: httpx.AsyncClient) -> None:
        museum = await made(api, f"{A}/organization", {"names": [{"languageCode": "en", "name": "Museum"}]})
        self.keep = await made(
            api, PERSON, {"displayName": "Ada Roy", "aliases": ["A. Roy"], "remarks": "Botanist"}
        )
        self.other = await made(
            api, PERSON, {"displayName": "Roy, Ada", "email": "ada@example.org", "aliases": ["Roy"], "remarks": "?"},
            organizations=linked("organization", museum, many=True),
        )  # fmt: skip
        self.third = await made(api, PERSON, {"displayName": "Bo Li"})
        both = {"data": [{"type": "person", "id": one} for one in (self.other, self.third, self.keep)]}
        self.event = await made(
            api, EVENT,
            {"geoReferenceAssertions": [{"dwcDecimalLatitude": 45.0, "dwcDecimalLongitude": -75.0, "isPrimary": True, "georeferencedBy": [self.other]}]},
            collectors=both,
        )  # fmt: skip
        self.organism = await made(
            api, ORGANISM,
            {"determination": [{"scientificName": "Carex nigra", "isPrimary": True, "determiner": [self.third, self.other]}]},
        )  # fmt: skip
        self.sample = await made(
            api, f"{C}/material-sample", {"materialSampleName": "M-1"}, preparedBy=linked("person", self.other, many=True)
        )  # fmt: skip
        self.project = await made(
            api, f"{C}/project", {"name": "Wet meadows", "contributors": [{"agent": self.other}]}
        )  # fmt: skip
        self.process = await made(
            api,
            f"{C}/process",
            {"name": "Pressing", "processType": "PREPARATION"},
            agents=linked("person", self.other, many=True),
            inputs=linked("material-sample", self.sample, many=True),
        )
        self.dataset = await made(
            api, f"{EXCHANGE}/dataset", {"title": "Meadows", "query": {"type": "material-sample", "filters": {}}, "contacts": [{"person": self.other, "role": "contact"}]}
        )  # fmt: skip

    def records(self) -> list[tuple[str, str, str]]:
        return [
            (PERSON, self.keep, "organizations"), (EVENT, self.event, ""), (ORGANISM, self.organism, ""),
            (f"{C}/material-sample", self.sample, ""), (f"{C}/project", self.project, ""),
            (f"{C}/process", self.process, ""), (f"{EXCHANGE}/dataset", self.dataset, ""),
        ]  # fmt: skip

    async def state(self, api: httpx.AsyncClient) -> list[dict[str, Any]]:
        return [told_of(await read(api, *one)) for one in self.records()]


async def test_references_in_all_modules_lead_to_the_one_kept_and_undo_restores_everything(
    desk: Desk,
) -> None:
    api, people = desk.client, People()
    await people.begin(api)
    before, gone = await people.state(api), told_of(await read(api, PERSON, people.other, "organizations"))
    seen = await look(desk, "person", people.keep, people.other)
    assert seen["state"] == "finished", seen["errors"]
    result = seen["result"]
    assert result["refused"] == []
    assert result["uses"][people.other] == {
        "collecting-event": 1, "organism": 1, "material-sample": 1, "project": 1, "process": 1, "dataset": 1
    }  # fmt: skip
    assert result["modules"] == ["collection", "exchange", "agent"], "what is deleted comes last"
    assert await people.state(api) == before, "nothing is written by looking"

    done = await act(desk, "apply")
    assert done["state"] == "finished", done["errors"]
    kept, event, organism, sample, project, process, dataset = await people.state(api)
    assert kept["displayName"] == "Ada Roy"
    assert kept["aliases"] == ["A. Roy", "Roy", "Roy, Ada"], "lists united, the other name kept"
    assert (kept["email"], kept["remarks"]) == ("ada@example.org", "Botanist"), "empty fields are filled"
    assert len(kept["organizations"]) == 1
    assert [one["id"] for one in event["collectors"]] == [people.keep, people.third], "in order, and once"
    assert event["geoReferenceAssertions"][0]["georeferencedBy"] == [people.keep]
    assert organism["determination"][0]["determiner"] == [people.third, people.keep]
    assert [sample["preparedBy"][0]["id"], process["agents"][0]["id"]] == [people.keep] * 2
    assert (project["contributors"][0]["agent"], dataset["contacts"][0]["person"]) == (
        people.keep,
        people.keep,
    )
    assert (await api.get(f"{PERSON}/{people.other}")).status_code == 410

    assert (await act(desk, "undo"))["result"] == {"blocked": 0}
    assert await people.state(api) == before
    assert told_of(await read(api, PERSON, people.other, "organizations")) == gone


async def test_the_values_that_were_chosen_stay(desk: Desk) -> None:
    people = People()
    await people.begin(desk.client)
    chosen = {
        "displayName": people.other,
        "remarks": people.other,
        "aliases": people.keep,
        "email": people.keep,
    }
    await look(desk, "person", people.keep, people.other, **chosen)
    await act(desk, "apply")
    kept = (await read(desk.client, PERSON, people.keep))["attributes"]
    assert (kept["displayName"], kept["remarks"], kept["email"]) == ("Roy, Ada", "?", None)
    assert kept["aliases"] == ["A. Roy", "Ada Roy"]


async def test_events_sites_and_organizations_are_merged_the_same_way(desk: Desk) -> None:
    api = desk.client
    sites = [await made(api, f"{C}/site", {"name": name}) for name in ("Pond", "The pond", "Pond 2")]
    event = await made(api, EVENT, {"dwcFieldNumber": "7"}, site=linked("site", sites[1]))
    survey = await made(api, f"{C}/survey", {"name": "Frogs"}, site=linked("site", sites[2]))
    seen = await look(desk, "site", *sites)
    assert seen["result"]["moved"] == {"collecting-event": 1, "survey": 1}, seen
    await act(desk, "apply")
    assert (await read(api, EVENT, event, "site"))["relationships"]["site"]["data"]["id"] == sites[0]
    assert (await read(api, f"{C}/survey", survey, "site"))["relationships"]["site"]["data"]["id"] == sites[0]
    await act(desk, "undo")
    assert (await read(api, EVENT, event, "site"))["relationships"]["site"]["data"]["id"] == sites[1]

    second = await made(api, EVENT, {"dwcFieldNumber": "7 bis", "dwcCountry": "Canada"})
    sample = await made(api, f"{C}/material-sample", {"materialSampleName": "S"}, collectingEvent=linked("collecting-event", second))  # fmt: skip
    await look(desk, "collecting-event", event, second)
    assert (await act(desk, "apply"))["state"] == "finished"
    found = await read(api, f"{C}/material-sample", sample, "collectingEvent")
    assert found["relationships"]["collectingEvent"]["data"]["id"] == event
    assert (await read(api, EVENT, event))["attributes"]["dwcCountry"] == "Canada"

    names = [[{"languageCode": "en", "name": name}] for name in ("Museum", "The Museum")]
    museums = [await made(api, f"{A}/organization", {"names": one}) for one in names]
    person = await made(api, PERSON, {"displayName": "Bo"}, organizations=linked("organization", museums[1], many=True))  # fmt: skip
    await look(desk, "organization", *museums)
    assert (await act(desk, "apply"))["state"] == "finished"
    assert [o["id"] for o in (await read(api, PERSON, person, "organizations"))["relationships"]["organizations"]["data"]] == [museums[0]]  # fmt: skip
    kept = (await read(api, f"{A}/organization", museums[0]))["attributes"]
    assert (kept["names"], kept["aliases"]) == (names[0], ["The Museum"])


async def test_who_may_not_change_a_record_that_refers_is_told_which_and_nothing_is_done(app: App, desk: Desk) -> None:  # fmt: skip
    people = People()
    await people.begin(desk.client)
    before = await people.state(desk.client)
    stranger = Desk(app, app.client_as(ELSEWHERE))
    seen = await look(stranger, "person", people.keep, people.other)
    refused = {one["id"]: one for one in seen["result"]["refused"]}
    assert people.sample in refused
    assert refused[people.sample]["name"] == "M-1"
    assert "dev-group" in refused[people.sample]["reason"]
    answer = await stranger.client.post(f"{EXCHANGE}/merge/{stranger.job}/apply", json=resource("merge", {}))
    assert answer.status_code == 422
    assert await people.state(desk.client) == before
    await stranger.client.aclose()


async def test_what_changed_since_it_was_looked_at_stops_all(desk: Desk) -> None:
    api, people = desk.client, People()
    await people.begin(api)
    for change in ("a new use", "a changed record"):
        await look(desk, "person", people.keep, people.other)
        seen = desk.job
        if change == "a new use":
            await made(
                api, EVENT, {"dwcFieldNumber": "new"}, collectors=linked("person", people.other, many=True)
            )
        else:
            body = resource("person", {"webpage": "https://example.org"}, id=people.other)
            assert (await api.patch(f"{PERSON}/{people.other}", json=body)).status_code == 200
        before = await people.state(api)
        done = await act(desk, "apply")
        assert (done["state"], "changed since you looked" in str(done["errors"])) == ("failed", True), seen
        assert await people.state(api) == before


async def test_vocabulary_items_and_specimens_are_not_merged(desk: Desk) -> None:
    for type_ in ("controlled-vocabulary-item", "material-sample"):
        nobody = "00000000-0000-4000-8000-000000000000"
        told = await look(desk, type_, nobody, nobody.replace("8", "9"))
        assert told["state"] == "failed"
        assert "cannot be merged" in str(told["errors"])


async def test_a_merge_whose_process_dies_goes_on_and_does_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PORTION", 2)
    people = People()
    await people.begin(desk.client)
    before = await people.state(desk.client)
    await look(desk, "person", people.keep, people.other)
    real, calls = Job.progress, 0

    async def dying(self: Job, *given: Any, **more: Any) -> None:
        nonlocal calls
        calls += (more.get("checkpoint") or {}).get("at", 0) == 2
        if calls == 1:
            calls += 1
            raise ConnectionError("the process is gone, after the request was answered")
        await real(self, *given, **more)

    with monkeypatch.context() as mortal:
        mortal.setattr(Job, "progress", dying)
        done = await act(desk, "apply")
    if done["state"] == "failed":
        done = await desk.done(await desk.client.post(f"{EXCHANGE}/job/{desk.job}/retry"))
    assert done["state"] == "finished", done["errors"]
    assert calls > 1
    assert (await desk.client.get(f"{PERSON}/{people.other}")).status_code == 410
    assert people.other not in str(await people.state(desk.client))
    assert (await act(desk, "undo"))["result"] == {"blocked": 0}
    assert await people.state(desk.client) == before


async def test_where_somebody_is_quicker_what_was_written_is_taken_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People()
    await people.begin(desk.client)
    before = await people.state(desk.client)
    await look(desk, "person", people.keep, people.other)
    real = jobs.requests_of

    def changed_meanwhile(path: Path) -> list[dict[str, Any]]:
        found = real(path)
        found[-1]["operations"][0]["data"]["attributes"]["resourceVersion"] = 99
        return found

    monkeypatch.setattr(jobs, "requests_of", changed_meanwhile)
    done = await act(desk, "apply")
    assert (done["state"], "was taken back" in str(done["errors"])) == ("failed", True), done
    assert await people.state(desk.client) == before
    assert (await desk.client.get(f"{PERSON}/{people.other}")).status_code == 200
