"""The areas of the interface, in the order in which their routes are tried; the generic pages come last."""

from dina.web.area import Area
from dina.web.generic import AREA as GENERIC
from dina.web.shell import AREA as SHELL

AREAS: tuple[Area, ...] = (SHELL, GENERIC)
