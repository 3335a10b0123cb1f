"""What those who run the system look after: changes and their undo, the index, modules, who belongs to what."""

from starlette.routing import Route

from dina.web.admin import backups, changes, groups, keys, people, system
from dina.web.area import PREFIX, Area, Link
from dina.web.texts import N_

AREA = Area(
    "admin",
    (
        Route(f"{PREFIX}/changes", changes.listing),
        Route(f"{PREFIX}/changes/{{module}}/{{id:uuid}}", changes.show),
        Route(f"{PREFIX}/changes/{{module}}/{{id:uuid}}/undo", changes.undo, methods=["POST"]),
        Route(f"{PREFIX}/change-history", changes.history),
        Route(f"{PREFIX}/system", system.show),
        Route(f"{PREFIX}/system/index", system.rebuild, methods=["POST"]),
        Route(f"{PREFIX}/types", system.types),
        Route(f"{PREFIX}/user", people.listing),
        Route(f"{PREFIX}/user/new", people.new, methods=["GET", "POST"]),
        Route(f"{PREFIX}/user/{{id:uuid}}", people.show),
        Route(f"{PREFIX}/user/{{id:uuid}}", people.save, methods=["POST"]),
        Route(f"{PREFIX}/user/{{id:uuid}}/edit", people.to_page),
        Route(f"{PREFIX}/user/{{id:uuid}}/password", people.password, methods=["POST"]),
        Route(f"{PREFIX}/group", groups.listing),
        Route(f"{PREFIX}/group/{{id:uuid}}", groups.show),
        Route(f"{PREFIX}/group/{{id:uuid}}/members", groups.member, methods=["POST"]),
        Route(f"{PREFIX}/backup", backups.show),
        Route(f"{PREFIX}/backup", backups.make, methods=["POST"]),
        Route(f"{PREFIX}/backup/{{id:uuid}}/file", backups.file),
        Route(f"{PREFIX}/backup/{{id:uuid}}/delete", backups.remove, methods=["POST"]),
        Route(f"{PREFIX}/api-keys", keys.page, methods=["GET", "POST"]),
        Route(f"{PREFIX}/api-key", keys.elsewhere),
        Route(f"{PREFIX}/api-keys/new", keys.elsewhere),
        Route(f"{PREFIX}/api-key/new", keys.elsewhere),
        Route(f"{PREFIX}/api-keys/{{id:uuid}}/delete", keys.revoke, methods=["POST"]),
    ),
    links=(
        ("settings", Link("api-key")),
        ("settings", Link(path="changes", label=N_("Changes and undo"))),
        ("settings", Link(path="change-history", label=N_("Change history"))),
        ("settings", Link(path="types", label=N_("All kinds of records"))),
        ("settings", Link(path="system", label=N_("System"), type="user", action="create")),
        ("settings", Link(path="backup", label=N_("Backup"), type="user", action="create")),
    ),
)
