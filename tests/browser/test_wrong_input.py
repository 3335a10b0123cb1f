"""What is wrong is answered with a sentence in the language of the page, in its place."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.browser.signing import PLAIN, sign_in

MARKUP, LONG = "<script>alert(1)</script>", "x" * 5000
NOBODY = str(uuid.uuid4())
KEYS, BULK, CLEAN = (
    "/fr/api-keys",
    "/fr/specimens/bulk",
    "/fr/clean-up?type=collecting-event&field=dwcRecordedBy",
)
SCAN, MOVE = "/fr/storage/scan", "/fr/storage/move"
SET = {"q": "veronica", "_then": "preview", "field-0": "materialSampleRemarks", "op-0": "set"}


class Curator:
    """Somebody who sends forms."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client, self.mark = client, ""

    async def sends(self, path: str, **form: str) -> tuple[int, str]:
        """The status and the text of the page that answers."""
        answer = await self.client.post(path, data={"csrf": self.mark, **form})
        assert MARKUP not in answer.text
        main = answer.text[answer.text.find("<main") :]
        return answer.status_code, " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest_asyncio.fixture
async def curator(address: str) -> AsyncIterator[Curator]:
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True, verify=PLAIN) as client:
        found = Curator(client)
        found.mark = await sign_in(client, "curator")
        yield found


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        (KEYS, {"name": "  "}, "Donnez un nom à la clé."),
        (KEYS, {"name": "x" * 10_000}, "au plus 100 caractères"),
        (KEYS, {"name": MARKUP}, "code HTML"),
        (KEYS, {"name": "x", "until": "2020-01-01"}, "dans le futur"),
        (KEYS, {"name": "x", "until": "2030-02-30"}, "Donnez la fin comme une date"),
        (KEYS, {"name": "x", "until": "demain"}, "Donnez la fin comme une date"),
        (BULK, {"q": "veronica", "_then": "preview"}, "Choisissez d’abord un champ."),
        (BULK, {**SET, "value-0": ""}, "donnez la valeur"),
        (BULK, {**SET, "value-0": MARKUP}, "code HTML"),
        (CLEAN, {}, "Choisissez des textes à réunir"),
        (CLEAN, {"from-0": "a", "to-0": MARKUP}, "code HTML"),
        (MOVE, {"to": "DEMO-001"}, "Sélectionnez d’abord des fiches."),
        (MOVE, {"out": "1"}, "Sélectionnez d’abord des fiches."),
        (MOVE, {"to": LONG, "id": NOBODY}, "au plus 500 caractères"),
        (MOVE, {"to": "DEMO-001", "id": NOBODY}, "n’existe pas"),
    ],
)
async def test_a_form_comes_back_with_what_is_wrong(
    curator: Curator, path: str, form: dict[str, str], said: str
) -> None:
    status, text = await curator.sends(path, **form)
    assert status == 422
    assert said in text


def state(**known: object) -> str:
    return json.dumps(known)


PLACE = {"type": "storage-unit", "id": NOBODY, "label": "x"}
FORGED = {"text": "x", "module": "nowhere", "change_set": NOBODY}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"mode": "find", "code": LONG}, "Rien n’a le code"),
        ({"mode": "find", "code": MARKUP}, "Rien n’a le code"),
        ({"mode": "find", "undo": "1"}, "Il n’y a rien à annuler."),
        ({"mode": "find", "was": "find", "undo": "1", "state": state(done=[FORGED])}, "Il n’y a rien à annuler."),
        ({"mode": "check", "right": "1"}, "Lisez d’abord l’emplacement."),
        ({"mode": "check", "was": "check", "state": state(place=PLACE)}, "n’existe pas"),
        ({"mode": "check", "was": "check", "right": "1", "missing": "1", "state": state(place=PLACE)}, "n’existe pas"),
        ({"mode": "things", "state": state(unknown=MARKUP), "make": "1", "group": "demo"}, "code HTML"),
    ],
)  # fmt: skip
async def test_the_scan_station_says_what_is_wrong_in_its_panel(
    curator: Curator, form: dict[str, str], said: str
) -> None:
    status, text = await curator.sends(SCAN, **form)
    assert status == 200
    assert said in text
    assert text.count(said) == 1 or said.startswith("Rien")


