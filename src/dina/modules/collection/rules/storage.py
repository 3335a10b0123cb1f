"""Rules of storage positions: a well lies inside its grid, and holds one thing (collection-rules, "Storage")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

ROW, COLUMN = "/attributes/wellRow", "/attributes/wellColumn"
LINK = "storageUnitUsage"
Well = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Grid:
    """The layout of a box or plate."""

    rows: int
    columns: int
    by_column: bool

    @classmethod
    def read(cls, layout: Mapping[str, Any] | None) -> Grid | None:
        """From `gridLayoutDefinition`; None when a member is missing."""
        if not layout or not layout.get("numberOfRows") or not layout.get("numberOfColumns"):
            return None
        return cls(
            layout["numberOfRows"], layout["numberOfColumns"], layout.get("fillDirection") == "BY_COLUMN"
        )

    def wells(self) -> Iterator[Well]:
        """Every well in the order in which the grid is filled."""
        if self.by_column:
            yield from ((row_letters(r), c + 1) for c in range(self.columns) for r in range(self.rows))
        else:
            yield from ((row_letters(r), c + 1) for r in range(self.rows) for c in range(self.columns))

    @property
    def last(self) -> str:
        return f"{row_letters(self.rows - 1)}{self.columns}"


def row_letters(index: int) -> str:
    """0 = A, 25 = Z, 26 = AA."""
    letters = chr(ord("A") + index % 26)
    return letters if index < 26 else chr(ord("A") + index // 26 - 1) + letters


def row_index(letters: str) -> int:
    """A = 0, Z = 25, AA = 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def upper_case_row(draft: Draft) -> None:
    """Wells a1 and A1 are the same."""
    row = draft.get("wellRow")
    if row:
        draft.attributes["wellRow"] = row.upper()


def well_is_whole(draft: Draft) -> Iterable[Error]:
    """Row and column, or neither."""
    if draft.get("wellRow") and draft.get("wellColumn") is None:
        yield broken("location.nullWellCol", ROW)
    if draft.get("wellColumn") is not None and not draft.get("wellRow"):
        yield broken("location.nullWellRow", COLUMN)


def unit_or_type(draft: Draft) -> Iterable[Error]:
    if bool(draft.link("storageUnit")) == bool(draft.link("storageUnitType")):
        yield broken("storage.unitOrType", "/relationships/storageUnit")


@dataclass(slots=True)
class Unit:
    """A storage place as a rule sees it: its name, its grid and what lies in its wells."""

    name: str
    grid: Grid | None
    taken: dict[Well, str]


async def locked_units(context: RuleContext, ids: Iterable[str]) -> dict[str, Unit]:
    """The living units, locked in id order, so that who places into one unit waits for the one before."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT id::text, name, storage_unit_type_id FROM {context.schema}.storage_unit "
            "WHERE id = ANY(%s::uuid[]) AND deleted_on IS NULL ORDER BY id FOR NO KEY UPDATE",
        ),
        [wanted],
    )
    rows = await cursor.fetchall()
    grids = await grids_of(context, {str(row[2]) for row in rows if row[2]})
    found = {row[0]: Unit(row[1] or "", grids.get(str(row[2])), {}) for row in rows}
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT storage_unit_id::text, upper(well_row), well_column, id::text FROM {context.schema}.storage_unit_usage "
            "WHERE storage_unit_id = ANY(%s::uuid[]) AND deleted_on IS NULL AND well_row IS NOT NULL",
        ),
        [list(found)],
    )
    for unit, row, column, usage in await cursor.fetchall():
        found[unit].taken[row, column] = usage
    return found


async def grids_of(context: RuleContext, types: Iterable[str]) -> dict[str, Grid | None]:
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT id::text, grid_layout_definition FROM {context.schema}.storage_unit_type WHERE id = ANY(%s::uuid[])",
        ),
        [sorted(types)],
    )
    return {row[0]: Grid.read(row[1]) for row in await cursor.fetchall()}


async def well_fits(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A well needs a grid, lies inside it, and is free."""
    moved = [
        (position, draft)
        for position, draft in enumerate(drafts)
        if any(draft.changed(n) for n in ("wellRow", "wellColumn", "storageUnit", "storageUnitType"))
    ]
    units = await locked_units(context, (d.link("storageUnit") for _, d in moved if d.link("storageUnit")))
    types = {d.link("storageUnitType") for _, d in moved if d.link("storageUnitType")}
    grids = await grids_of(context, types) if types else {}
    freed = {draft.id for _, draft in moved}
    for one in units.values():
        one.taken = {well: usage for well, usage in one.taken.items() if usage not in freed}
    errors: list[tuple[int, Error]] = []
    for position, draft in moved:
        unit = units.get(draft.link("storageUnit") or "")
        if draft.link("storageUnit") and unit is None:
            values = {"type": "storage-unit", "id": draft.link("storageUnit")}
            errors.append(
                (
                    position,
                    Error("RELATED_NOT_FOUND", values=values, pointer="/relationships/storageUnit/data"),
                )
            )
            continue
        if not draft.get("wellRow") or draft.get("wellColumn") is None:
            continue
        grid = unit.grid if unit is not None else grids.get(draft.link("storageUnitType") or "")
        outside = list(outside_grid(grid, draft.get("wellRow"), draft.get("wellColumn")))
        errors += [(position, error) for error in outside]
        if unit is not None and not outside:
            errors += [(position, error) for error in take(unit, draft)]
    return errors


