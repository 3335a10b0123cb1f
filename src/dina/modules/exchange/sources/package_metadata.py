"""What the descriptor of a data package says about the data set (Frictionless Data Package 1.0)."""

from __future__ import annotations

from typing import Any

from .metadata import Contact, Metadata, rights_of


def of_package(said: dict[str, Any], file: str) -> Metadata:
    """Title, contributors, licence and the rest, as far as the descriptor says them."""

    def text(key: str) -> str | None:
        return str(said[key]) if isinstance(said.get(key), str | int | float) and said[key] != "" else None

    found = Metadata(
        "Data Package", file, version=text("version"), published=text("created"), url=text("homepage")
    )
    found.title = {"": title} if (title := text("title")) else {}
    found.abstract = {"": words} if (words := text("description")) else {}
    found.citation = text("bibliographicCitation")
    found.keywords = _words(said.get("keywords"))
    found.identifiers = [one for one in (text("id"),) if one]
    for one in _several(said.get("contributors")):
        if isinstance(one, dict):
            known = {key: str(value) for key, value in one.items() if isinstance(value, str)}
            ids = (known["path"],) if "path" in known else ()
            role = known.get("role") or ", ".join(_words(one.get("roles"))) or "contributor"
            found.contacts.append(
                Contact(
                    role,
                    known.get("givenName"),
                    known.get("familyName") or known.get("title"),
                    known.get("organization"),
                    email=known.get("email"),
                    identifiers=ids,
                )
            )
    licences = [one for one in _several(said.get("licenses")) if isinstance(one, dict)]
    if licences:
        found.rights = rights_of(
            *(str(licences[0][key]) for key in ("title", "name", "path") if licences[0].get(key))
        )
    return found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _words(value: Any) -> list[str]:
    return [str(one) for one in _several(value)]
