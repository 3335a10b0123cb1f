"""What the pages of this area share: asking the exchange module, following jobs, reading forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from dina.client import ApiError, Page, Resource, refusal
from dina.web import texts
from dina.web.area import slug
from dina.web.rendering import check_language, client_of, registry_of, who_of
from dina.web.rendering import render as render_page

EXCHANGE = "/exchange/v1"
RUNNING = frozenset({"queued", "running"})
STEPS = {"stage": "columns", "check": "check", "import": "import", "preview-undo": "undo", "undo": "undo"}
"""Kinds of jobs of an import, and the page that waits for each."""
ENOUGH = 0.05
"""What part of a job must be done before it is said how long the rest takes, unless ten seconds have gone by."""


def render(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of this area; templates get the words of states besides, and jobs as they are shown."""
    language = request.state.language
    return render_page(
        request,
        template,
        status,
        states=states(language),
        job_of=lambda job: JobView.of(job, language),
        **values,
    )


def job_html(request: Request, job: Resource) -> str:
    """A job as pages show it, without the page."""
    language = request.state.language

    def _(text: str, /, **more: object) -> str:
        return texts.translate(language, text, **more)

    return request.app.state.templates.get_template("exchange/job.html").render(
        _=_, language=language, session=request.state.session, job=job, job_of=lambda job: JobView.of(job, language),
        moment=lambda value: texts.moment(language, value), number=lambda value: texts.number(language, value),
        who=who_of(request),
    )  # fmt: skip


def states(language: str) -> dict[str, str]:
    """Words for states that the API tells in capitals."""

    def _(text: str) -> str:
        return texts.translate(language, text)

    return {
        "EMPTY": _("No file yet"), "STAGED": _("To be checked"), "CHECKED": _("Checked"), "IMPORTING": _("Importing"),
        "IMPORTED": _("Imported"), "PARTLY_IMPORTED": _("Partly imported"), "UNDONE": _("Taken back"),
        "queued": _("Waiting"), "running": _("Running"), "finished": _("Finished"), "failed": _("Failed"),
        "stopped": _("Stopped"), "warned": _("Finished with warnings"), "stopping": _("Stopping…"),
        "NEW": _("Waiting"), "RUNNING": _("Running"), "COMPLETED": _("Ready"), "ERROR": _("Failed"),
        "EXPIRED": _("Expired"),
    }  # fmt: skip


@dataclass(frozen=True)
class JobView:
    """A job as a row or card shows it."""

    id: str
    kind: str
    label: str
    name: str
    state: str
    word: str
    done: int
    total: int | None
    failed: int
    said: str
    author: str
    begun: str
    open: str
    errors: list[Mapping[str, Any]]
    files: list[Mapping[str, Any]]
    result: Mapping[str, Any]
    parameters: Mapping[str, Any]

    @property
    def over(self) -> bool:
        return self.state not in RUNNING

    @classmethod
    def of(cls, job: Resource, language: str) -> JobView:
        a = job.attributes
        state: str = a["state"]
        word = "stopping" if state == "running" and a["stopRequested"] else state
        word = "warned" if state == "finished" and a["failed"] else word
        return cls(
            job.id, a["kind"], a["kindLabel"], a["label"], state, states(language)[word], a["done"], a["total"],
            a["failed"], progress_text(a, language), a["createdBy"], a["createdOn"], opened_at(job, language),
            a["errors"], a["files"], a["result"], a["parameters"],
        )  # fmt: skip


def progress_text(a: Mapping[str, Any], language: str) -> str:
    """ "3,180 of 5,000 · about 2 min left"; the time only once it can be known."""
    done, total = a["done"], a["total"]
    if a["state"] not in RUNNING or not done:
        return ""
    if not total:
        return texts.number(language, done)
    said = texts.translate(
        language, "{done} of {total}", done=texts.number(language, done), total=texts.number(language, total)
    )
    begun = dt.datetime.fromisoformat(a["startedOn"].replace("Z", "+00:00")) if a["startedOn"] else None
    seconds = (dt.datetime.now(dt.UTC) - begun).total_seconds() if begun else 0
    if seconds <= 0 or (done < total * ENOUGH and seconds < 10):
        return said
    left = max(0, total - done) * seconds / done
    if left >= 60:
        about = texts.translate(language, "about {count} min left", count=round(left / 60))
    else:
        about = texts.translate(language, "less than a minute left")
    return f"{said} · {about}"


