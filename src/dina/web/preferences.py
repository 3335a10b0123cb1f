"""How a user likes the interface: kept on the server, remembered in the session."""

from __future__ import annotations

from typing import Any

from dina.client import Client, Resource
from dina.web.registry import Registry
from dina.web.session import Session
from dina.web.texts import N_
from dina.web.who import Who

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "theme": (
        ("system", N_("As the device")), ("light", N_("Light")), ("dark", N_("Dark")), ("contrast", N_("High contrast")),
    ),
    "density": (("comfortable", N_("Comfortable")), ("compact", N_("Compact"))),
    "text": (("normal", N_("Normal")), ("large", N_("Large")), ("larger", N_("Very large"))),
    "rail": (("auto", N_("As the window allows")), ("wide", N_("Wide")), ("narrow", N_("Narrow"))),
    "shortcuts": (("on", N_("On")), ("off", N_("Off"))),
}  # fmt: skip
DEFAULTS = {name: values[0][0] for name, values in CHOICES.items()} | {"group": "", "language": ""}
MEMBER = "dina"


def cleaned(given: dict[str, Any]) -> dict[str, str]:
    """Preferences that differ from the default, with values that exist."""
    found: dict[str, str] = {}
    for name, default in DEFAULTS.items():
        value = str(given.get(name, default))[:100]
        if value != default and (name not in CHOICES or value in dict(CHOICES[name])):
            found[name] = value
    return found


async def stored(who: Who, client: Client, registry: Registry) -> Resource | None:
    """The caller's preferences as they are kept, if they have any."""
    view = registry.types.get("user-preference")
    if view is None or not who.subject:
        return None
    page = await client.get(view.path, {"filter[userId]": who.subject, "page[limit]": 1})
    return page.data[0] if page.data else None


async def load(session: Session, who: Who, client: Client, registry: Registry) -> None:
    """Take what is kept of the caller into the session."""
    kept = await stored(who, client, registry)
    interface = (kept.attributes.get("uiPreference") or {}) if kept else {}
    session.prefs = cleaned(interface.get(MEMBER) or {})
    session.prefs_of = who.username
    session.changed = True


async def save(
    session: Session, who: Who, client: Client, registry: Registry, changes: dict[str, str]
) -> None:
    """Change some preferences; the others, and those of other programs, stay."""
    session.prefs = cleaned(session.prefs | changes)
    session.changed = True
    view = registry.types.get("user-preference")
    if view is None or not who.subject:
        return
    kept = await stored(who, client, registry)
    interface = dict((kept.attributes.get("uiPreference") or {}) if kept else {}) | {MEMBER: session.prefs}
    if kept is None:
        await client.create(view.path, {"userId": who.subject, "uiPreference": interface})
    else:
        await client.update(view.path, kept.id, {"uiPreference": interface})
