"""Users and groups: an account made and given a role without scripts, and what those who run nothing never see."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from zipfile import ZipFile

import httpx
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.signing import PLAIN, mark_in, sign_in, signed_in

SCRIPT = '"><script>alert(1)</script>'
SIGNS = """a" onfocus="alert(3)" x={{7*7}}'"""
UUID = "[0-9a-f]{8}-[0-9a-f-]{27}"


@pytest_asyncio.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60, verify=PLAIN) as opened:
        yield opened


def found(page: str, pattern: str) -> str:
    match = re.search(pattern, page)
    assert match is not None, pattern
    return match[1]


async def made(client: httpx.AsyncClient, mark: str, name: str, **values: str) -> str:
    """A new account by the form; the address of its page."""
    form = {"csrf": mark, "username": name, "password": "a good one", "again": "a good one", **values}
    answer = await client.post("/en/user/new", data=form)
    assert answer.status_code == 200, answer.text
    return answer.url.path


async def test_a_user_is_made_and_given_a_role_in_french_without_scripts(
    browser: Browser, address: str
) -> None:
    name = f"lea-{uuid.uuid4().hex[:6]}"
    page = await signed_in(browser, address, "fr", "admin", java_script_enabled=False)
    await page.goto("/fr/user")
    await page.click("text=Nouvel utilisateur")
    await page.fill("#username", name)
    await page.fill("#firstName", "Léa")
    await page.get_by_label("Démonstration : Membre").or_(page.get_by_label("Démonstration: Membre")).check()
    await page.fill("#password", "mot de passe")
    await page.fill("#again", "autre chose")
    await page.click(".save button")
    assert "Les deux mots de passe diffèrent." in await page.inner_text("#problems")
    assert await page.is_checked("[name='role.demo'][value=user]"), "what was chosen stays"
    await page.fill("#password", "mot de passe")
    await page.fill("#again", "mot de passe")
    await page.click(".save button")
    assert name in await page.inner_text("h1")
    table = page.get_by_role("region", name="Démonstration")
    assert "Spécimens" in await table.inner_text()
    async with httpx.AsyncClient(base_url=address, follow_redirects=True, timeout=60, verify=PLAIN) as own:
        mark = mark_in((await own.get("/fr/sign-in")).text)
        assert mark
        form = {
            "grant_type": "password",
            "client_id": "dina-public",
            "username": name,
            "password": "mot de passe",
        }
        token = await own.post("/auth/realms/dina/protocol/openid-connect/token", data=form)
        assert token.status_code == 200
    await page.click("text=Utilisateurs >> nth=0")
    await page.fill("main input[name=q]", name)
    await page.press("main input[name=q]", "Enter")
    assert await page.locator("tbody tr").count() == 1
    await page.click(f"tbody >> text={name}")
    await page.check("[name='role.demo'][value=guest]")
    await page.uncheck("#enabled")
    await page.click(".save button")
    assert "Désactivé" in await page.inner_text(".title")
    assert await page.is_checked("[name='role.demo'][value=guest]")
    await page.context.close()


async def test_a_group_gets_labels_in_two_fields_and_members_that_come_and_go(
    client: httpx.AsyncClient,
) -> None:
    mark = await sign_in(client, "admin")
    name, group = f"max-{uuid.uuid4().hex[:6]}", f"birds-{uuid.uuid4().hex[:6]}"
    await made(client, mark, name)
    form = (await client.get("/en/group/new")).text
    assert 'name="labels.en"' in form
    assert "JSON" not in form
    sent = {"csrf": mark, "name": group, "labels.en": "Birds", "labels.fr": "Oiseaux"}
    shown = await client.post("/en/group/new", data=sent)
    assert "Birds" in shown.text
    there = shown.url.path
    added = await client.post(f"{there}/members", data={"csrf": mark, "username": name, "role": "super-user"})
    assert f"{name} is in the group now" in added.text
    assert f'value="{name}"' in added.text
    refused = await client.post(f"{there}/members", data={"csrf": mark, "username": SCRIPT, "role": "user"})
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    french = (await client.get(there.replace("/en/", "/fr/"))).text
    assert "<h1>Oiseaux</h1>" in french
    gone = await client.post(f"{there}/members", data={"csrf": mark, "username": name, "role": ""})
    assert "Nobody is in this group yet." in gone.text


