"""The requests of a merge, worked out and judged before any is sent.

Modules have no transaction in common. Within a module a merge of ordinary size is one request, all or nothing. The
order is such that nothing ever points at a record that is deleted: first what refers to the records in other modules,
then in their own, and with the last request the one that is kept is written and the others are deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from dina.base.errors import Error
from dina.base.jobs import Failed
from dina.base.text import message
from dina.modules.exchange.changing.sending import ATOMIC, POINTER, refuse, refuse_unless_told
from dina.modules.exchange.merging.references import Merging, Reference, references
from dina.modules.exchange.merging.united import kept, spoken

PORTION = 1000
"""Operations of one request."""
MOST = 100_000
"""Records that may refer to what is merged."""
EXAMPLES = 100


@dataclass
class Told:
    """What is told of a merge: who refers to what, what is changed, and who may not be changed and why."""

    keep: str
    others: list[str]
    kept: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    uses: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    """By record that goes: type -> how many refer to it."""
    moved: dict[str, int] = field(default_factory=dict[str, int])
    """By type: how many records are written."""
    examples: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    refused: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    refused_count: int = 0
    modules: list[str] = field(default_factory=list[str])
    """The modules that are written, in order."""
    names: dict[str, str] = field(default_factory=dict[str, str])
    """What the records that become one are called."""
    requests: int = 0

    def take(self, one: Reference) -> None:
        type_ = one.draft.type
        self.moved[type_] = self.moved.get(type_, 0) + 1
        if sum(self.moved.values()) > MOST:
            raise Failed(Error("BUSINESS_RULE", key="change.tooMany", values={"most": MOST}))
        for id_ in one.held:
            counts = self.uses.setdefault(id_, {})
            counts[type_] = counts.get(type_, 0) + 1
        if len(self.examples) < EXAMPLES:
            self.examples.append({"type": type_, "id": one.draft.id, "name": one.name, "cells": one.cells})

    def refuse(self, type_: str, id_: str, name: str, reason: str) -> None:
        self.refused_count += 1
        if len(self.refused) < EXAMPLES:
            self.refused.append({"type": type_, "id": id_, "name": name, "reason": reason})

    def document(self) -> dict[str, Any]:
        return {
            "keep": self.keep, "others": self.others, "kept": self.kept, "uses": self.uses, "moved": self.moved,
            "examples": self.examples, "refused": self.refused, "refusedCount": self.refused_count,
            "modules": self.modules, "names": self.names,
        }  # fmt: skip


@dataclass
class Plan:
    """The file of requests, written one after the other: `{"module", "operations"}` a line."""

    client: httpx.AsyncClient
    merging: Merging
    told: Told
    language: str
    path: Path
    names: dict[str, str] = field(default_factory=dict[str, str])
    """What the records of the next request are called."""
    waiting: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def work_out(self, choices: Mapping[str, str]) -> None:
        """Find everything, have it judged, and write it down. Raises Failed."""
        self.path.write_bytes(b"")
        records = await self.records()
        for module in dict.fromkeys(module for module, _ in self.merging.in_order()):
            for type_ in (type_ for name, type_ in self.merging.in_order() if name == module):
                async for one in references(self.client, self.merging, module, type_):
                    self.told.take(one)
                    self.names[one.draft.id] = one.name
                    operation = one.draft.operation()
                    assert operation is not None
                    self.waiting.append(operation)
                    if len(self.waiting) >= PORTION:
                        await self.put(module)
            if module != self.merging.module:
                await self.put(module)
        draft, self.told.kept = kept(self.merging, records, choices)
        self.told.names = {id_: self.name_of(one) for id_, one in records.items()}
        self.names |= self.told.names
        operation = draft.operation()
        self.waiting += [operation] if operation is not None else []
        self.waiting += [
            {"op": "remove", "ref": {"type": self.merging.type, "id": id_}} for id_ in self.merging.others
        ]
        versions = {id_: one["attributes"].get("resourceVersion") for id_, one in records.items()}
        await self.put(self.merging.module, versions)

    async def records(self) -> dict[str, dict[str, Any]]:
        """The records that become one. Raises Failed where one of them is not there."""
        m = self.merging
        internal = [name for name, link in m.types[m.type]["relationships"].items() if not link["external"]]
        params = {"filter[id][IN]": ",".join((m.keep, *m.others)), "page[limit]": "100"}
        params |= {"include": ",".join(internal)} if internal else {}
        answer = await self.client.get(f"/{m.module}/v1/{m.type}", params=params)
        refuse(answer)
        found = {data["id"]: data for data in answer.json()["data"]}
        if set(found) != {m.keep, *m.others}:
            raise Failed(Error("BUSINESS_RULE", key="merge.gone"))
        return found

    def name_of(self, data: Mapping[str, Any]) -> str:
        title = data["attributes"].get(self.merging.types[self.merging.type]["title"])
        return next(iter(spoken(title)), data["id"][:8])

    async def put(self, module: str, versions: Mapping[str, Any] | None = None) -> None:
        """The next request: judged without being written, and kept."""
        if not self.waiting:
            return
        await self.judge(module)
        line = {"module": module, "operations": self.waiting} | ({"versions": versions} if versions else {})
        with self.path.open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")
        self.told.requests += 1
        if module not in self.told.modules:
            self.told.modules.append(module)
        self.names, self.waiting = {}, []

    async def judge(self, module: str) -> None:
        headers = {
            "content-type": ATOMIC,
            "accept": ATOMIC,
            "prefer": "errors=9999",
            "accept-language": self.language,
        }
        answer = await self.client.post(
            f"/{module}/v1/operations", params={"dryRun": "true"}, json={"atomic:operations": self.waiting}, headers=headers,
        )  # fmt: skip
        if answer.status_code < 300:
            return
        refuse_unless_told(answer)
        for error in answer.json()["errors"]:
            match = POINTER.match(str(error.get("source", {}).get("pointer", "")))
            if match is None:
                raise Failed(Error("BUSINESS_RULE", key="exchange.refused", values={"reason": error.get("detail", "")}))  # fmt: skip
            operation = self.waiting[int(match[1])]
            about: dict[str, str] = operation.get("ref") or operation["data"]
            reason = str(error.get("detail", ""))
            if error.get("code") == "STILL_REFERENCED":
                # Nothing has been led to the one kept yet. What refers to the record and is not known here, the
                # caller may not see.
                known = self.told.uses.get(about["id"], {})
                if all(
                    number <= known.get(type_, 0) for type_, number in error["meta"]["references"].items()
                ):
                    continue
                reason = message("merge.unseen", self.language)
            self.told.refuse(about["type"], about["id"], self.names.get(about["id"], about["id"][:8]), reason)
