"""From the texts of a row to the records it describes; compiled once for a data set, run for every row."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dina.modules.exchange.importing.fields import PARTS, WIDE, Field, component_of, darwin_core, key_of
from dina.modules.exchange.importing.parts import CUSTOM, Parts, digest, judged_with, names_in, undecided
from dina.modules.exchange.importing.readers import (
    CONTEXT,
    EVENT,
    GEO,
    NAMED,
    ORGANISM,
    READERS,
    Reading,
    point_of,
    span_of,
)
from dina.modules.exchange.importing.values import Convert, converter

REMEMBERED = 20_000
"""Readings of texts that are kept for the next row with the same text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One column that fills one field by itself."""

    position: int
    part: str
    name: str
    convert: Convert | None
    linking: str | None
    keep: str = "always"
    """Whether the text stays beside the link: `always`, `never`, or `unlinked` (where no record has its name)."""


class Assembler:
    """Turns rows of one table into `Parts`, by a mapping and what was decided about values."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        fields: Mapping[str, Field],
        decisions: Mapping[str, Any] | None = None,
    ) -> None:
        self.fields = fields
        self.decisions: Mapping[str, Any] = decisions or {}
        self.constants: list[tuple[str, Any]] = [
            (one["field"], one["value"]) for one in mapping.get("constants", ())
        ]
        self.steps: list[Step] = []
        self.together: list[tuple[str, list[tuple[str, int]]]] = []
        self.terms: dict[str, int] = {}
        self.unknown: list[str] = []
        self.observes = "basisOfRecord" in fields
        """Whether rows are observations: what would be the specimen's custom field is the organism's."""
        self.key_position: int | None = None
        self._filled: set[str] = set()
        self._read: dict[Any, Reading] = {}
        self._converted: dict[tuple[int, str], Any] = {}
        self.twice: list[str] = []
        for entry in mapping.get("columns", ()):
            self._column(entry, mapping.get("matchBy"))
        by_part: dict[str, list[tuple[int, str]]] = {}
        self.steps_to_read: list[Step] = []
        for step in self.steps:
            if step.convert is None and step.linking is None and "." not in step.name:
                by_part.setdefault(step.part, []).append((step.position, step.name))
            else:
                self.steps_to_read.append(step)
        self.plain = list(by_part.items())
        self.unknown += [p for p, _ in self.constants if p not in fields and component_of(p) is None]
        groups = darwin_core()["together"]
        for reader, terms in groups.items():
            present = [(term, self.terms[term]) for term in terms if term in self.terms]
            if present:
                self.together.append((reader, present))
        self._spans = [
            what for what in ("Elevation", "Depth") if f"{EVENT}.dwcVerbatim{what}" in self.paths.values()
        ]
        self._points = any("erbatimCoordinates" in p or "erbatimLatitude" in p for p in self.paths.values())

    @property
    def paths(self) -> dict[int, str]:
        return {step.position: f"{step.part}.{step.name}" if step.part else step.name for step in self.steps}

    def _column(self, entry: Mapping[str, Any], match_by: str | None) -> None:
        path, position = entry.get("field"), entry["column"]
        if match_by is not None and path == match_by:
            self.key_position = position
        if entry.get("skip") or not path:
            return
        if path in self._filled and not (path in self.fields and self.fields[path].many):
            self.twice.append(path)
        self._filled.add(path)
        if path.startswith("dwc:"):
            if not any(path[4:] in terms for terms in darwin_core()["together"].values()):
                self.unknown.append(path)
            self.terms[path[4:]] = position
            return
        own = component_of(path)
        if own is not None:
            part, _, name = path.rpartition(f"{CUSTOM}.")
            link = entry.get("link")
            keep = "unlinked" if link else "always"
            self.steps.append(Step(position, part.rstrip("."), f"{CUSTOM}.{name}", None, link, keep))
            return
        known = self.fields.get(path)
        if known is None:
            head, _, key = path.rpartition(".")
            if head == "identifiers" and "identifiers" in self.fields:
                self.steps.append(Step(position, "", f"identifiers.{key}", None, None))
                return
            self.unknown.append(path)
            return
        if known.linking:
            self.steps.append(Step(position, known.part, known.name, None, path, "never"))
        else:
            step = Step(position, known.part, known.name, converter(known), entry.get("link"))
            self.steps.append(step)

    def row(self, number: int, values: Sequence[str | None]) -> Parts:
        """What one row says. Nothing here asks anybody anything."""
        parts = Parts(number, {}, {}, [])
        put = parts.put
        for part, plain in self.plain:
            said = {name: text for position, name in plain if (text := values[position]) is not None}
            if said:
                parts.values[part] = said
        for step in self.steps_to_read:
            text = values[step.position]
            if text is None:
                continue
            if step.linking is not None:
                linked = self._link(parts, step, text)
                if step.keep == "never" or (step.keep == "unlinked" and linked):
                    continue
            value: Any = text
            if step.convert is not None:
                key = (step.position, text)
                found = self._converted.get(key)
                if found is None:
                    found = self._remember(self._converted, key, step.convert(text))
                value, fault = found
                if fault is not None and (
                    (step.name in IN_METRES and self._in_words(parts, step, text))
                    or (step.name == UNCERTAINTY and self._rounded(parts, text))
                ):
                    continue
                if fault is not None:
                    parts.faults.append((step.position, fault))
                    continue
            if step.name.startswith("identifiers."):
                parts.values.setdefault("", {}).setdefault("identifiers", {})[step.name[12:]] = value
            else:
                put(step.part, step.name, value)
        for reader, terms in self.together:
            given = tuple(values[position] for _, position in terms)
            if any(given):
                reading = self._reading(reader, terms, given)
                self._apply(parts, reading, dict(terms) if reading.faults else NOWHERE)
        self._work_out(parts)
        if self.observes:
            self._observed(parts)
        for path, value in self.constants:
            self._constant(parts, path, value)
        if self.key_position is not None:
            parts.key = values[self.key_position]
        return parts

    def _reading(
        self, reader: str, terms: Sequence[tuple[str, int]], given: tuple[str | None, ...]
    ) -> Reading:
        key = (reader, given)
        found = self._read.get(key)
        if found is None:
            texts = {term: text for (term, _), text in zip(terms, given, strict=True) if text}
            found = self._remember(self._read, key, READERS[reader](texts))
        return found

    @staticmethod
    def _remember(memory: dict[Any, Any], key: Any, value: Any) -> Any:
        if len(memory) > REMEMBERED:
            memory.clear()
        memory[key] = value
        return value

    def _apply(self, parts: Parts, reading: Reading, positions: Mapping[str, int]) -> None:
        for part, said in reading.by_part():
            parts.put_all(ORGANISM if self.observes and part == "" else part, said)
        for fault in reading.faults:
            parts.faults.append((positions.get(fault.term, self.terms.get(fault.term)), fault))

    def _link(self, parts: Parts, step: Step, text: str) -> bool:
        """Names of linked records, each looked up in the decisions for its field; whether all have its very name."""
        assert step.linking is not None
        same = True
        target = self.fields[step.linking]
        decided: Mapping[str, Any] = self.decisions.get(step.linking, {})
        for name in names_in(text) if target.many else [text]:
            decision = decided.get(name)
            if decision is None and step.keep != "never":
                # The column has more names than are looked up; the text stays.
                same = False
                continue
            if decision is None or decision["action"] == "ask":
                parts.faults.append((step.position, undecided(name)))
            elif decision["action"] == "create" and "id" not in decision:
                # It is made when the import begins; the check can only count on it.
                continue
            elif decision["action"] in ("use", "create"):
                parts.links.setdefault(step.linking, []).append((target.targets[0], decision["id"]))
                same = same and (decision["action"] == "create" or decision.get("how") == "exact")
                continue
            same = False
        return same

    def _work_out(self, parts: Parts) -> None:
        """Figures from verbatim texts where the row gives none."""
        event = parts.values.get(EVENT)
        if event is None:
            return
        geo = parts.values.get(GEO)
        if self._points and (geo is None or "dwcDecimalLatitude" not in geo):
            reading = point_of(
                event.get("dwcVerbatimCoordinates"),
                event.get("dwcVerbatimLatitude"),
                event.get("dwcVerbatimLongitude"),
                (geo or {}).get("dwcGeodeticDatum") or event.get("dwcVerbatimSRS"),
            )
            self._apply(parts, reading, {term: self._position_of(term) for term in _POINT_TERMS})
        for what in self._spans:
            text = event.get(f"dwcVerbatim{what}")
            if text and event.get(f"dwcMinimum{what}InMeters") is None:
                path = f"{EVENT}.dwcVerbatim{what}"
                positions = {f"verbatim{what}": next(k for k, v in self.paths.items() if v == path)}
                self._apply(parts, span_of(what, text), positions)

    @staticmethod
    def _rounded(parts: Parts, text: str) -> bool:
        """An uncertainty with decimals or its unit is rounded up to whole metres; the text stays beside it."""
        found = re.fullmatch(
            r"(\d{1,8}(?:\.\d+)?)\s*(?:m|metres?|meters?|mètres?)?\.?", text.strip(), re.IGNORECASE
        )
        if found is None:
            return False
        parts.put(GEO, UNCERTAINTY, math.ceil(float(found[1])))
        parts.put(EVENT, f"{CUSTOM}.{key_of('coordinateUncertaintyInMeters')}", text)
        return True

    def _observed(self, parts: Parts) -> None:
        """An observation says by itself what was seen and when; organism and event say it in full."""
        own, event = parts.values.setdefault("", {}), parts.values.get(EVENT, {})
        named = parts.values.get(NAMED, {})
        said = {
            "scientificName": named.get("scientificName"),
            "verbatimName": named.get("verbatimScientificName"),
            "higherClassification": named.get("scientificNameDetails", {})
            .get("classificationPath", "")
            .split("|"),
            "observedOn": None if "endEventDateTime" in event else event.get("startEventDateTime"),
            "verbatimDate": event.get("verbatimEventDateTime"),
        }
        for name, value in said.items():
            if value and value != [""]:
                own.setdefault(name, value)

    def _in_words(self, parts: Parts, step: Step, text: str) -> bool:
        """A height or depth in metres that is no plain number (`~ 1800`) is read as its verbatim text would be."""
        what = IN_METRES[step.name]
        event = parts.values.setdefault(EVENT, {})
        if f"dwcVerbatim{what}" in event:
            return False
        event[f"dwcVerbatim{what}"] = text
        reading = span_of(what, text, "m")
        faults = tuple(replace(fault, term="") for fault in reading.faults)
        self._apply(parts, Reading(reading.assignments), {})
        parts.faults += [(step.position, fault) for fault in faults]
        return True

    def _position_of(self, term: str) -> int:
        path = f"{EVENT}.dwc{term[0].upper()}{term[1:]}"
        return next((position for position, one in self.paths.items() if one == path), -1)

    def _constant(self, parts: Parts, path: str, value: Any) -> None:
        if component_of(path) is not None:
            part, _, name = path.rpartition(f"{CUSTOM}.")
            parts.values.setdefault(part.rstrip("."), {}).setdefault(CUSTOM, {}).setdefault(name, str(value))
            return
        known = self.fields[path]
        if known.linking:
            parts.links.setdefault(path, []).append((known.targets[0], str(value)))
        else:
            place = parts.values.setdefault(known.part, {})
            place.setdefault(known.name, value)


NOWHERE: Mapping[str, int] = {}
IN_METRES = {
    f"dwc{end}{what}InMeters": what for end in ("Minimum", "Maximum") for what in ("Elevation", "Depth")
}
UNCERTAINTY = "dwcCoordinateUncertaintyInMeters"
_POINT_TERMS = ("verbatimCoordinates", "verbatimLatitude")
__all__ = [
    "CONTEXT",
    "EVENT",
    "GEO",
    "NAMED",
    "ORGANISM",
    "PARTS",
    "WIDE",
    "Assembler",
    "Parts",
    "digest",
    "judged_with",
    "names_in",
]