def outside_grid(grid: Grid | None, row: str, column: int) -> Iterator[Error]:
    if grid is None:
        yield broken("storage.noGrid", ROW)
        return
    if row_index(row) >= grid.rows:
        yield broken("location.invalidWellRow", ROW, row=row, last=grid.last)
    if column > grid.columns:
        yield broken("location.invalidWellColumn", COLUMN, column=column, last=grid.last)


def take(unit: Unit, draft: Draft) -> Iterator[Error]:
    """Mark the well as taken by the draft, or say that something is in it."""
    well: Well = (draft.get("wellRow"), draft.get("wellColumn"))
    if unit.taken.setdefault(well, draft.id) != draft.id:
        yield broken("storage.wellTaken", ROW, "NOT_UNIQUE", well=f"{well[0]}{well[1]}", unit=unit.name)


async def position_is_free(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A position with a well holds one sample; a place without wells may be shared."""
    placed = [
        (number, draft.link(LINK), draft.id)
        for number, draft in enumerate(drafts)
        if draft.link(LINK) and draft.changed(LINK)
    ]
    if not placed:
        return []
    wanted = sorted({usage for _, usage, _ in placed})
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT id::text, well_row || well_column FROM {context.schema}.storage_unit_usage "
            "WHERE id = ANY(%s::uuid[]) AND well_row IS NOT NULL ORDER BY id FOR NO KEY UPDATE",
        ),
        [wanted],
    )
    wells = dict(await cursor.fetchall())
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT storage_unit_usage_id::text, id::text FROM {context.schema}.material_sample "
            "WHERE storage_unit_usage_id = ANY(%s::uuid[]) AND deleted_on IS NULL AND NOT id = ANY(%s::uuid[])",
        ),
        [list(wells), [draft.id for draft in drafts]],
    )
    holders: dict[str, str] = dict(await cursor.fetchall())
    return [
        (number, broken("storage.positionTaken", f"/relationships/{LINK}", "NOT_UNIQUE", well=wells[usage]))
        for number, usage, sample in placed
        if usage in wells and holders.setdefault(usage, sample) != sample
    ]


OUTSIDE = """
SELECT o.key, count(*) FROM unnest(%s::text[], %s::int[], %s::int[]) o (key, rows, columns)
JOIN {schema}.storage_unit_usage g ON {belongs}
WHERE g.deleted_on IS NULL AND g.well_row IS NOT NULL AND (g.well_column > o.columns OR
  CASE WHEN length(g.well_row) = 1 THEN ascii(g.well_row) - 64
    ELSE (ascii(g.well_row) - 64) * 26 + ascii(substr(g.well_row, 2)) - 64 END > o.rows)
GROUP BY o.key
"""


async def grid_holds_content(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A grid does not become too small for what lies in it."""
    changed = {
        draft.id: (number, Grid.read(draft.get("gridLayoutDefinition")))
        for number, draft in enumerate(drafts)
        if draft.previous is not None and draft.changed("gridLayoutDefinition")
    }
    belongs = (
        "g.storage_unit_type_id::text = o.key OR g.storage_unit_id IN "
        f"(SELECT u.id FROM {context.schema}.storage_unit u WHERE u.storage_unit_type_id::text = o.key)"
    )
    return await left_outside(changed, belongs, "gridLayoutDefinition", context)


async def type_holds_content(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """A place does not become of a type whose grid is too small for what lies in it."""
    changed = [
        (number, draft)
        for number, draft in enumerate(drafts)
        if draft.previous is not None and draft.changed("storageUnitType")
    ]
    kinds = {draft.link("storageUnitType") for _, draft in changed if draft.link("storageUnitType")}
    grids = await grids_of(context, kinds) if kinds else {}
    judged = {draft.id: (number, grids.get(draft.link("storageUnitType") or "")) for number, draft in changed}
    return await left_outside(judged, "g.storage_unit_id::text = o.key", "storageUnitType", context)


async def left_outside(
    changed: Mapping[str, tuple[int, Grid | None]], belongs: str, member: str, context: RuleContext
) -> Iterable[tuple[int, Error]]:
    if not changed:
        return []
    cursor = await context.connection.execute(
        cast(Any, OUTSIDE.format(schema=context.schema, belongs=belongs)),
        [
            list(changed),
            [grid.rows if grid else 0 for _, grid in changed.values()],
            [grid.columns if grid else 0 for _, grid in changed.values()],
        ],
    )
    part = "attributes" if member == "gridLayoutDefinition" else "relationships"
    return [
        (changed[key][0], broken("storage.outsideGrid", f"/{part}/{member}", count=count))
        for key, count in await cursor.fetchall()
    ]
