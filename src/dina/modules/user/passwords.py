"""New passwords, set by those who administer the system and told to the person by another way."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr
from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.text import Text
from dina.modules.user.store import accounts_of

LEAST, MOST = 8, 200


class PasswordForm(TypedDict):
    password: Annotated[StrictStr, Field(min_length=LEAST, max_length=MOST)]


async def set_password(call: Call) -> Answer:
    """`POST /user/{id}/password` → 204; who had the old one is signed out."""
    caller, accounts = call.request.caller, accounts_of(call.service)
    # A key that leaked must not open a way in that outlives its being revoked.
    if not caller.admin or caller.by_key:
        raise Problem(Error("FORBIDDEN", key="forbidden.admin"))
    account = await accounts.by_id(call.id)
    if account is None:
        raise Problem(Error("NOT_FOUND"))
    password = call.attributes["password"]
    if password.casefold() == account.username:
        raise Problem(
            Error(
                "BUSINESS_RULE",
                key="user.password",
                pointer="/data/attributes/password",
                meta={"rule": "user.password"},
            )
        )
    await accounts.set_password(account.id, password)
    return Answer(204, content_type=None)


OPERATIONS = (
    Operation(
        "POST", "/user/{id}/password", set_password, Text("Set a new password", "Définir un nouveau mot de passe"),
        "user-password", status=204, body=PasswordForm,
    ),
)  # fmt: skip
