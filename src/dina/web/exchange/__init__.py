"""Pages through which data come in and go out: imports, clean-up, exports, publication, and their jobs."""

from __future__ import annotations

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.exchange import (
    changes,
    checking,
    cleanup,
    columns,
    datasets,
    exports,
    importing,
    imports,
    jobs,
    undoing,
    versions,
)
from dina.web.permission import permitted
from dina.web.texts import N_

READ, BOTH, WRITE = ["GET"], ["GET", "POST"], ["POST"]


def routes(prefix: str = PREFIX) -> list[Route]:
    """The routes of this area; no type has the name of one of them."""
    imported = f"{prefix}/imports/{{id:uuid}}"
    dataset = f"{prefix}/publish/{{id:uuid}}"
    found = [
        (f"{prefix}/imports", imports.listing, READ),
        (f"{prefix}/imports/new", permitted("create", "import-dataset", imports.new), BOTH),
        (imported, imports.show, READ),
        (f"{imported}/file", imports.file, BOTH),
        (f"{imported}/delete", imports.delete, WRITE),
        (f"{imported}/columns", columns.show, BOTH),
        (f"{imported}/recipe", columns.recipe, WRITE),
        (f"{imported}/check", checking.show, BOTH),
        (f"{imported}/names", checking.names, WRITE),
        (f"{imported}/replace", checking.replace, WRITE),
        (f"{imported}/rows", checking.rows, BOTH),
        (f"{imported}/rows.json", checking.rows_json, READ),
        (f"{imported}/cells", checking.cells, WRITE),
        (f"{imported}/import", importing.show, BOTH),
        (f"{imported}/made", importing.made, READ),
        (f"{imported}/undo", undoing.show, BOTH),
        (f"{prefix}/jobs", jobs.listing, READ),
        (f"{prefix}/jobs/drawer", jobs.drawer, READ),
        (f"{prefix}/jobs/events", jobs.events, READ),
        (f"{prefix}/jobs/{{id:uuid}}", jobs.show, READ),
        (f"{prefix}/jobs/{{id:uuid}}/{{action:str}}", jobs.act, WRITE),
        (f"{prefix}/jobs/{{id:uuid}}/files/{{name:str}}", jobs.file, READ),
        (f"{prefix}/exports", exports.listing, READ),
        (f"{prefix}/exports/new", permitted("create", "data-export", exports.new), BOTH),
        (f"{prefix}/exports/{{id:uuid}}", exports.show, READ),
        (f"{prefix}/exports/{{id:uuid}}/file", exports.file, READ),
        (f"{prefix}/publish", datasets.listing, READ),
        (f"{prefix}/publish/new", permitted("create", "dataset", datasets.edit), BOTH),
        (dataset, datasets.show, READ),
        (f"{dataset}/edit", datasets.edit, BOTH),
        (f"{dataset}/mapping", datasets.mapping, BOTH),
        (f"{dataset}/build", versions.build, WRITE),
        (f"{dataset}/withdraw", versions.withdraw, WRITE),
        (f"{prefix}/clean-up", cleanup.values, BOTH),
        (f"{prefix}/clean-up/{{id:uuid}}", changes.moved, READ),
        (f"{prefix}/bulk-change/{{id:uuid}}", changes.show, BOTH),
    ]
    return [Route(path, endpoint, methods=methods) for path, endpoint, methods in found]


AREA = Area(
    "exchange",
    routes(),
    links=(
        ("exchange", Link("import-dataset", "imports")),
        ("exchange", Link("data-export", "exports")),
        ("exchange", Link(path="clean-up", label=N_("Clean-up"))),
        ("exchange", Link(path="jobs", label=N_("Jobs"))),
        ("publish", Link("dataset", "publish")),
        ("publish", Link(path="public", label=N_("Public pages"))),
    ),
    create=(Link("import-dataset", "imports/new", N_("Import"), "create"),),
    commands=(
        Link("import-dataset", "imports/new", N_("New import"), "create"),
        Link("data-export", "exports/new", N_("New export"), "create"),
        Link("dataset", "publish/new", N_("New data set"), "create"),
        Link(path="clean-up", label=N_("Clean-up")),
    ),
)
