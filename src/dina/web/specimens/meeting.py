"""Two people at one specimen: what only one has changed is kept, of the rest one chooses field by field."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import Resource
from dina.web.generic import conflict
from dina.web.specimens.composite import Specimen


async def met(request: Request, specimen: Specimen, given: FormData) -> Response | None:
    """Merge what others have changed meanwhile into all parts; a page where both have changed the same."""
    rows: list[dict[str, Any]] = []
    changed: Resource | None = None
    for part in specimen.parts:
        resource = part.form.resource
        opened = str(given.get(f"_version.{part.prefix}", ""))
        if resource is None or part.base is None or not opened.isdecimal():
            continue
        if opened == str(resource.attributes.get("resourceVersion", "")):
            continue
        base = await conflict.as_of(request, part.form, int(opened) + 1)
        names = conflict.merge(
            part.form, base, part.base, lambda name, at=part.prefix: given.get(f"_take.{at}{name}")
        )
        # Organisms have parts of their own.
        names = [name for name in names if name != "organism"]
        sides = (base or part.base, part.base, part.form)
        found = await conflict.rows_of(request, sides, names, part.prefix)
        label = part.form.view.facts["label"][part.form.language]
        rows += [one | {"label": f"{label} › {one['label']}"} for one in found]
        changed = changed or (resource if names else None)
    sample = specimen.sample.form
    if not rows or sample.resource is None:
        return None
    return await conflict.page(request, sample.view, sample.resource, rows, given, changed)
