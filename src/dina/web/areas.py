"""The areas of the interface, in the order in which their routes are tried; the generic pages come last."""

from dina.web.admin import AREA as ADMIN
from dina.web.area import Area
from dina.web.events import AREA as EVENTS
from dina.web.exchange import AREA as EXCHANGE
from dina.web.former import AREA as FORMER
from dina.web.generic import AREA as GENERIC
from dina.web.merging import AREA as MERGING
from dina.web.public import AREA as PUBLIC
from dina.web.shell import AREA as SHELL
from dina.web.specimens import AREA as SPECIMENS
from dina.web.storage import AREA as STORAGE

AREAS: tuple[Area, ...] = (
    FORMER, SHELL, ADMIN, EXCHANGE, PUBLIC, SPECIMENS, EVENTS, STORAGE, MERGING, GENERIC,
)  # fmt: skip
