"""`POST /soft-check`: what looks like a mistake in a specimen as it is being typed. Nothing is stored or refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from pydantic import Field
from typing_extensions import TypedDict

from dina.base.http.answer import Answer
from dina.base.jsonapi.operation import Call, Operation
from dina.base.resource import UuidText
from dina.base.text import Text, message
from dina.modules.collection.operations.answers import query, seen
from dina.modules.collection.operations.scan import LONGEST, matches
from dina.modules.collection.rules.soft import (
    NUMBERS,
    Finding,
    Values,
    of_event,
    of_organism,
    outside_career,
    reason_for,
    text,
)

SAMPLE = "material-sample"
MOST_ORGANISMS = 50
LEAST_EVENTS = 3
"""From fewer events nothing is known of when a collector worked."""
SAME = 5

CAREERS = """
SELECT p.id, min(left(e.start_event_date_time, 4))::int, max(left(e.start_event_date_time, 4))::int, count(*)
FROM unnest(%(people)s::text[]) p (id)
JOIN collection.collecting_event e
  ON e.collectors @> jsonb_build_array(jsonb_build_object('id', p.id))
WHERE e.deleted_on IS NULL AND e.start_event_date_time ~ '^[0-9]{{4}}' AND e.id IS DISTINCT FROM %(own)s::uuid
  AND {visible}
GROUP BY p.id HAVING count(*) >= %(least)s
"""


class Part(TypedDict, total=False):
    """A record as it stands: its id if it is stored, attributes in wire names."""

    id: UuidText
    attributes: dict[str, Any]


class Event(Part, total=False):
    collectors: Annotated[list[UuidText], Field(max_length=50)]


class Asked(TypedDict, total=False):
    """The parts of a specimen; those left out are not looked at."""

    materialSample: Part
    collectingEvent: Event
    organisms: Annotated[list[Part], Field(max_length=MOST_ORGANISMS)]


async def soft_check(call: Call) -> Answer:
    """Each finding with its rule, where it is, a sentence, and the reason given where somebody has silenced it."""
    given, language = call.attributes, call.request.language
    sample, event = (given.get(name) or {} for name in ("materialSample", "collectingEvent"))
    own, there = sample.get("attributes") or {}, event.get("attributes") or {}
    found = [*placed("/collectingEvent", of_event(there))]
    found += await outside_careers(call, event, there)
    for at, organism in enumerate(given.get("organisms") or []):
        found += placed(f"/organisms/{at}", of_organism(organism.get("attributes") or {}, there))
    found += await same_numbers(call, str(sample.get("id", "")), own)
    results: list[dict[str, Any]] = []
    for one in found:
        reason = reason_for(one.rule, own, there)
        results.append(
            {
                "rule": one.rule,
                "pointer": one.pointer,
                "severity": "warning" if reason is None else "silenced",
                "detail": message(one.rule, language, **one.values),
                "reason": reason,
                "record": {"type": one.record[0], "id": one.record[1]} if one.record else None,
            }
        )
    return call.answer({"results": results})


def placed(part: str, found: Iterator[Finding]) -> Iterator[Finding]:
    for one in found:
        yield Finding(one.rule, f"{part}/attributes{one.pointer}", one.values, one.record)


async def outside_careers(call: Call, event: dict[str, Any], there: Values) -> list[Finding]:
    """Collectors whose other events are all much older or younger."""
    people: list[str] = [one.lower() for one in event.get("collectors") or []]
    year = text(there, "startEventDateTime")[:4]
    if not people or not (year.isascii() and year.isdecimal() and len(year) == 4):
        return []
    values: dict[str, Any] = {"people": people, "own": event.get("id"), "least": LEAST_EVENTS}
    visible = seen(call, "collecting-event", "e", values, inside=True)
    rows = await query(call, CAREERS.format(visible=visible), values)
    careers = {id_.decode() if isinstance(id_, bytes) else id_: span for id_, *span in rows}
    return [
        Finding(
            "event.outsideCareer",
            f"/collectingEvent/collectors/{at}",
            {"first": careers[id_][0], "last": careers[id_][1], "count": careers[id_][2], "year": year},
            ("person", id_),
        )
        for at, id_ in enumerate(people)
        if id_ in careers and outside_career(int(year), careers[id_][0], careers[id_][1])
    ]


async def same_numbers(call: Call, own: str, sample: Values) -> list[Finding]:
    """Numbers that another specimen has."""
    found: list[Finding] = []
    for name in NUMBERS:
        code = text(sample, name).strip()
        if not code or len(code) > LONGEST or "\x00" in code:
            continue
        _, same = await matches(call, code, SAME)
        others = [
            one for one in map(orjson.loads, same) if one["type"] == SAMPLE and one["id"] != own.lower()
        ]
        if others:
            pointer = f"/materialSample/attributes/{name}"
            values = {"number": code, "label": others[0]["meta"]["label"]}
            found.append(Finding("sample.sameNumber", pointer, values, (SAMPLE, others[0]["id"])))
    return found


OPERATIONS = (
    Operation(
        "POST", "/soft-check", soft_check,
        Text("What looks like a mistake in a specimen", "Ce qui semble erroné dans un spécimen"), "soft-check", body=Asked,
    ),
)  # fmt: skip
