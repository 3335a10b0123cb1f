"""What surrounds the work: home, signing in, preferences, notices, help, errors."""

from starlette.routing import Route

from dina.web.area import PREFIX, Area, Link
from dina.web.shell import account, desk, find, home, notices, settings
from dina.web.texts import N_

AREA = Area(
    "shell",
    (
        Route("/", home.choose_language),
        Route("/docs", home.choose_docs),
        Route(PREFIX, desk.home),
        Route(f"{PREFIX}/docs", home.reference),
        Route(f"{PREFIX}/sign-in", account.sign_in, methods=["GET", "POST"]),
        Route(f"{PREFIX}/sign-out", account.sign_out, methods=["POST"]),
        Route(f"{PREFIX}/find", find.find),
        Route(f"{PREFIX}/live", notices.live),
        Route(f"{PREFIX}/notices", notices.notices, methods=["GET", "POST"]),
        Route(f"{PREFIX}/help", home.help_page),
        Route(f"{PREFIX}/accessibility", home.accessibility),
        Route(f"{PREFIX}/preferences", settings.preferences_page, methods=["GET", "POST"]),
        Route(f"{PREFIX}/preferences/one", settings.change_one, methods=["POST"]),
    ),
    links=(
        ("settings", Link(path="preferences", label=N_("My preferences"))),
        ("settings", Link(path="notices", label=N_("Notices"))),
    ),
)
