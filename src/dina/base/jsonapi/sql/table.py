"""The statement of a table: one row a record, each the JSON array of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import Any
from typing import cast as cast_type

from sqlalchemy import ColumnElement, FromClause, Text, case, cast, func, literal, null, select, true
from sqlalchemy import Select as SqlSelect
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from dina.base.jsonapi.plan import Plan
from dina.base.jsonapi.sql.conditions import Names, tree_condition
from dina.base.jsonapi.sql.document import iso
from dina.base.jsonapi.sql.order import order
from dina.base.jsonapi.sql.sight import CallerSight
from dina.base.jsonapi.sql.statement import Statement
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.jsonapi.table.columns import ALL, Column, Hop, Pick
from dina.base.resource import Relationship, ResourceType
from dina.base.resource.kinds import Compare

Types = Mapping[str, ResourceType]
BETWEEN = verbatim("' | '")


class json_array(FunctionElement[Any]):
    """`JSON_ARRAY(…)`: unlike json_build_array it takes any number of values."""

    name = "json_array"
    type = JSON()
    inherit_cache = False


@compiles(json_array)
def _render(element: json_array, compiler: Any, **kw: Any) -> str:
    parts = (compiler.process(clause, **kw) for clause in element.clauses)
    return "json_array(" + ", ".join(parts) + " NULL ON NULL RETURNING json)"


class Form(Enum):
    """How a cell's value is held in SQL."""

    PLAIN = "plain"
    ARRAY = "array"
    JSON = "json"
    JSONB = "jsonb"


@dataclass(frozen=True, slots=True)
class Cell:
    value: ColumnElement[Any]
    form: Form = Form.PLAIN

    def document(self) -> ColumnElement[Any]:
        """The value as jsonb, to go on inside it."""
        return self.value if self.form is Form.JSONB else cast(self.value, JSONB())

    def text(self) -> ColumnElement[Any]:
        """The value as people write it, to be joined with others."""
        if self.form is Form.ARRAY:
            return func.nullif(func.array_to_string(self.value, BETWEEN), verbatim("''"))
        if self.form is Form.PLAIN:
            return cast(self.value, Text())
        return self.document().op("#>>", return_type=Text())(verbatim("'{}'"))


def compile_table(plan: Plan, columns: Sequence[Column], types: Types, *, limit: int | None) -> Statement:
    """One statement for all rows of a plan as JSON arrays; its rows have one column."""
    statement = _Builder(plan, types).statement(columns, limit)
    compiled = statement.compile(dialect=PGDialect_psycopg(), compile_kwargs={"render_postcompile": True})
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Statement(str(compiled), frozenset(compiled.params), constants)


