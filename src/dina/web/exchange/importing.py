"""The last step of an import: do it, follow it, read its receipt."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from dina.client import Refused, Resource
from dina.web.exchange.checking import staged
from dina.web.exchange.common import act, dataset_of, page_number, render, to, with_job

ROWS = 100


async def show(request: Request) -> Response:
    """What will come in; on POST it does, every row or none, or the good ones."""
    dataset, job = await with_job(request, "import")
    if request.method == "GET":
        return page(request, dataset, job)
    form = await request.form()
    mode = "all" if form.get("mode") == "all" else "rows"
    try:
        started = await act(request, f"import-dataset/{dataset.id}/run", {"mode": mode})
    except Refused as fault:
        return page(request, dataset, job, fault.sentences)
    return to(request, f"imports/{dataset.id}/import", started)


def page(
    request: Request, dataset: Resource, job: Resource | None, faults: list[str] | None = None
) -> Response:
    a = dataset.attributes
    return render(
        request, "exchange/import-run.html", 422 if faults else 200, dataset=dataset, job=job,
        summary=a.get("summary") or {}, receipt=a.get("receipt") or {}, faults=faults or [], step="import",
    )  # fmt: skip


async def made(request: Request) -> Response:
    """The records that the rows of an import became."""
    dataset = await dataset_of(request)
    offset = page_number(request, ROWS)
    found = await staged(request, dataset, "imported", offset, ROWS)
    tables = dataset.attributes.get("tables") or [{"columns": []}]
    return render(
        request, "exchange/import-made.html", dataset=dataset, rows=found.data, columns=tables[0]["columns"][:4],
        total=int(found.meta["totalResourceCount"]), offset=offset, limit=ROWS, step="import",
    )  # fmt: skip