def opened_at(job: Resource, language: str) -> str:
    """The page about what a job works on."""
    kind, parameters = job.attributes["kind"], job.attributes["parameters"]
    if kind in STEPS and parameters.get("dataset"):
        return f"/{language}/imports/{parameters['dataset']}/{STEPS[kind]}"
    if kind == "publish" and parameters.get("dataset"):
        return f"/{language}/publish/{parameters['dataset']}"
    if kind == "export":
        return f"/{language}/exports/{job.id}"
    if kind in ("preview-change", "change", "undo-change"):
        return f"/{language}/bulk-change/{job.id}"
    if kind in ("preview-merge", "merge", "undo-merge"):
        return f"/{language}/{slug(parameters['type'])}/merges/{job.id}"
    if kind == "backup":
        return f"/{language}/backup"
    return f"/{language}/jobs/{job.id}"


async def act(
    request: Request, path: str, attributes: Mapping[str, Any] | None = None, type_: str = "import-dataset",
    method: str = "POST",
) -> Page:  # fmt: skip
    """An operation of the exchange module. Raises ApiError."""
    body = {"data": {"type": type_, "attributes": dict(attributes or {})}}
    return Page.read(await client_of(request).request(method, f"{EXCHANGE}/{path}", body=body))


async def preview(request: Request, given: Mapping[str, Any]) -> Response:
    """Have a bulk change looked at: the page of its preview. Raises ApiError."""
    return to(request, f"bulk-change/{(await act(request, 'bulk-change', given, 'bulk-change')).one.id}")


async def dataset_of(request: Request) -> Resource:
    """The import of the address. Raises ApiError."""
    check_language(request)
    return await one(request, "import-dataset", {"include": "recipe"})


async def with_job(request: Request, *kinds: str) -> tuple[Resource, Resource | None]:
    """The import of the address and its newest job. Raises ApiError.

    The job is asked for first: what is told of the import beside a job that is over is what that job left.
    """
    check_language(request)
    job = await job_of(request, str(request.path_params["id"]), *kinds)
    return await dataset_of(request), job


async def one(request: Request, type_: str, params: Mapping[str, Any] | None = None) -> Resource:
    id_ = quote(str(request.path_params["id"]))
    return (await client_of(request).get(f"{EXCHANGE}/{type_}/{id_}", params)).one


async def job_of(request: Request, dataset: str, *kinds: str) -> Resource | None:
    """The newest job about an import or data set: the one of the address, else the latest known."""
    asked = request.query_params.get("job", "")
    client = client_of(request)
    if len(asked) == 36:
        try:
            found = (await client.get(f"{EXCHANGE}/job/{quote(asked)}")).one
            if found.attributes["parameters"].get("dataset") == dataset:
                return found
        except ApiError:
            pass
    page = await client.get(f"{EXCHANGE}/job", {"page[limit]": 100})
    mine = (one for one in page.data if one.attributes["parameters"].get("dataset") == dataset)
    newest = next(mine, None)
    return newest if newest is None or not kinds or newest.attributes["kind"] in kinds else None


def to(request: Request, path: str, job: Page | Resource | None = None) -> Response:
    """Go on at another page of this area; the job it waits for stands in its address."""
    found = job.one if isinstance(job, Page) else job
    after = f"?job={found.id}" if found is not None else ""
    return RedirectResponse(f"/{request.state.language}/{path}{after}", 303)


def groups_of(request: Request) -> list[str]:
    """The groups somebody may bring something in for, the one they chose as theirs first."""
    preferred = request.state.session.prefs.get("group", "")
    return sorted(who_of(request).groups, key=lambda name: (name != preferred, name))


def page_number(request: Request, limit: int) -> int:
    """The offset that the address asks for, as a multiple of the page's length."""
    text = request.query_params.get("offset", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return number - number % limit


async def target_types(request: Request) -> list[tuple[str, str]]:
    """Kinds of records that files may hold, with their names; specimens first."""
    registry, language = await registry_of(request), request.state.language
    found = [
        (view.type, view.facts["label"][language])
        for view in registry.types.values()
        if view.module in ("collection", "agent") and view.may("create") and "group" in view.attributes
    ]
    found += (
        [("person", registry.types["person"].facts["label"][language])] if "person" in registry.types else []
    )
    first = ("material-sample", "observation", "collecting-event")
    order = {name: at for at, name in enumerate(first)}
    return sorted(dict(found).items(), key=lambda one: (order.get(one[0], 9), one[1].casefold()))


async def forward(request: Request, path: str) -> Response:
    """A file of the API, handed on as it is."""
    client = client_of(request)
    answer = await client.http.get(path, headers={"accept": "*/*"})
    if answer.status_code >= 400:
        raise refusal(answer.status_code, answer.json().get("errors", []))

    async def parts() -> AsyncIterator[bytes]:
        async for part in answer.aiter_bytes():
            yield part

    headers = {n: answer.headers[n] for n in ("content-disposition", "content-type") if n in answer.headers}
    return StreamingResponse(parts(), headers=headers)