class _Builder(CallerSight):
    def __init__(self, plan: Plan, types: Types) -> None:
        super().__init__(plan.visibility)
        self.plan = plan
        self.types = types
        self.names = Names()
        self.numbers = count()

    def statement(self, columns: Sequence[Column], limit: int | None) -> SqlSelect[Any]:
        plan = self.plan
        root = self.source(plan.resource, "t")
        where: list[ColumnElement[bool]] = [root.c.deleted_on.is_(None)]
        if plan.tree is not None:
            where.append(tree_condition(plan.tree, root, self.names, self))
        seen = self.visible(plan.resource, root)
        if seen is not None:
            where.append(seen)
        source, found = self.cells(plan.resource, root, dict(enumerate(columns)), 0, root, joined=False)
        row = json_array(*(found[n].value for n in range(len(columns))))
        query = select(row.label("row")).select_from(source).where(*where)
        if plan.sort or limit is not None:
            query = query.order_by(*order(plan.sort, root, plan.resource, self))
        if limit is not None:
            query = query.limit(verbatim(str(limit)))
        return query

    def cells(
        self,
        resource: ResourceType,
        table: FromClause,
        columns: Mapping[int, Column],
        depth: int,
        source: FromClause,
        *,
        joined: bool,
    ) -> tuple[FromClause, dict[int, Cell]]:
        """The cells of columns that have come to `table` after `depth` hops, and the tables they need.

        Columns that go the same way share its tables: a to-one relationship is an outer join, which the
        planner may do for all rows at once; a to-many one a lateral subquery of one row.
        """
        found: dict[int, Cell] = {}
        ways: dict[tuple[str, Pick | None], dict[int, Column]] = {}
        for number, column in columns.items():
            if len(column.hops) == depth:
                found[number] = self.own(resource, table, column, joined)
            else:
                ways.setdefault(column.hops[depth].key, {})[number] = column
        for together in ways.values():
            hop = next(iter(together.values())).hops[depth]
            if hop.pick is not None:
                way, forms = self.many(table, hop, together, depth)
                source = source.outerjoin(way, true())
                found |= {n: Cell(way.c[f"c{n}"], form) for n, form in forms.items()}
                continue
            target = self.types[hop.relationship.target]
            far = self.source(target, f"j{next(self.numbers)}")
            on = [far.c.id == table.c[hop.relationship.column], *self.readable(target, far)]
            source = source.outerjoin(far, _all(on))
            source, more = self.cells(target, far, together, depth + 1, source, joined=True)
            found |= more
        return source, found

    def readable(self, resource: ResourceType, table: FromClause) -> list[ColumnElement[bool]]:
        seen = self.visible(resource, table)
        return [table.c.deleted_on.is_(None), *([] if seen is None else [seen])]

    def many(
        self, table: FromClause, hop: Hop, columns: Mapping[int, Column], depth: int
    ) -> tuple[Any, dict[int, Form]]:
        """The cells of one element of a to-many relationship, or of all of them joined, with their forms."""
        target = self.types[hop.relationship.target]
        link = hop.owner.links[hop.relationship.name].alias()
        far = self.source(target, f"m{next(self.numbers)}")
        near = link.join(far, far.c.id == link.c.target_id)
        source, found = self.cells(target, far, columns, depth + 1, near, joined=False)
        pick = hop.pick
        assert pick is not None
        values: dict[int, ColumnElement[Any]] = {n: cell.value for n, cell in found.items()}
        forms = (
            dict.fromkeys(found, Form.PLAIN) if pick == ALL else {n: cell.form for n, cell in found.items()}
        )
        if pick == ALL:
            values = {n: _joined(cell.text(), link.c.ordinal, far.c.id) for n, cell in found.items()}
        query = select(*(value.label(f"c{n}") for n, value in values.items())).select_from(source)
        query = query.where(link.c.source_id == table.c.id, *self.readable(target, far))
        if pick != ALL:
            keys: list[Any] = [link.c.ordinal, far.c.id]
            if pick.flag:
                flag = far.c[target.attributes[pick.flag].column or ""]
                keys.insert(0, flag.is_(true()).desc())
            query = query.order_by(*keys).limit(verbatim("1"))
            if pick.place:
                query = query.offset(verbatim(str(pick.place)))
        return query.lateral(f"l{next(self.numbers)}"), forms

    def own(self, resource: ResourceType, table: FromClause, column: Column, joined: bool) -> Cell:
        """The cell of a column that ends at a row of `table`."""
        if column.linkage is not None:
            return _linkage(resource, column.linkage, table, column.steps)
        if column.attribute is None:
            return Cell(table.c.id)
        fact = column.attribute
        compare = fact.kind.compare
        if fact.calculation is not None:
            value = fact.calculation(table)
            if joined:
                # Where there is no row there is nothing to calculate from.
                value = case((table.c.id.is_not(None), value))
            form = Form.JSON if compare in (Compare.OBJECT, Compare.MAP, Compare.ARRAY) else Form.PLAIN
        else:
            value = table.c[fact.column or ""]
            if isinstance(value.type, NullType):
                # What is told instead of a withheld value may be null without a type.
                value = cast(value, fact.kind.sql)
            form = {Compare.OBJECT: Form.JSONB, Compare.MAP: Form.JSONB, Compare.ARRAY: Form.ARRAY}.get(
                compare, Form.PLAIN
            )
        if compare is Compare.DATETIME and fact.calculation is None:
            value = iso(value)
        return _inside(Cell(value, form), column.steps)


def _joined(text: ColumnElement[Any], *order: ColumnElement[Any]) -> ColumnElement[Any]:
    """The texts of a group in order; null where there is nothing in them."""
    return func.nullif(func.string_agg(text, aggregate_order_by(BETWEEN, *order)), verbatim("''"))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    whole = conditions[0]
    for one in conditions[1:]:
        whole = whole & one
    return whole


