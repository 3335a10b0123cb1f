"""What one scanned code does, by what the station is set to do; each change is a change set, so that it can be undone."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, Field, ValidationError

from dina.client import ApiError, Client, Resource
from dina.web import texts
from dina.web.placing import (
    COLLECTION,
    NOTHING,
    OF,
    SAMPLE,
    UNIT,
    change_headers,
    linked_to,
    put,
    scan,
    take_out,
    version_of,
)
from dina.web.registry import Registry
from dina.web.texts import N_

SET = "record-set"
FIND, THINGS, PLACE, SWAP, COLLECT, CHECK = "find", "things", "place", "swap", "set", "check"
MODES = (
    (FIND, N_("Find")),
    (THINGS, N_("Things, then their place")),
    (PLACE, N_("A place, then things")),
    (SWAP, N_("Two things that change places")),
    (COLLECT, N_("Add to a set")),
    (CHECK, N_("Check what is in a place")),
)
KEPT = 200
EXPECTED = 1000
FRENCH, AMERICAN = "&é\"'(-è_çà)qwazQWAZ?", "1234567890-azqwAZQWM"
FRENCH_KEYS = str.maketrans(FRENCH, AMERICAN)
"""What a scanner set to American keys types on a French keyboard, and what it meant."""
FIRST = N_("Scan the place first.")
ALIKE = N_("Only two specimens, or two places, can change places.")
NO_SET = N_("Choose the set first.")
NOT_IN_SET = N_("Only specimens can be put into a set.")
AGAIN = N_("{name} is in the set already.")
READ_AS = N_("Read as {code}: the scanner is set to another keyboard.")


class Thing(BaseModel):
    """Something that has a code: a specimen or a place."""

    type: str = Field(pattern=f"^({SAMPLE}|{UNIT})$")
    id: uuid.UUID
    label: str = Field(max_length=500)

    @property
    def key(self) -> str:
        return str(self.id)


class Done(BaseModel):
    """Something that was done, with its change set when it can be undone."""

    text: str = Field(max_length=5000)
    thing: Thing | None = None
    module: str = Field(default="", pattern="^[a-z]*$")
    change_set: uuid.UUID | None = None
    undone: bool = False


class State(BaseModel):
    """What the station knows between two scans; the form carries it."""

    waiting: list[Thing] = Field(default_factory=list[Thing], max_length=5000)
    place: Thing | None = None
    seen: list[Thing] = Field(default_factory=list[Thing], max_length=5000)
    done: list[Done] = Field(default_factory=list[Done], max_length=2 * KEPT)
    unknown: str = Field(default="", max_length=200)

    @classmethod
    def read(cls, text: str) -> State:
        """The state of a form; a new one when it cannot be understood."""
        with contextlib.suppress(ValidationError):
            return cls.model_validate_json(text)
        return cls()


@dataclass(frozen=True)
class Said:
    """What the large panel says of the last scan."""

    text: str
    bad: bool = False
    thing: Thing | None = None
    path: str = ""
    notes: Sequence[str] = ()


@dataclass
class Station:
    """One request of the scan station."""

    client: Client
    registry: Registry
    language: str
    mode: str
    state: State
    collected: str = ""
    notes: list[str] = field(default_factory=list[str])

    def say(self, text: str, /, **values: object) -> str:
        return texts.translate(self.language, text, **values)

    def bad(self, text: str, /, **values: object) -> Said:
        return Said(self.say(text, **values), bad=True, notes=self.notes)

    def done(self, text: str, thing: Thing, module: str, change_set: str) -> Said:
        self.state.done.insert(
            0, Done(text=text, thing=thing, module=module, change_set=uuid.UUID(change_set))
        )
        self.state.done = self.state.done[:KEPT]
        return Said(text, thing=thing, notes=self.notes)

    async def scanned(self, code: str) -> Said:
        """What a code does. Raises ApiError."""
        self.state.unknown = ""
        found = await scan(self.client, code)
        if not found and (meant := code.translate(FRENCH_KEYS)) != code:
            found = await scan(self.client, meant)
            if found:
                self.notes.append(self.say(READ_AS, code=meant))
        if not found:
            self.state.unknown = code
            return self.bad(NOTHING, code=code)
        return await self.took(thing_of(found[0], code))

    async def took(self, one: Thing) -> Said:
        act = {
            FIND: self.find, THINGS: self.gather, PLACE: self.put_here, SWAP: self.swap,
            COLLECT: self.collect, CHECK: self.check,
        }[self.mode]  # fmt: skip
        return await act(one)

    async def find(self, one: Thing) -> Said:
        document = await self.client.request("GET", f"{COLLECTION}/{one.type}/{one.id}/whereabouts")
        path = " › ".join(str(step.get("name", "")) for step in document["data"]["attributes"]["path"][::-1])
        self.state.done.insert(0, Done(text=one.label, thing=one))
        self.state.done = self.state.done[:KEPT]
        return Said(one.label, thing=one, path=path, notes=self.notes)

    async def gather(self, one: Thing) -> Said:
        last = self.state.waiting[-1] if self.state.waiting else None
        if one.type == UNIT and last and one.id != last.id:
            things, self.state.waiting = self.state.waiting, []
            try:
                return await self.moved(things, one)
            except ApiError:
                self.state.waiting = things
                raise
        if one.id not in {waiting.id for waiting in self.state.waiting}:
            self.state.waiting.append(one)
        return Said(one.label, thing=one, notes=self.notes)

    async def put_here(self, one: Thing) -> Said:
        if self.state.place is None:
            if one.type != UNIT:
                return self.bad(FIRST)
            self.state.place = one
            return Said(one.label, thing=one, notes=self.notes)
        return await self.moved([one], self.state.place)

    async def moved(self, things: Sequence[Thing], place: Thing) -> Said:
        told = await put(self.client, place.key, keys(things, SAMPLE), keys(things, UNIT))
        return self.done(f"{listed(things)} → {place.label}", place, "collection", told["changeSet"])

    async def swap(self, one: Thing) -> Said:
        """Each of two gets the place and the well of the other."""
        if not self.state.waiting:
            self.state.waiting = [one]
            return Said(one.label, thing=one, notes=self.notes)
        first = self.state.waiting[0]
        if first.id == one.id:
            return Said(one.label, thing=one, notes=self.notes)
        if first.type != one.type:
            return self.bad(ALIKE)
        link = OF[one.type]
        records = [
            (await self.client.get(f"{COLLECTION}/{x.type}/{x.id}", {"include": link})).one
            for x in (first, one)
        ]
        change_set = str(uuid.uuid4())
        operations = [
            linked_to(mine, link, other.linked(link))
            for mine, other in zip(records, records[::-1], strict=True)
        ]
        headers = change_headers(change_set, f"{first.label} / {one.label}")
        await self.client.atomic(COLLECTION, operations, headers)
        self.state.waiting = []
        return self.done(f"{first.label} ⇄ {one.label}", one, "collection", change_set)

    async def collect(self, one: Thing) -> Said:
        """Into the set that was chosen."""
        if not self.collected:
            return self.bad(NO_SET)
        if one.type != SAMPLE:
            return self.bad(NOT_IN_SET)
        view = self.registry.types[SET]
        kept = (await self.client.get(f"{view.path}/{self.collected}")).one
        records = list(kept.attributes.get("records") or [])
        if one.key in records:
            return Said(self.say(AGAIN, name=one.label), thing=one, notes=self.notes)
        change_set = str(uuid.uuid4())
        attributes = {"records": [*records, one.key]} | version_of(kept)
        await self.client.request(
            "PATCH", f"{view.path}/{kept.id}",
            body={"data": {"type": SET, "id": kept.id, "attributes": attributes}},
            headers=change_headers(change_set, one.label),
        )  # fmt: skip
        return self.done(f"{one.label} → {kept.attributes['name']}", one, view.path.split("/")[1], change_set)

    async def check(self, one: Thing) -> Said:
        """What is really in a place; `compared` tells it from what should be there."""
        if self.state.place is None:
            if one.type != UNIT:
                return self.bad(FIRST)
            self.state.place, self.state.seen = one, []
        elif one.id not in {seen.id for seen in self.state.seen}:
            self.state.seen.append(one)
        return Said(one.label, thing=one, notes=self.notes)

    async def compared(self) -> dict[str, list[Thing]]:
        """What is here as expected, what is missing, and what surprises."""
        assert self.state.place is not None
        page = await self.client.get(
            f"{COLLECTION}/storage-unit/{self.state.place.id}/content",
            {"depth": 1, "page[limit]": EXPECTED},
        )
        expected = {one.id: thing_of(one, one.id) for one in page.data if one.type in (SAMPLE, UNIT)}
        seen = {one.key for one in self.state.seen}
        return {
            "here": [one for one in self.state.seen if one.key in expected],
            "missing": [one for key, one in expected.items() if key not in seen],
            "surprising": [
                one for one in self.state.seen if one.key not in expected and one.id != self.state.place.id
            ],
        }

    async def put_right(self, surprising: bool, missing: bool) -> Said:
        """The surprising come into the place, the missing out of it: one change set."""
        if self.state.place is None:
            return self.bad(FIRST)
        found, change_set = await self.compared(), str(uuid.uuid4())
        place, said = self.state.place, list[str]()
        if surprising and (things := found["surprising"]):
            await put(self.client, place.key, keys(things, SAMPLE), keys(things, UNIT), change_set=change_set)
            said.append(f"{listed(things)} → {place.label}")
        if missing and (things := found["missing"]):
            await take_out(self.client, keys(things, SAMPLE), keys(things, UNIT), change_set)
            said.append(f"{listed(things)} ← {place.label}")
        return self.done("; ".join(said), place, "collection", change_set) if said else Said(place.label)


def thing_of(one: Resource, code: str) -> Thing:
    return Thing(type=one.type, id=uuid.UUID(one.id), label=str(one.meta.get("label") or code)[:500])


def keys(things: Sequence[Thing], type_: str) -> list[str]:
    return [one.key for one in things if one.type == type_]


def listed(things: Sequence[Thing]) -> str:
    return ", ".join(one.label for one in things[:6]) + ("…" if len(things) > 6 else "")
