"""What a rule works with: requests, expectations, and records of its own."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from dina.base.conformance.asking import BULK, Asking, Record, Run
from dina.base.conformance.config import Relation, TypeFacts
from dina.base.conformance.exchange import as_list, as_object, objects
from dina.base.conformance.verdict import Skipped
from dina.base.json import is_array

__all__ = ["BULK", "Check", "Record", "Run", "kebab", "link", "linked_ids", "nobody", "q", "rehearsed"]

REHEARSALS = 8
UNIQUE = "{unique}"
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WORDS = ("alpha", "Beta", "gamma", "Delta", "epsilon")


class Check(Asking):
    """One rule at work on one type."""

    # documents

    def fresh(self, word: str = "") -> str:
        """A text nobody used before, recognisable as the checker's."""
        self.run.number += 1
        return f"{self.run.prefix}-{self.run.number}{' ' + word if word else ''}"

    def document(
        self,
        attributes: Mapping[str, Any] | None = None,
        relationships: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """`{"data": {type, attributes, relationships, …}}` of the tested type."""
        data: dict[str, Any] = {"type": self.t, **members}
        if attributes is not None:
            data["attributes"] = dict(attributes)
        if relationships is not None:
            data["relationships"] = {n: {"data": v} for n, v in relationships.items()}
        return {"data": data}

    def template(
        self,
        attributes: Mapping[str, Any] | None = None,
        relationships: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """A complete create document: the type's example, its own text, the group, and what is given."""
        self.need(not self.kind.read_only, f"not applicable: {self.t} is read-only")
        refused = "" if self.rehearsing else self.run.cache.get(f"refused:{self.t}", "")
        self.need(not refused, f"the example of {self.t} is not accepted (R102): {refused}")
        token = self.fresh()
        base: dict[str, Any] = filled(self.kind.attributes, token)
        if self.kind.text or self.kind.unique:
            base[self.kind.text or self.kind.unique] = token
        if self.kind.grouped:
            base["group"] = self.config.group
        linked: dict[str, Any] = {}
        for name, value in self.kind.relationships.items():
            linkage = as_object(value).get("data", value)
            linked[name] = self.completed(linkage)
        linked.update(relationships or {})
        made = self.document({**base, **(attributes or {})}, linked, **members)
        if not linked:
            del made["data"]["relationships"]
        return made

    def completed(self, linkage: Any) -> Any:
        """Linkage of an example; where it has no id, a target is made."""
        if is_array(linkage):
            return [self.completed(one) for one in as_list(linkage)]
        one = as_object(linkage)
        if not one or one.get("id"):
            return linkage
        return self.target(Relation("", str(one.get("type")))).identifier

    def new(
        self,
        attributes: Mapping[str, Any] | None = None,
        relationships: Mapping[str, Any] | None = None,
        **members: Any,
    ) -> Record:
        """Make a record; it is removed at the end of the run."""
        answer = self.post(f"/{self.t}", self.template(attributes, relationships, **members))
        if answer.status in (401, 403):
            raise Skipped(
                f"the role {self.writer or 'nobody'} may not create {self.t} in group {self.config.group}"
            )
        self.status(answer, 201)
        self.expect(answer.id, "the created resource with its id", answer.brief())
        return Record(self.t, answer.id, answer.attributes, answer.relationships)

    def of(self, type_: str) -> Check:
        """The same check for another type of the module. Raises Skipped if that type is not known."""
        self.need(type_ in self.config.types, f"targets of type {type_!r} cannot be made here")
        return Check(self.run, rehearsed(self.run, self.config.types[type_]))

    def target(self, relation: Relation, attributes: Mapping[str, Any] | None = None) -> Record:
        """A new record a relationship can point to; the related type is guessed by name if not told."""
        return self.of(relation.type or kebab(relation.name)).new(attributes)

    def stranger(self) -> dict[str, str]:
        """An identifier for the external relationship that no module knows."""
        assert self.kind.external is not None
        return {"type": self.kind.external.type or "person", "id": str(uuid.uuid4())}

    def one(self) -> Record:
        """Any record: an existing one in a read-only run, else one of the checker's own."""
        return self.few()[0]

    def few(self) -> Sequence[Record]:
        """Five records, oldest first, made once per type; own ones differ in text, date and number."""
        key = f"few:{self.t}"
        if key not in self.run.cache:
            self.run.cache[key] = self.existing() if self.read_only else self.make_few()
        found: Sequence[Record] = self.run.cache[key]
        self.need(found, f"there is no {self.t} to read")
        return found

    @property
    def read_only(self) -> bool:
        return self.config.read_only or self.kind.read_only or not self.writer

    def existing(self) -> list[Record]:
        answer = self.list("page[limit]=5")
        return [
            Record(
                self.t, str(r.get("id")), as_object(r.get("attributes")), as_object(r.get("relationships"))
            )
            for r in answer.resources
        ]

    def make_few(self) -> list[Record]:
        stem = self.fresh()
        made: list[Record] = []
        for index, word in enumerate(WORDS):
            values: dict[str, Any] = {}
            if self.kind.text:
                values[self.kind.text] = f"{stem} {word}"
            if self.kind.date and index < 4:
                values[self.kind.date] = f"2021-03-0{index + 1}"
            if self.kind.number and index < 4:
                values[self.kind.number] = index + 1
            made.append(self.new(values))
        return made

    def text_of(self, record: Record) -> str:
        return str(record.attributes.get(self.kind.text, ""))

    def scope(self, records: Iterable[Record]) -> str:
        """A filter that leaves only these records."""
        ids = [r.id for r in records]
        self.need(all(UUID.fullmatch(i) for i in ids), f"not applicable: ids of {self.t} are no UUIDs")
        return "filter[uuid][IN]=" + ",".join(ids)

    def hits(self, records: Sequence[Record], query: str) -> list[int]:
        """Positions of the records the filter finds, in the order of the answer."""
        answer = self.list(f"{self.scope(records)}&page[limit]=1000&{query}")
        places = {record.id: index for index, record in enumerate(records)}
        return [places[i] for i in answer.ids if i in places]

    def finds(self, records: Sequence[Record], query: str, *wanted: int, ordered: bool = False) -> None:
        """The filter finds exactly the records at these positions."""
        found = self.hits(records, query)
        seen = found if ordered else sorted(found)
        expected = list(wanted) if ordered else sorted(wanted)
        names = ", ".join(self.text_of(records[i]) or records[i].id for i in expected) or "nothing"
        self.expect(seen == expected, f"{query} finds {names}", self.names(records, seen))

    def names(self, records: Sequence[Record], places: Iterable[int]) -> str:
        return ", ".join(self.text_of(records[i]) or records[i].id for i in places) or "nothing"

    def all_pages(self, query: str, limit: int = 2, most: int = 20) -> list[str]:
        """Ids of all pages, walked by offset."""
        found: list[str] = []
        for page in range(most):
            answer = self.list(f"{query}&page[limit]={limit}&page[offset]={page * limit}")
            found += answer.ids
            if len(answer.ids) < limit:
                break
        return found


def rehearsed(run: Run, kind: TypeFacts) -> TypeFacts:
    """The type with its probes as they prove: a text may be a name of fixed form or a vocabulary's word."""
    key = f"rehearsed:{kind.type}"
    if key not in run.cache:
        run.cache[key] = kind
        if not Check(run, kind).read_only:
            run.cache[key] = rehearse(run, kind)
    return run.cache[key]


def rehearse(run: Run, kind: TypeFacts) -> TypeFacts:
    """Make two records; change what the service will not take: a used key, a column without its row."""
    refused, made = "", 0
    for _ in range(REHEARSALS):
        check = Check(run, kind)
        check.rehearsing = True
        values: dict[str, Any] = {kind.text: check.fresh("a, B (c)")} if kind.text else {}
        values |= {kind.number: 1} if kind.number else {}
        values |= {kind.date: "2021-03-01"} if kind.date else {}
        answer = check.post(f"/{kind.type}", check.template(values))
        refused = answer.brief() if answer.status in (400, 404, 409, 422) else ""
        made += not refused
        pointed = " ".join(str(as_object(e.get("source")).get("pointer")) + "/" for e in answer.errors)
        changed = adapted(kind, pointed) if refused else kind
        if made == 2 or (refused and changed == kind):
            break
        kind = changed
    run.cache[f"refused:{kind.type}"] = refused
    return kind if refused else free_to_link(run, kind)


def free_to_link(run: Run, kind: TypeFacts) -> TypeFacts:
    """The type without relationship probes that a rule of it forbids: one of two, but not both."""
    for probe, relation in (("to_one", kind.to_one), ("to_many", kind.to_many)):
        check = Check(run, kind)
        check.rehearsing = True
        if relation is None or (relation.type or kebab(relation.name)) == kind.type:
            continue
        try:
            target = check.target(relation).identifier
        except Exception:  # noqa: S112  (what cannot be made is found out by the rules themselves)
            continue
        linkage = [target] if probe == "to_many" else target
        answer = check.post(f"/{kind.type}", check.template(None, {relation.name: linkage}))
        if answer.status == 422:
            kind = replace(kind, **{probe: None})
    return kind


def adapted(kind: TypeFacts, pointed: str) -> TypeFacts:
    """The type without the probes the pointers name, or with a new word for an example that is in use."""

    def named(attribute: str) -> bool:
        return bool(attribute) and f"/{attribute}/" in pointed

    if named(kind.text):
        return replace(kind, text="", unique=kind.text)
    if named(kind.number):
        return replace(kind, number="")
    if named(kind.date):
        return replace(kind, date="")
    if named(kind.unique):
        return replace(kind, unique="")
    used = [n for n, v in kind.attributes.items() if named(n) and isinstance(v, str) and v != UNIQUE]
    return replace(kind, attributes={**kind.attributes, **dict.fromkeys(used, UNIQUE)}) if used else kind


def filled(template: Any, token: str) -> Any:
    """The template with `{unique}` in its texts replaced."""
    if isinstance(template, str):
        return template.replace(UNIQUE, token)
    if is_array(template):
        return [filled(item, token) for item in as_list(template)]
    if isinstance(template, Mapping):
        return {n: filled(v, token) for n, v in as_object(dict(template)).items()}  # pyright: ignore[reportUnknownArgumentType]
    return template


def kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def q(value: str) -> str:
    """A value percent-encoded for a query string."""
    return quote(value, safe="")


def link(value: Any) -> str:
    """The address in a link, which may be a string or an object with `href`."""
    return value if isinstance(value, str) else str(as_object(value).get("href") or "")


def nobody() -> str:
    """An id that no record has."""
    return str(uuid.uuid4())


def linked_ids(linkage: Any) -> list[str]:
    return [str(item.get("id")) for item in objects(linkage)]
