"""What a data set says about itself, whatever dialect it says it in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dina.base.interpret.terms import interpret_licence


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or organization named in metadata, with the role it has there (creator, contact…)."""

    role: str
    given: str | None = None
    family: str | None = None
    organization: str | None = None
    position: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    address: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    identifiers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The person as written on a label, else the organization."""
        person = " ".join(part for part in (self.given, self.family) if part)
        return person or self.organization or self.position or ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where, when and what. Box: west, east, south, north in degrees; dates as written."""

    description: str | None = None
    box: tuple[float, float, float, float] | None = None
    begin: str | None = None
    end: str | None = None
    taxa: tuple[tuple[str | None, str, str | None], ...] = ()
    """(rank, name, common name) of each taxon."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The licence as written, and its address where it names exactly one we know."""

    text: str
    licence: str | None = None
    certain: bool = False


@dataclass
class Metadata:
    """Metadata of a data set. Texts by language code; "" where no language is said."""

    dialect: str
    file: str = ""
    title: dict[str, str] = field(default_factory=dict[str, str])
    alias: str | None = None
    abstract: dict[str, str] = field(default_factory=dict[str, str])
    language: str | None = None
    version: str | None = None
    published: str | None = None
    contacts: list[Contact] = field(default_factory=list[Contact])
    rights: Rights | None = None
    coverages: list[Coverage] = field(default_factory=list[Coverage])
    methods: list[str] = field(default_factory=list[str])
    sampling: str | None = None
    citation: str | None = None
    keywords: list[str] = field(default_factory=list[str])
    identifiers: list[str] = field(default_factory=list[str])
    url: str | None = None

    def having(self, role: str) -> list[Contact]:
        """The contacts of one role."""
        return [contact for contact in self.contacts if contact.role == role]


def rights_of(*said: str | None) -> Rights | None:
    """The rights that one or more texts and addresses of a licence state together; the first is shown."""
    texts = [" ".join(text.split()) for text in said if text and text.strip()]
    if not texts:
        return None
    read = [found for text in texts if (found := interpret_licence(text)).value is not None]
    named = {found.value.url for found in read if found.value}
    # A waiver in words with the address of a licence that reserves rights is a common contradiction.
    waived = any(re.search(r"waived all (?:copyright|rights)", text) for text in texts)
    if len(named) != 1 or (waived and "zero" not in next(iter(named))):
        return Rights(texts[0])
    return Rights(texts[0], named.pop(), any(found.confidence == "certain" for found in read))
