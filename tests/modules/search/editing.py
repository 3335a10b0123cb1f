"""Random edits of everything that a search tells of, as people and programs make them over the API."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.conftest import linked, resource
from tests.modules.search.making import HOMES

GROUP = "demo"
COLLECTION = "/collection/v1"
ATOMIC = {"content-type": 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'}
CUSTOM_FIELDS = "01998155-a6f0-7c2f-9fcc-994d74222f9c"
"""The vocabulary whose items are fields of a group's own."""
NAMES = ("Carex alba", "Carex nigra", "Salix caprea L.", "Bombus terricola", "Zzrara edita")
COUNTRIES = ("Canada", "Türkiye", "Fiji", None)
DATES = ("1950", "1950-06", "1961-01-01", None)
OPEN = (True, False, None)


@dataclass
class Editor:
    """Makes edits drawn with a seed; the same seed and the same answers give the same edits.

    What the API refuses (something still in use, a loop) is counted and left: `refused` by kind of edit.
    """

    client: httpx.AsyncClient
    seed: int = 3
    living: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    deleted: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    change_sets: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    keys: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.turn = 0
        kinds: dict[Callable[[], Awaitable[bool]], int] = {
            self.create: 34, self.change: 26, self.delete: 6, self.restore: 4, self.move: 6, self.nest: 3,
            self.merge: 3, self.relink: 6, self.operations: 5, self.undo: 3, self.define: 1, self.protect: 1, self.revert: 2,
        }  # fmt: skip
        self.kinds, self.weights = list(kinds), list(kinds.values())

    async def edits(self, number: int) -> None:
        for _ in range(number):
            self.turn += 1
            kind = self.draw.choices(self.kinds, self.weights)[0]
            name = kind.__name__
            (self.done if await kind() else self.refused)[name] += 1

    # What there is to draw from.

    def some(self, type_: str) -> str | None:
        known = self.living.get(type_)
        return self.draw.choice(known) if known else None

    def to(self, type_: str) -> dict[str, Any]:
        found = self.some(type_)
        return linked(type_, found) if found and self.draw.random() < 0.8 else {"data": None}

    def to_many(self, type_: str) -> dict[str, Any]:
        known = self.living.get(type_, [])
        return linked(type_, *self.draw.sample(known, min(len(known), self.draw.randint(0, 2))), many=True)

    def attributes(self, type_: str) -> dict[str, Any]:
        """New values of a record."""
        choice, number = self.draw.choice, self.draw.randint(0, 9)
        match type_:
            case "person":
                return {"displayName": f"Person {number}", "aliases": choice([[], [f"P. {number}"]])}
            case "collecting-event":
                place = [
                    {
                        "isPrimary": True,
                        "dwcDecimalLatitude": number * 1.5,
                        "dwcDecimalLongitude": 20.25 + number,
                    }
                ]
                return {
                    "dwcCountry": choice(COUNTRIES), "startEventDateTime": choice(DATES),
                    "habitat": choice([None, f"meadow {number}"]), "publiclyReleasable": choice(OPEN),
                    "geoReferenceAssertions": choice([place, place, []]),
                }  # fmt: skip
            case "organism":
                names = self.draw.sample(NAMES, self.draw.randint(1, 2))
                return {
                    "sex": choice([None, "female"]),
                    "determination": [
                        {"isPrimary": at == 0, "verbatimScientificName": name}
                        for at, name in enumerate(names)
                    ],
                }
            case "storage-unit":
                return {"name": f"Cabinet {number}", "isGeneric": False}
            case "collection":
                return {"name": f"Herbarium {number}", "code": choice([None, f"H{number}"])}
            case "project":
                return {"name": f"Project {number}", "status": choice([None, "active"])}
            case _:
                return {
                    "materialSampleName": f"EDIT-{self.draw.randint(0, 9_999)}", "publiclyReleasable": choice(OPEN),
                    "tags": choice([[], ["red"], ["red", "Bleu"]]),
                    "managedAttributes": {choice(self.keys): choice(["a", "b"])} if self.keys and number < 3 else {},
                }  # fmt: skip

    def links(self, type_: str) -> dict[str, Any]:
        match type_:
            case "collecting-event":
                return {"collectors": self.to_many("person")}
            case "storage-unit":
                return {"parentStorageUnit": self.to("storage-unit")}
            case "project":
                return {"parentProject": self.to("project")} if self.draw.random() < 0.3 else {}
            case "material-sample":
                return {
                    "collectingEvent": self.to("collecting-event"), "organism": self.to_many("organism"),
                    "collection": self.to("collection"), "projects": self.to_many("project"),
                    **({"parentMaterialSample": self.to("material-sample")} if self.draw.random() < 0.1 else {}),
                }  # fmt: skip
            case _:
                return {}

    def type(self) -> str:
        types = (
            "person",
            "collecting-event",
            "organism",
            "storage-unit",
            "collection",
            "project",
            "material-sample",
        )
        return self.draw.choices(types, (2, 4, 4, 2, 1, 1, 8))[0]

    # Edits: whether each was made.

    async def create(self) -> bool:
        type_ = self.type()
        attributes = self.attributes(type_) | ({} if type_ == "person" else {"group": GROUP})
        body = resource(type_, attributes, relationships=self.links(type_))
        return self.keep(await self.client.post(self.address(type_), json=body))

    async def change(self) -> bool:
        type_ = self.type()
        id_ = self.some(type_)
        if id_ is None:
            return await self.create()
        body = resource(type_, self.attributes(type_), id=id_)
        headers = self.marked(type_) if self.draw.random() < 0.3 else {}
        answer = await self.client.patch(self.address(type_, id_), json=body, headers=headers)
        return answer.status_code == 200

    async def relink(self) -> bool:
        type_ = self.draw.choice(("collecting-event", "material-sample"))
        id_ = self.some(type_)
        if id_ is None:
            return await self.create()
        body = resource(type_, id=id_, relationships=self.links(type_))
        return (await self.client.patch(self.address(type_, id_), json=body)).status_code == 200

    async def delete(self) -> bool:
        type_ = self.type()
        id_ = self.some(type_)
        return id_ is not None and await self.remove(type_, id_)

    async def remove(self, type_: str, id_: str) -> bool:
        headers = self.marked(type_) if self.draw.random() < 0.3 else {}
        answer = await self.client.delete(self.address(type_, id_), headers=headers)
        if answer.status_code != 204:
            return False
        self.living[type_].remove(id_)
        self.deleted.append((type_, id_))
        return True

    async def restore(self) -> bool:
        if not self.deleted:
            return False
        at = self.draw.randrange(len(self.deleted))
        type_, id_ = self.deleted[at]
        answer = await self.client.post(f"{self.address(type_, id_)}/restore")
        if answer.status_code != 200:
            return False
        del self.deleted[at]
        self.living[type_].append(id_)
        return True

    async def revert(self) -> bool:
        """An earlier version of a record."""
        type_ = self.type()
        id_ = self.some(type_)
        answer = await self.client.post(f"{self.address(type_, id_ or str(uuid.uuid4()))}/revisions/1/revert")
        return answer.status_code == 200

    async def move(self) -> bool:
        """Specimens into a storage place."""
        unit, samples = self.some("storage-unit"), self.to_many("material-sample")["data"]
        attributes = {"storageUnit": unit, "materialSamples": [one["id"] for one in samples]}
        answer = await self.client.post(
            f"{COLLECTION}/storage-move", json=resource("storage-move", attributes)
        )
        if answer.status_code == 200:
            self.change_sets.append((COLLECTION, answer.json()["data"]["attributes"]["changeSet"]))
        return answer.status_code == 200

    async def nest(self) -> bool:
        """A storage place into another one."""
        attributes = {"storageUnit": self.some("storage-unit"), "storageUnits": [self.some("storage-unit")]}
        answer = await self.client.post(
            f"{COLLECTION}/storage-move", json=resource("storage-move", attributes)
        )
        return answer.status_code == 200

    async def merge(self) -> bool:
        """One person instead of another in events, then the other one is deleted."""
        people = self.living.get("person", [])
        if len(people) < 2:
            return False
        stays, goes = self.draw.sample(people, 2)
        for event in self.living.get("collecting-event", [])[-20:]:
            found = await self.client.get(
                f"{self.address('collecting-event', event)}/relationships/collectors"
            )
            if found.status_code == 200 and goes in {one["id"] for one in found.json()["data"] or ()}:
                await self.client.patch(
                    f"{self.address('collecting-event', event)}/relationships/collectors",
                    json=linked("person", stays, many=True),
                )
        return await self.remove("person", goes)

    async def operations(self) -> bool:
        """An organism, an event and a specimen of them in one transaction; sometimes with one that is deleted."""
        made = [
            {"op": "add", "data": {"type": type_, "lid": type_, "attributes": {**self.attributes(type_), "group": GROUP}}}
            for type_ in ("organism", "collecting-event")
        ]  # fmt: skip
        links = {
            "organism": {"data": [{"type": "organism", "lid": "organism"}]},
            "collectingEvent": {"data": {"type": "collecting-event", "lid": "collecting-event"}},
        }
        sample = {**self.attributes("material-sample"), "group": GROUP}
        made.append(
            {"op": "add", "data": {"type": "material-sample", "attributes": sample, "relationships": links}}
        )
        gone = self.some("material-sample") if self.draw.random() < 0.3 else None
        if gone is not None:
            made.append({"op": "remove", "ref": {"type": "material-sample", "id": gone}})
        answer = await self.client.post(
            f"{COLLECTION}/operations",
            json={"atomic:operations": made},
            headers={**ATOMIC, **self.marked("material-sample")},
        )
        if answer.status_code != 200:
            return False
        if gone is not None:
            self.living["material-sample"].remove(gone)
            self.deleted.append(("material-sample", gone))
        for one in answer.json()["atomic:results"]:
            if one.get("data"):
                self.living.setdefault(one["data"]["type"], []).append(one["data"]["id"])
        return True

    async def undo(self) -> bool:
        """What was done together is taken back; what it made or brought back is looked up afterwards."""
        if not self.change_sets:
            return False
        home, id_ = self.change_sets.pop(self.draw.randrange(len(self.change_sets)))
        answer = await self.client.post(f"{home}/change-set/{id_}/undo?skipConflicts=true")
        if answer.status_code not in (200, 201):
            return False
        await self.look_again()
        return True

    async def look_again(self) -> None:
        """Which of the records known are living."""
        known = [(type_, id_) for type_, ids in self.living.items() for id_ in ids] + self.deleted
        self.living, self.deleted = {}, []
        for type_ in dict.fromkeys(type_ for type_, _ in known):
            ids = list(dict.fromkeys(id_ for one, id_ in known if one == type_))
            alive: set[str] = set()
            for start in range(0, len(ids), 150):
                some = ",".join(ids[start : start + 150])
                address = (
                    f"{self.address(type_)}?filter[id][IN]={some}&page[limit]=1000&fields[{type_}]=createdOn"
                )
                found = await self.client.get(address)
                assert found.status_code == 200, found.text
                alive |= {one["id"] for one in found.json()["data"]}
            self.living[type_] = [one for one in ids if one in alive]
            self.deleted += [(type_, one) for one in ids if one not in alive]

    async def define(self) -> bool:
        """A field of the group's own for specimens."""
        name = f"edited {len(self.keys)} {self.seed}"
        attributes = {
            "group": GROUP, "name": name, "vocabularyElementType": "STRING", "acceptedValues": ["a", "b"],
            "dinaComponent": "MATERIAL_SAMPLE",
        }  # fmt: skip
        links = {"controlledVocabulary": linked("controlled-vocabulary", CUSTOM_FIELDS)}
        answer = await self.client.post(
            f"{COLLECTION}/controlled-vocabulary-item",
            json=resource("controlled-vocabulary-item", attributes, relationships=links),
        )
        if answer.status_code != 201:
            return False
        self.keys.append(answer.json()["data"]["attributes"]["key"])
        return True

    async def protect(self) -> bool:
        """A taxon becomes sensitive, or is so no longer."""
        if (known := self.some("sensitive-taxon")) is not None:
            return await self.remove("sensitive-taxon", known)
        attributes = {
            "group": GROUP,
            "scientificName": "Zzrara edita",
            "action": "GENERALISE",
            "coordinatePrecision": 1,
        }
        return self.keep(
            await self.client.post(
                f"{COLLECTION}/sensitive-taxon", json=resource("sensitive-taxon", attributes)
            )
        )

    # Addresses and answers.

    @staticmethod
    def address(type_: str, id_: str = "") -> str:
        return f"/{HOMES.get(type_, 'collection')}/v1/{type_}" + (f"/{id_}" if id_ else "")

    def marked(self, type_: str) -> dict[str, str]:
        """Headers that put what is done into a change set, which may be undone later."""
        id_ = str(uuid.UUID(int=self.draw.getrandbits(128), version=4))
        self.change_sets.append((f"/{HOMES.get(type_, 'collection')}/v1", id_))
        return {"x-change-set": id_}

    def keep(self, answer: httpx.Response) -> bool:
        assert answer.status_code < 500, answer.text
        if answer.status_code != 201:
            return False
        made = answer.json()["data"]
        self.living.setdefault(made["type"], []).append(made["id"])
        return True