async def test_who_runs_a_group_sees_its_people_and_changes_none_by_address_or_form(
    client: httpx.AsyncClient, address: str
) -> None:
    mark, name = await sign_in(client, "admin"), f"zoe-{uuid.uuid4().hex[:6]}"
    outside = await made(client, mark, name)
    group = found((await client.get("/en/group")).text, rf'href="(/en/group/{UUID})">Demonstration')
    technician = found(
        (await client.get("/en/user?q=technician")).text, rf'href="(/en/user/{UUID})">technician'
    )
    async with httpx.AsyncClient(
        base_url=address, follow_redirects=True, timeout=60, verify=PLAIN
    ) as curator:
        theirs = await sign_in(curator, "curator")
        listed = (await curator.get("/en/user")).text
        assert "technician" in listed
        assert name not in listed
        assert "New user" not in listed
        assert (await curator.get(outside)).status_code == 403
        shown = (await curator.get(technician)).text
        assert "Member" in shown
        assert 'type="radio"' not in shown
        assert "password" not in shown
        forged = {"csrf": theirs, "role.demo": "super-user", "adminRole": "dina-admin", "enabled": "1"}
        assert (await curator.post(technician, data=forged)).status_code == 403
        secret = {"csrf": theirs, "password": "taken over", "again": "taken over"}
        assert (await curator.post(f"{technician}/password", data=secret)).status_code == 403
        member = {"csrf": theirs, "username": "technician", "role": "super-user"}
        assert (await curator.post(f"{group}/members", data=member)).status_code == 403
        assert (
            await curator.post("/en/user/new", data={"csrf": theirs, "username": "mine"})
        ).status_code == 403
    assert "checked" in found((await client.get(technician)).text, r'(name="role.demo" value="user"[^>]*>)')


async def test_who_runs_nothing_sees_neither_entries_nor_pages_but_their_own(
    client: httpx.AsyncClient,
) -> None:
    mark = await sign_in(client, "technician", "fr")
    home = (await client.get("/fr/preferences")).text
    assert 'href="/fr/user"' not in home
    assert 'href="/fr/group"' not in home
    for path in ("/fr/user", "/fr/user/new", "/fr/group"):
        answer = await client.get(path)
        assert answer.status_code == 403, path
        assert "ceux" in answer.text or "personnes qui dirigent un groupe" in answer.text
    assert mark


async def test_names_that_look_like_markup_stay_text(client: httpx.AsyncClient) -> None:
    mark, name = await sign_in(client, "admin"), f"eve-{uuid.uuid4().hex[:6]}"
    form = {"csrf": mark, "username": SCRIPT, "firstName": SCRIPT, "role.<b>": "user"}
    refused = await client.post("/en/user/new", data=form)
    assert refused.status_code == 422
    assert "<script>alert" not in refused.text
    there = await made(client, mark, name, firstName=SIGNS, lastName="<3 & co")
    for path in (
        there,
        f"/en/user?q={name}",
        f"/en/user?q={SCRIPT}&group={SCRIPT}&state={SCRIPT}",
        f"/fr{there[3:]}",
    ):
        text = (await client.get(path)).text
        assert "<script>alert" not in text, path
        assert SIGNS not in text, path
        assert "x=49" not in text, path


async def test_a_backup_is_made_on_its_page_taken_and_deleted(browser: Browser, address: str) -> None:
    page = await signed_in(browser, address, "fr", "admin")
    await page.goto("/fr/system")
    await page.click(".rail >> text=Sauvegarde")
    before = await page.locator("#backups tbody tr").count()
    await page.get_by_role("button", name="Sauvegarder maintenant").click()
    await page.wait_for_selector(f"#backups tbody tr:nth-child({before + 1})")
    assert "La dernière sauvegarde" in await page.inner_text("#backups")
    async with page.expect_download() as taken:
        await page.click("#backups tbody tr >> nth=0 >> text=Télécharger")
    path = await (await taken.value).path()
    with ZipFile(path) as archive:
        assert "identity.account.csv" in archive.namelist()
    there = str(await page.get_attribute("#backups tbody tr a[download]", "href"))
    await page.click("#backups tbody tr >> nth=0 >> text=Supprimer")
    assert "La sauvegarde est supprimée." in await page.inner_text("#messages")
    assert await page.locator("#backups tbody tr").count() == before
    assert (await page.request.get(there)).status == 404
    await page.context.close()


async def test_backups_are_no_page_for_anybody_else(client: httpx.AsyncClient) -> None:
    for name in ("curator", "auditor"):
        mark = await sign_in(client, name)
        assert 'href="/en/backup"' not in (await client.get("/en/preferences")).text
        for path in ("/en/backup", f"/en/backup/{uuid.uuid4()}/file"):
            assert (await client.get(path)).status_code == 403, (name, path)
        for path in ("/en/backup", f"/en/backup/{uuid.uuid4()}/delete"):
            answer = await client.post(path, data={"csrf": mark, "keep": "3"})
            assert answer.status_code == 403, (name, path)
        await client.post("/en/sign-out", data={"csrf": mark})
