"""What a bulk change would do, worked out record by record: the requests to be sent, and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dina.modules.exchange.changing import ways
from dina.modules.exchange.changing.drafts import Draft, Key, made
from dina.modules.exchange.changing.targets import Target, check, target_of
from dina.modules.exchange.patterns import Unreplaced

Cells = list[dict[str, Any]]
Line = dict[str, Any]
"""What becomes of one record: its id and name, the operations that write it, and its values before and after."""


@dataclass
class Step:
    """An operation with its place."""

    operation: ways.Operation
    target: Target
    source: Target | None = None
    """What `copy` reads."""

    @property
    def every(self) -> bool:
        return self.operation["op"] in ways.MENDING

    def after(self, other: Any) -> Callable[[Any], Any]:
        """What the operation makes of a value; `other` is what `copy` has read."""
        return lambda before: ways.after(self.operation, self.target.kind, before, other)


@dataclass
class Making:
    """A record that is being worked on: what of it and of linked records is touched, and why it cannot be changed."""

    record: Draft
    touched: dict[Key, Draft] = field(default_factory=dict[Key, Draft])
    cells: Cells = field(default_factory=Cells)
    reason: str = ""


@dataclass
class Plan:
    """The operations of one bulk change, and what they have made of the records so far.

    A linked record that several records share (an event) is changed once, and every one of them tells of it.
    """

    types: Mapping[str, Any]
    type: str
    steps: list[Step]
    cells: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    shared: dict[Key, Draft] = field(default_factory=dict[Key, Draft])
    told: dict[Key, Cells] = field(default_factory=dict[Key, Cells])
    targets: dict[str, Target] = field(default_factory=dict[str, Target])
    given: dict[tuple[Key, str], Any] = field(default_factory=dict[tuple[Key, str], Any])
    """Values of single cells by the place they went to; of operations, why one was not done there."""

    @classmethod
    def of(cls, types: Mapping[str, Any], type_: str, operations: Iterable[ways.Operation], cells: Iterable[dict[str, Any]]) -> Plan:  # fmt: skip
        """Raises Failed where a field or an operation makes no sense."""
        plan = cls(types, type_, [])
        for one in operations:
            source = target_of(types, type_, one["from"]) if one.get("from") else None
            step = Step(one, target_of(types, type_, one["field"]), source)
            check(one, step.target)
            plan.steps.append(step)
        for one in cells:
            if one["field"] not in plan.targets:
                plan.targets[one["field"]] = target_of(types, type_, one["field"])
            plan.cells.setdefault(one["id"], []).append(one)
        return plan

    @property
    def included(self) -> str:
        """What is to be read along with the records."""
        places = [*self.targets.values(), *(one for s in self.steps for one in (s.target, s.source) if one)]
        return ",".join(sorted({one.included for one in places if one.included}))

    def begin(self, record: Draft, held: Mapping[Key, Draft]) -> Making:
        """A record with its single cells; `held` are the linked records that were read with it."""
        for key, one in held.items():
            self.shared.setdefault(key, one)
        making = Making(record)
        for cell in self.cells.get(record.id, ()):
            making.reason = making.reason or self.cell(record, cell, making.touched, making.cells)
        return making

    def finish(self, making: Making) -> Line:
        """What becomes of the record after all operations."""
        record, touched = making.record, making.touched
        line: Line = {"id": record.id, "name": self.name_of(record), "operations": [], "cells": making.cells}
        for number, step in enumerate(self.steps):
            making.reason = making.reason or self.step(number, step, record, touched, making.cells)
        if making.reason:
            return line
        touched[record.key] = record
        # What is made for the record comes first, because the record points at it.
        drafts = sorted(touched.values(), key=lambda one: (not one.new, one is record))
        line["operations"] = [op for one in drafts if (op := one.operation()) is not None]
        return line

    def forget(self, held: Iterable[Key]) -> None:
        """Keep of linked records only what those that share them need."""
        for key in held:
            draft = self.shared.get(key)
            if draft is not None and draft.operation() is None and key not in self.told:
                del self.shared[key]
            elif draft is not None and not self.cells:
                draft.attributes = {
                    n: v for n, v in draft.attributes.items() if n in ("resourceVersion", "isTarget")
                }

    def cell(self, record: Draft, cell: Mapping[str, Any], touched: dict[Key, Draft], told: Cells) -> str:
        """One cell typed over; why that cannot be done."""
        target = self.targets[cell["field"]]
        value = cell.get("value")
        for holder in self.holders(record, target, touched, every=False, bringing=not ways.nothing(value)):
            place = (holder.key, target.path)
            if place in self.given:
                if self.given[place] != value:
                    return "change.twice"
            else:
                before = holder.value(target, every=False)
                if "was" in cell and not same(cell["was"], before):
                    return "change.meanwhile"
                self.given[place] = value
                self.put(holder, target, lambda _: value, every=False)
            touched[holder.key] = holder
            told += [one for one in self.told.get(holder.key, []) if one not in told]
        return ""

    def step(self, number: int, step: Step, record: Draft, touched: dict[Key, Draft], told: Cells) -> str:
        """One operation on what a record holds; why that cannot be done."""
        other = None
        if step.source is not None:
            read = self.holders(record, step.source, touched, every=False, bringing=False)
            other = read[0].value(step.source, every=False) if read else None
        bringing = not step.every and not (step.source is not None and ways.nothing(other))
        for holder in self.holders(record, step.target, touched, every=step.every, bringing=bringing):
            place = (holder.key, f"{number}")
            if place not in self.given:
                try:
                    self.put(holder, step.target, step.after(other), every=step.every, number=number)
                    self.given[place] = ""
                except Unreplaced as fault:
                    self.given[place] = fault.key
            if self.given[place]:
                return self.given[place]
            if self.told.get(holder.key):
                touched[holder.key] = holder
                told += [one for one in self.told[holder.key] if one not in told]
        return ""

    def put(
        self, holder: Draft, target: Target, change: Any, *, every: bool, number: int | None = None
    ) -> None:
        before = holder.value(target, every=every)
        if holder.put(target, change, every=every):
            cell = {"field": target.path, "type": holder.type, "on": holder.id, "before": before}
            cell |= {"after": holder.value(target, every=every)} | (
                {} if number is None else {"operation": number}
            )
            self.told.setdefault(holder.key, []).append(cell)

    def holders(
        self, record: Draft, target: Target, touched: dict[Key, Draft], *, every: bool, bringing: bool
    ) -> list[Draft]:
        """The records that hold the place's value; one is made where it is missing and something comes in."""
        if target.through is None:
            return [record]
        ids = record.links.get(target.through, [])
        found = [self.shared[key] for id_ in ids if (key := (target.type, id_)) in self.shared]
        if not found and not ids and bringing and target.may_be_made:
            new = made(target, self.types, record.attributes.get("group"))
            self.shared[new.key] = new
            record.links[target.through] = [new.id]
            data = {"type": new.type, "id": new.id}
            many = self.types[self.type]["relationships"][target.through]["many"]
            record.linked[target.through] = {"data": [data] if many else data}
            touched[new.key] = new
            return [new]
        if every or len(found) < 2:
            return found
        return [next((one for one in found if one.attributes.get("isTarget")), found[0])]

    def name_of(self, record: Draft) -> str:
        title = self.types[self.type].get("title") if self.type in self.types else None
        value = record.attributes.get(title) if isinstance(title, str) else None
        return value if isinstance(value, str) and value else record.id[:8]


def same(one: Any, other: Any) -> bool:
    return one == other or (ways.nothing(one) and ways.nothing(other))


def read(document: Mapping[str, Any]) -> tuple[list[Draft], dict[Key, Draft]]:
    """The records of an answer, and those that came along."""
    held = [Draft.read(one) for one in document.get("included", [])]
    return [Draft.read(one) for one in document["data"]], {one.key: one for one in held}
