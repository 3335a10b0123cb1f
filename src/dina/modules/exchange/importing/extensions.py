"""Tables beside the main one: further identifications, measurements, media, relations, by the row they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dina.modules.exchange.importing import store
from dina.modules.exchange.importing.assemble import NAMED, ORGANISM, Parts
from dina.modules.exchange.importing.automap import guess
from dina.modules.exchange.importing.fields import WIDE, darwin_core, key_of, term_homes
from dina.modules.exchange.importing.readers import READERS

MEASURED = {
    "measurementType": "verbatimMeasurementType", "verbatimMeasurementType": "verbatimMeasurementType",
    "measurementAccuracy": "accuracy", "measurementMethod": "method",
    "measurementDeterminedBy": "verbatimDeterminer", "measurementRemarks": "remarks",
}  # fmt: skip
"""Terms of measurements and the attributes they fill."""
SAME = ("scientificName", "verbatimDeterminer", "verbatimDate")
"""What two tellings of one identification have in common."""
IDENTIFICATION, MEASUREMENT, MEDIA = "identification", "measurement-or-fact", "multimedia"
TOGETHER = {
    "name": READERS["name"],
    "identified": READERS["identified"],
    "type": READERS["type"],
    "qualifier": READERS["qualifier"],
}
READ = frozenset({term for group in TOGETHER for term in darwin_core()["together"][group]}) | {
    "identifiedBy",
    "identificationRemarks",
}
"""Terms of identifications that have a place of their own."""


class Extensions:
    """How the rows of extension tables are added to what the main row says.

    Identifications become further identifications of the organism, measurements measurements. Every other table is kept whole: its rows
    as one line of text a row, in a custom field named after the table, until there is a better place for it.
    """

    def __init__(self, tables: Sequence[Mapping[str, Any]], target: str = WIDE) -> None:
        self.observes = target == "observation"
        self.tables = [(n, table) for n, table in enumerate(tables) if n > 0 and table.get("kind")]
        self.terms = {n: [self._term(column) for column in table["columns"]] for n, table in self.tables}

    @staticmethod
    def _term(column: Mapping[str, Any]) -> str:
        found = guess(column["name"], column.get("term"), {}, ())
        return found.field if found.field in term_homes() else column["name"]

    def described(self) -> list[dict[str, Any]]:
        return [
            {"table": n, "name": table["name"], "kind": table["kind"], "rows": table["rows"]}
            for n, table in self.tables
        ]

    async def add(
        self,
        connection: store.Connection,
        dataset: str,
        rows: Iterable[Parts],
        batch: Sequence[tuple[int, Sequence[str | None]]],
        tables: Any,
    ) -> None:
        if not self.tables:
            return
        cursor = await connection.execute(
            "SELECT number, key FROM exchange.import_row WHERE dataset = %s::uuid AND tbl = 0 AND number = ANY(%s)",
            [dataset, [number for number, _ in batch]],
        )
        keys: dict[int, str] = {number: key for number, key in await cursor.fetchall() if key}
        for n, table in self.tables:
            found = await store.extension_rows(connection, dataset, n, list(keys.values()))
            if not found:
                continue
            for parts in rows:
                own = found.get(keys.get(parts.number, ""))
                if own and table["kind"] == IDENTIFICATION:
                    self._identifications(parts, self.terms[n], own)
                elif own and table["kind"] == MEASUREMENT:
                    self._measurements(parts, self.terms[n], own)
                elif own:
                    self._kept(parts, str(table["kind"]), self.terms[n], own)

    def _identifications(
        self, parts: Parts, terms: Sequence[str], rows: Iterable[Sequence[str | None]]
    ) -> None:
        main = parts.values.get(NAMED, {})
        for values in rows:
            texts = {term: text for term, text in zip(terms, values, strict=True) if text}
            one: dict[str, Any] = {}
            for group, reader in TOGETHER.items():
                given = {t: v for t, v in texts.items() if t in _terms_of(group)}
                if not given:
                    continue
                for part, name, value in reader(given).assignments:
                    if part == NAMED and name.startswith("managedAttributes."):
                        one.setdefault("managedAttributes", {})[name[18:]] = value
                    elif part == NAMED:
                        one[name] = value
            if "identifiedBy" in texts:
                one["verbatimDeterminer"] = texts["identifiedBy"]
            if "identificationRemarks" in texts:
                one["determinationRemarks"] = texts["identificationRemarks"]
            for term in texts.keys() - READ:
                one.setdefault("managedAttributes", {})[key_of(term)] = texts[term]
            if not (one.get("scientificName") or one.get("verbatimScientificName")):
                self._kept(parts, IDENTIFICATION, terms, [values])
                continue
            # Archives repeat the identification of the record among those of its history.
            if main and all(main.get(name) == one.get(name) for name in SAME):
                for key, text in one.get("managedAttributes", {}).items():
                    main.setdefault("managedAttributes", {}).setdefault(key, text)
                continue
            one["isPrimary"] = not main and not parts.more
            parts.more.append(one)
        if parts.more:
            parts.values.setdefault(ORGANISM, {})

    def _measurements(self, parts: Parts, terms: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
        for values in rows:
            texts = {term: text for term, text in zip(terms, values, strict=True) if text}
            one: dict[str, Any] = {to: texts[term] for term, to in MEASURED.items() if term in texts}
            # Kinds and units of sources are not those of our vocabulary: what was written is what is kept.
            value = " ".join(texts[t] for t in ("measurementValue", "measurementUnit") if t in texts)
            if not value or "verbatimMeasurementType" not in one:
                self._kept(parts, MEASUREMENT, terms, [values])
                continue
            one |= {"measurementType": "other", "textValue": value, "verbatimValue": value[:250]}
            used = {*MEASURED, "measurementValue", "measurementUnit"}
            rest = [f"{term}: {text}" for term, text in texts.items() if term not in used]
            if rest:
                one["remarks"] = "; ".join([*([one["remarks"]] if "remarks" in one else []), *rest])
            parts.beside.append(("measurement", "observation" if self.observes else "materialSample", one))

    def _kept(
        self, parts: Parts, kind: str, terms: Sequence[str], rows: Iterable[Sequence[str | None]]
    ) -> None:
        key = "".join(c if c.isalnum() else "_" for c in kind.rsplit("/", 1)[-1].lower())
        lines = [
            "; ".join(f"{term}: {text}" for term, text in zip(terms, values, strict=True) if text)
            for values in rows
        ]
        own = parts.values.setdefault(ORGANISM if self.observes else "", {}).setdefault(
            "managedAttributes", {}
        )
        own[key] = "\n".join([*([own[key]] if key in own else []), *lines])


def _terms_of(group: str) -> frozenset[str]:
    return frozenset(darwin_core()["together"][group])
