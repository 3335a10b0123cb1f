"""Who is signed in to the pages: an encrypted, http-only cookie; tokens never reach scripts.

Tokens name all groups of somebody, and browsers drop a cookie of more than 4,096 bytes: the text goes over as many
cookies as it needs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from dina.client import Client

COOKIE = "DINA_SESSION"
PART, MOST_PARTS = 3800, 12
"""Characters of the text that one cookie holds, and how many there are at most."""
LIFE_SECONDS = 10 * 3600
UNKEPT = frozenset({"changed", "parts"})
HEADER = {"alg": "dir", "enc": "A256GCM"}


@dataclass
class Message:
    """What the next page says; `undo` is the address of a form that takes it back."""

    text: str
    undo: str = ""


@dataclass
class Session:
    """Tokens of the signed-in user and the mark that unsafe requests must repeat (`csrf`).

    `prefs` are the preferences of the user named in `prefs_of` that differ from the default.
    """

    username: str = ""
    access: str = ""
    refresh: str = ""
    expires: float = 0
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    began: float = field(default_factory=time.time)
    prefs: dict[str, str] = field(default_factory=dict[str, str])
    prefs_of: str = ""
    messages: list[Message] = field(default_factory=list[Message])
    changed: bool = False
    parts: int = 0
    """Cookies that held the session when it was read."""
    language: str = ""
    """That of the page looked at last."""

    @property
    def signed_in(self) -> bool:
        return bool(self.access)

    @property
    def ends(self) -> int:
        """When one has to sign in again, in seconds since 1970."""
        return int(self.began + LIFE_SECONDS)

    @property
    def mark(self) -> str:
        """What unsafe requests repeat: the secret under a pad that is another one each time, because pages
        are compressed, and the length of a compressed page tells what repeats itself in it."""
        secret = self.csrf.encode()
        pad = secrets.token_bytes(len(secret))
        return base64.urlsafe_b64encode(pad + xor(pad, secret)).decode().rstrip("=")

    def marked(self, given: str) -> bool:
        """Whether this is the mark, or was under another pad."""
        try:
            text = base64.urlsafe_b64decode(given.encode("ascii") + b"==")
        except ValueError:
            return False
        half = len(text) // 2
        return hmac.compare_digest(xor(text[:half], text[half:]), self.csrf.encode())

    def take_messages(self) -> list[Message]:
        """The messages that wait, once."""
        found, self.messages = self.messages, []
        self.changed = self.changed or bool(found)
        return found


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))


class Sessions:
    """Reads and writes sessions under a secret."""

    def __init__(self, secret: str, *, secure: bool = False) -> None:
        digest = hashlib.sha256(b"pages:" + secret.encode()).digest()
        self.key = OctKey.import_key(
            {"kty": "oct", "k": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}
        )
        self.secure = secure

    def read(self, request: Request) -> Session:
        """The request's session; a new empty one when there is none or it is not ours or too old."""
        found = [request.cookies.get(name, "") for name in map(cookie, range(MOST_PARTS))]
        parts = found.index("") if "" in found else MOST_PARTS
        text = "".join(found[:parts])
        if text:
            try:
                values: dict[str, Any] = orjson.loads(jwe.decrypt_compact(text, self.key).plaintext or b"")
                session = Session(**values, parts=parts)
                session.messages = [Message(**one) for one in values.get("messages", [])][-3:]
                if time.time() - session.began < LIFE_SECONDS:
                    return session
            except (JoseError, ValueError, TypeError):
                pass
        return Session(changed=True, parts=parts)

    def write(self, headers: MutableHeaders, session: Session) -> None:
        """Keep the session in the cookie of an answer."""
        session.changed = False
        values = {name: value for name, value in asdict(session).items() if name not in UNKEPT}
        text = jwe.encrypt_compact(HEADER, orjson.dumps(values), self.key)
        parts = [text[at : at + PART] for at in range(0, len(text), PART)][:MOST_PARTS]
        for number in range(max(len(parts), session.parts)):
            part = parts[number] if number < len(parts) else ""
            bearer = Response()
            bearer.set_cookie(
                cookie(number), part, max_age=LIFE_SECONDS if part else 0, httponly=True, samesite="lax",
                secure=self.secure,
            )  # fmt: skip
            headers.append("set-cookie", bearer.headers["set-cookie"])
        session.parts = len(parts)

    async def fresh(self, session: Session, client: Client) -> None:
        """Renew an access token that is about to end; signs out when that fails."""
        if not session.refresh or time.time() < session.expires - 20:
            return
        form = {"grant_type": "refresh_token", "client_id": "dina-public", "refresh_token": session.refresh}
        answer = await client.http.post("/auth/realms/dina/protocol/openid-connect/token", data=form)
        if answer.status_code == 200:
            keep(session, answer.json())
        else:
            session.access = session.refresh = session.username = ""
        session.changed = True


def cookie(number: int) -> str:
    """The name of the cookie with a part of the session."""
    return f"{COOKIE}_{number}" if number else COOKIE


def keep(session: Session, tokens: dict[str, Any]) -> None:
    session.access = tokens["access_token"]
    session.refresh = tokens["refresh_token"]
    session.expires = time.time() + float(tokens["expires_in"])


def safe_target(target: str, default: str) -> str:
    """A path of our own to go to after signing in; anything that could lead elsewhere is replaced."""
    if (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and "\\" not in target
        and "\n" not in target
    ):
        return target
    return default
