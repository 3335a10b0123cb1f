"""List, record and form for every type of every module, from the registry."""

from starlette.routing import Route

from dina.web.area import PREFIX, Area
from dina.web.generic import drafts, editing, exporting, history, listing, record, selection, used, views

AREA = Area(
    "generic",
    (
        Route(f"{PREFIX}/pick/{{type}}", listing.pick),
        Route(f"{PREFIX}/{{type}}", listing.listing),
        Route(f"{PREFIX}/{{type}}/export", exporting.export, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/selected", selection.act, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/views", views.save, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/draft", drafts.keep, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/draft/discard", drafts.discard, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/new", editing.new, methods=["GET", "POST"]),
        Route(f"{PREFIX}/{{type}}/{{id}}", record.record),
        Route(f"{PREFIX}/{{type}}/{{id}}/edit", editing.edit, methods=["GET", "POST"]),
        Route(f"{PREFIX}/{{type}}/{{id}}/uses", used.show),
        Route(f"{PREFIX}/{{type}}/{{id}}/history", history.page),
        Route(f"{PREFIX}/{{type}}/{{id}}/history", history.bring_back, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/{{id}}/delete", editing.delete, methods=["POST"]),
        Route(f"{PREFIX}/{{type}}/{{id}}/restore", editing.restore, methods=["POST"]),
    ),
)
