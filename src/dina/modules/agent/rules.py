"""What must hold for agents and their identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])", re.IGNORECASE)
ISNI = re.compile(r"(?:https?://(?:www\.)?isni\.org/(?:isni/)?)?((?:\d{4}[ -]?){3}\d{3}[\dX])", re.IGNORECASE)
VIAF = re.compile(r"(?:https?://(?:www\.)?viaf\.org/viaf/)?[1-9]\d{0,21}/?")
WIKIDATA = re.compile(r"(?:https?://www\.wikidata\.org/(?:wiki|entity)/)?Q[1-9]\d*", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z]{2}")


def mod_11_2_holds(text: str) -> bool:
    """Whether the last character is the ISO 7064 MOD 11-2 check digit of the rest (ORCID, ISNI)."""
    characters = re.sub(r"[^0-9Xx]", "", text).upper()
    total = 0
    for digit in characters[:-1]:
        if not digit.isdecimal():
            return False
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return characters[-1:] == ("X" if check == 10 else str(check))


def _checksummed(form: re.Pattern[str]) -> Callable[[str], bool]:
    def holds(value: str) -> bool:
        match = form.fullmatch(value.strip())
        return match is not None and mod_11_2_holds(match[1])

    return holds


CHECKS: dict[str, Callable[[str], bool]] = {
    "orcid": _checksummed(ORCID),
    "isni": _checksummed(ISNI),
    "viaf": lambda value: VIAF.fullmatch(value.strip()) is not None,
    "wikidata": lambda value: WIKIDATA.fullmatch(value.strip()) is not None,
}


def identifier_is_well_formed(draft: Draft) -> Iterable[Error]:
    """ORCID and ISNI carry a check digit, VIAF is a number, Wikidata a Q number."""
    namespace, value = str(draft.get("namespace")).lower(), str(draft.get("value"))
    check = CHECKS.get(namespace)
    if check is not None and not check(value):
        yield broken(f"identifier.{namespace}.invalid", "/attributes/value")


async def namespace_is_known(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A namespace is the key of an identifier type."""
    wanted = {str(draft.get("namespace")).lower() for draft in drafts}
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT lower(key) FROM {context.schema}.identifier_type WHERE deleted_on IS NULL AND lower(key) = ANY(%s)",
        ),
        [sorted(wanted)],
    )
    known = {row[0] for row in await cursor.fetchall()}
    return [
        (position, broken("identifier.namespace.unknown", "/attributes/namespace", "VOCABULARY_VALUE"))
        for position, draft in enumerate(drafts)
        if draft.changed("namespace") and str(draft.get("namespace")).lower() not in known
    ]


def aliases_are_names(draft: Draft) -> Iterable[Error]:
    """Each alias says something, once."""
    seen: set[str] = set()
    for position, alias in enumerate(draft.get("aliases") or []):
        if not alias.strip():
            yield broken("alias.blank", f"/attributes/aliases/{position}", "CONSTRAINT_VIOLATION")
        elif alias in seen:
            yield broken("alias.repeated", f"/attributes/aliases/{position}")
        seen.add(alias)


def organization_is_named(draft: Draft) -> Iterable[Error]:
    """At least one name, each with its language, one name a language."""
    names = draft.get("names") or []
    if not names:
        yield broken("organization.unnamed", "/attributes/names", "CONSTRAINT_VIOLATION")
    seen: set[str] = set()
    for position, one in enumerate(names):
        language = one.get("languageCode") or ""
        if not (one.get("name") or "").strip():
            yield broken(
                "organization.blankName", f"/attributes/names/{position}/name", "CONSTRAINT_VIOLATION"
            )
        if LANGUAGE.fullmatch(language) is None:
            yield broken(
                "multilingual.language", f"/attributes/names/{position}/languageCode", "CONSTRAINT_VIOLATION"
            )
        elif language in seen:
            yield broken("organization.languageTwice", f"/attributes/names/{position}/languageCode")
        seen.add(language)


def uri_template_has_a_place(draft: Draft) -> Iterable[Error]:
    template = draft.get("uriTemplate")
    if template and "$1" not in template:
        yield broken("controlledVocabulary.uriTemplate.missingPlaceholder", "/attributes/uriTemplate")
