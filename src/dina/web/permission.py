"""Pages for those who may do what they are for; all others learn it before they have typed anything.

The API decides in the end; this asks what it has told of the caller (`own-permissions`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from dina.web.rendering import registry_of, render, who_of
from dina.web.texts import N_, translate

Endpoint = Callable[[Request], Awaitable[Response]]
SENTENCES = {
    "create": N_("You may not create records of the kind “{kind}”."),
    "update": N_("You may not change records of the kind “{kind}”."),
}
IN_GROUP = N_("You may read what belongs to the group “{group}”, but not change it.")


class NotPermitted(Exception):
    """Somebody who is known may not do something with records of a type, or of one group."""

    def __init__(self, action: str, type_: str, group: str = "") -> None:
        self.action, self.type, self.group = action, type_, group
        super().__init__(f"{action} {type_}")


def check(request: Request, action: str, type_: str, *, group: str | None = None, author: str = "") -> None:
    """Raises NotPermitted. What somebody has made, and what nothing is known of, is left to the API."""
    who = who_of(request)
    if who.anonymous or type_ not in who.permissions or author == who.username:
        return
    if not who.may(action, type_, group):
        raise NotPermitted(action, type_, group if group and who.may(action, type_) else "")


def permitted(action: str, type_: str, endpoint: Endpoint) -> Endpoint:
    """A page that is for those who may do this."""

    @wraps(endpoint)
    async def checked(request: Request) -> Response:
        check(request, action, type_)
        return await endpoint(request)

    return checked


async def refused(request: Request, fault: Exception) -> Response:
    """The page that says what is not permitted and who can change that."""
    assert isinstance(fault, NotPermitted)
    language, view = request.state.language, (await registry_of(request)).types.get(fault.type)
    kind = view.facts["plural"][language] if view else fault.type
    said = translate(language, SENTENCES[fault.action], kind=kind)
    if fault.group:
        said = translate(language, IN_GROUP, group=who_of(request).group_label(fault.group, language))
    return render(request, "shell/not-permitted.html", 403, said=said)
