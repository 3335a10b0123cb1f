"""Signing in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dina.web.frame import caller_key
from dina.web.rendering import check_language, client_of, render
from dina.web.session import Session, keep, safe_target
from dina.web.texts import N_

WRONG = N_("The user name or the password is not right.")


async def sign_in(request: Request) -> Response:
    """The form, and on POST a session for those whose password is right."""
    check_language(request)
    language = request.state.language
    target = safe_target(request.query_params.get("to", ""), f"/{language}")
    if request.method == "GET":
        return render(request, "shell/sign-in.html", problem="", target=target, username="")
    form = await request.form()
    username = str(form.get("username", ""))[:200]
    answer = await client_of(request).http.post(
        "/auth/realms/dina/protocol/openid-connect/token",
        data={
            "grant_type": "password",
            "client_id": "dina-public",
            "username": username,
            "password": str(form.get("password", ""))[:1000],
        },
    )
    if answer.status_code != 200:
        return render(request, "shell/sign-in.html", 401, problem=WRONG, target=target, username=username)
    # A fresh session, so that nobody can plant one before sign-in.
    session = request.state.session = Session(username=username.lower(), changed=True)
    keep(session, answer.json())
    return RedirectResponse(safe_target(str(form.get("to", "")), target), 303)


async def sign_out(request: Request) -> Response:
    """End the session here and at the provider."""
    session: Session = request.state.session
    if session.refresh:
        await client_of(request).http.post(
            "/auth/realms/dina/protocol/openid-connect/logout", data={"refresh_token": session.refresh}
        )
    request.app.state.people.forget(caller_key(session))
    request.state.session = Session(changed=True)
    return RedirectResponse(f"/{request.state.language}/sign-in", 303)