async def test_a_key_is_revoked_once_and_by_its_owner(curator: Curator, address: str) -> None:
    _, _ = await curator.sends(KEYS, name="Wrong input")
    page = (await curator.client.get(KEYS)).text
    found = re.search(r'action="(/fr/api-keys/[0-9a-f-]{36}/delete)"', page)
    assert found is not None
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True) as client:
        other = Curator(client)
        other.mark = await sign_in(client, "technician")
        assert "Cette clé est celle d’une autre personne" in (await other.sends(found[1]))[1]
    assert "La clé est révoquée" in (await curator.sends(found[1]))[1]
    status, text = await curator.sends(found[1])
    assert (status, "Cette clé n’existe pas" in text) == (200, True)


async def test_specimens_that_are_not_there_are_told_of_above_the_table(curator: Curator) -> None:
    answer = await curator.client.get(f"/fr/specimens/bulk/grid?id={NOBODY}")
    assert answer.status_code == 200
    assert "1 de la sélection n’est pas ici" in answer.text
    assert "500" not in re.sub(r"<[^>]+>", "", answer.text[answer.text.find("<main") :])


@pytest.mark.parametrize(
    "path",
    [
        "/fr/specimens?limit=²&offset=²", "/fr/person?limit=²&offset=²", "/fr/specimens?limit=٣", "/fr/change-history?offset=²",
        "/fr/change-history?author=%00", "/fr/changes/collection/0198c0de-0000-7000-8000-00000000dead?offset=²", "/fr/specimens?q=%00&sort=%00",
        "/fr/person?f=%00", "/fr/storage/scan?mode=%00", "/fr/jobs?offset=²", "/fr/search?q=%00",
    ],
)  # fmt: skip
async def test_signs_that_look_like_numbers_and_nothing_at_all_are_no_fault_of_ours(
    curator: Curator, path: str
) -> None:
    answer = await curator.client.get(path)
    assert answer.status_code < 500
    assert "<h1" in answer.text


async def test_a_form_with_odd_numbers_comes_back(curator: Curator) -> None:
    for path, form in (
        ("/fr/specimens/series", {"count": "²", "_then": "rows"}),
        ("/fr/specimens/new", {"well": "A²", "_remove": "collectingEvent.geoReferenceAssertions.²"}),
        ("/fr/collecting-event/new", {"_remove": "geoReferenceAssertions.²"}),
        ("/fr/publish/new", {"title": "x", "versionsKept": "²"}),
    ):
        status, _ = await curator.sends(path, **form)
        assert status < 500, path


async def test_who_may_only_read_is_told_before_anything_is_typed(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60, follow_redirects=True, verify=PLAIN) as client:
        mark = await sign_in(client, "visitor")
        for path in (
            "specimens/new", "specimens/series", "specimens/identify", "specimens/bulk?q=carex", "person/new", "imports/new",
            "publish/new", "collecting-event/new",
        ):  # fmt: skip
            answer = await client.get(f"/fr/{path}")
            assert answer.status_code == 403, path
            assert "Un super-utilisateur de votre groupe" in answer.text
            assert "<textarea" not in answer.text
        answer = await client.post("/fr/person/new", data={"csrf": mark, "displayName": "Nobody"})
        assert answer.status_code == 403
        for path in ("imports", "publish"):
            assert f'href="/fr/{path}/new"' not in (await client.get(f"/fr/{path}")).text


async def test_no_cache_keeps_a_page_with_somebody_s_session(curator: Curator, address: str) -> None:
    async with httpx.AsyncClient(base_url=address, timeout=60, verify=PLAIN) as nobody:
        for client in (curator.client, nobody):
            for path in ("/en/public", "/en/sign-in", "/en/help"):
                answer = await client.get(path)
                kept = answer.headers["cache-control"]
                assert "public" not in kept, path
                assert "private" in kept