def _inside(cell: Cell, steps: Sequence[str | Pick]) -> Cell:
    """What steps find inside a value: members by name, elements by pick."""
    if not steps:
        return cell
    step, rest = steps[0], steps[1:]
    if cell.form is Form.ARRAY and isinstance(step, Pick):
        if step.place is None:
            return Cell(cell.text())
        return Cell(cast_type(Any, cell.value)[verbatim(str(step.place + 1))])
    value = cell.document()
    if isinstance(step, str):
        return _inside(Cell(value.op("->", return_type=JSONB())(literal(step, Text())), Form.JSONB), rest)
    if step.place is not None:
        return _inside(Cell(value.op("->", return_type=JSONB())(verbatim(str(step.place))), Form.JSONB), rest)
    if step.flag is not None:
        # A flag is a name of letters, digits and underscores: see the grammar of columns.
        path = verbatim(f"""'$[*] ? (@."{step.flag}" == true)'::jsonpath""")
        first = value.op("->", return_type=JSONB())(verbatim("0"))
        found = func.coalesce(func.jsonb_path_query_first(value, path), first, type_=JSONB())
        return _inside(Cell(found, Form.JSONB), rest)
    return Cell(_every(value, rest))


def _every(value: ColumnElement[Any], rest: Sequence[str | Pick]) -> ColumnElement[Any]:
    """What steps find in every element of a JSON list, joined.

    Most lists are empty or hold one element, and a subquery costs more than looking: it is left for the others.
    """
    each = func.jsonb_array_elements(value).table_valued("value", with_ordinality="place")
    each = each.render_derived(name=None)
    one = _inside(Cell(cast(each.c.value, JSONB()), Form.JSONB), rest).text()
    several = select(_joined(one, each.c.place)).select_from(each).scalar_subquery()
    number = func.jsonb_array_length(value)
    cases: list[Any] = [(number == verbatim("0"), null())]
    if ALL not in rest:
        first = Cell(value.op("->", return_type=JSONB())(verbatim("0")), Form.JSONB)
        cases.append((number == verbatim("1"), func.nullif(_inside(first, rest).text(), verbatim("''"))))
    found = case(*cases, else_=several)
    return case((func.jsonb_typeof(value) == verbatim("'array'"), found))


def _linkage(
    resource: ResourceType, relationship: Relationship, table: FromClause, steps: Sequence[str | Pick]
) -> Cell:
    """The ids, or types, that a relationship of a row holds."""
    pick = next((step for step in steps if isinstance(step, Pick)), None)
    member = "type" if "type" in steps else "id"
    if not relationship.external:
        return _internal(resource, relationship, table, pick, member)
    value = table.c[relationship.column]
    if not relationship.many:
        return _inside(Cell(value, Form.JSONB), (member,))
    if pick is not None:
        return _inside(Cell(value, Form.JSONB), (pick, member))
    every = func.jsonb_path_query_array(value, verbatim(f"""'$[*]."{member}"'::jsonpath"""), type_=JSONB())
    return Cell(every, Form.JSONB)


def _internal(
    resource: ResourceType, relationship: Relationship, table: FromClause, pick: Pick | None, member: str
) -> Cell:
    kind = verbatim(f"'{relationship.target}'")
    if not relationship.many:
        id_ = table.c[relationship.column]
        return Cell(id_ if member == "id" else case((id_.is_not(None), kind)))
    link = resource.links[relationship.name].alias()
    one: ColumnElement[Any] = cast(link.c.target_id, Text()) if member == "id" else kind
    query = select(one).where(link.c.source_id == table.c.id).order_by(link.c.ordinal, link.c.target_id)
    if pick is None:
        return Cell(func.array(query.scalar_subquery(), type_=ARRAY(Text())), Form.ARRAY)
    if pick.place is not None:
        return Cell(query.limit(verbatim("1")).offset(verbatim(str(pick.place))).scalar_subquery())
    joined = _joined(one, link.c.ordinal, link.c.target_id)
    return Cell(select(joined).where(link.c.source_id == table.c.id).scalar_subquery())
