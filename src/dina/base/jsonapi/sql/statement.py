"""The statement of a plan: page, included resources and total in one row of one answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import cast as cast_type

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    not_,
    null,
    or_,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy import Select as SqlSelect
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.selectable import CTE

from dina.base.jsonapi.plan import Living, Plan, Reached, Select, Visibility, conditions
from dina.base.jsonapi.sql.conditions import Names, tree_condition
from dina.base.jsonapi.sql.document import iso, resource_object
from dina.base.jsonapi.sql.order import natural, order, sort_value
from dina.base.jsonapi.sql.reached import reached
from dina.base.jsonapi.sql.sight import CallerSight
from dina.base.jsonapi.sql.verbatim import verbatim
from dina.base.resource import ResourceType

Types = Mapping[str, ResourceType]

EMPTY = verbatim("'[]'")


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with psycopg placeholders, the parameter names it uses, and the values that never differ.

    One row comes back: `data` (text of the primary data array), `included` (text or null),
    `included_count`, `total` (or null), `facts` (JSON array of id, group, version, deleted per primary row)
    and `cursor` (the sort values of the last row).
    """

    sql: str
    names: frozenset[str]
    constants: dict[str, Any]


def parameters(plan: Plan) -> dict[str, Any]:
    """The values of the plan's conditions under the names the statement gives them."""
    out: dict[str, Any] = {}
    number = 0
    for condition in conditions(plan.tree):
        if condition.values:
            values = list(condition.values)
            out[f"p{number}"] = values if len(values) > 1 else values[0]
            number += 1
    return out


def compile_plan(plan: Plan, types: Types) -> Statement:
    """Compile a plan; pure and slow, so the caller caches it by `plan.shape`."""
    statement = _Builder(plan, types).statement()
    compiled = statement.compile(dialect=PGDialect_psycopg(), compile_kwargs={"render_postcompile": True})
    constants = {name: value for name, value in compiled.params.items() if value is not None}
    return Statement(str(compiled), frozenset(compiled.params), constants)


class _Builder(CallerSight):
    def __init__(self, plan: Plan, types: Types) -> None:
        super().__init__(plan.visibility)
        self.plan = plan
        self.types = types
        self.names = Names()
        self.found: CTE | None = None

    def statement(self) -> SqlSelect[Any]:
        plan, root = self.plan, self.source(self.plan.resource, "t")
        if isinstance(plan.tree, Reached) and plan.living is Living.ALIVE and plan.select == Select():
            tree = plan.tree
            self.found = reached(tree, lambda far: tree_condition(tree.tree, far, self.names, self), self)
        where = self.where(root)
        page = self.page(root, where)
        data = resource_object(plan, plan.resource, page, [()], primary=True)
        ordered = func.json_agg(aggregate_order_by(data, page.c.ordinal_))
        columns: list[Any] = [
            cast(func.coalesce(select(ordered).scalar_subquery(), cast(EMPTY, JSON())), Text()).label("data"),
        ]
        included = self.included(page)
        if included is None:
            columns += [
                cast(null(), Text()).label("included"),
                cast(null(), Integer()).label("included_count"),
            ]
        else:
            columns += [
                cast(
                    func.coalesce(
                        select(func.json_agg(included.c.doc)).scalar_subquery(), cast(EMPTY, JSON())
                    ),
                    Text(),
                ).label("included"),
                select(func.count()).select_from(included).scalar_subquery().label("included_count"),
            ]
        columns.append(self.total(root, where).label("total"))
        columns.append(self.facts(page).label("facts"))
        columns.append(self.cursor(page).label("cursor"))
        return cast_type("SqlSelect[Any]", select(*columns))

    def where(self, root: FromClause) -> list[ColumnElement[bool]]:
        plan = self.plan
        parts: list[ColumnElement[bool]] = []
        if self.found is not None:
            return [root.c.id.in_(select(self.found.c.id))]
        if plan.tree is not None:
            parts.append(tree_condition(plan.tree, root, self.names, self))
        if plan.living is Living.ALIVE:
            parts.append(root.c.deleted_on.is_(None))
        elif plan.living is Living.DELETED:
            parts.append(root.c.deleted_on.is_not(None))
        seen = self.visible(plan.resource, root)
        if seen is not None and not plan.select.ids:
            parts.append(seen)
        return parts

    def page(self, root: FromClause, where: list[ColumnElement[bool]]) -> CTE:
        """The primary rows in order, numbered by `ordinal_`."""
        plan = self.plan
        if plan.select.ids:
            wanted = (
                func.unnest(bindparam("ids", type_=ARRAY(Uuid(as_uuid=False))))
                .table_valued("id", with_ordinality="ordinal_")
                .render_derived(name="wanted")
            )
            query = select(root, wanted.c.ordinal_).select_from(wanted.join(root, root.c.id == wanted.c.id))
            return query.where(*where).cte("page")
        source: FromClause = root
        if self.found is not None and not plan.sort and not plan.cursor:
            # What is found tells by itself which rows come first: the table is read for the page only.
            first = select(self.found.c.id).order_by(*natural(self.found)).limit(verbatim(str(plan.limit)))
            first = first.offset(bindparam("offset", type_=BigInteger())) if plan.offset else first
            top = first.subquery("top")
            query = select(root).select_from(top.join(root, root.c.id == top.c.id)).order_by(*natural(root))
            rows = query.subquery("rows")
            return select(rows, func.row_number().over().label("ordinal_")).cte("page")
        keys = order(plan.sort, root, plan.resource, self)
        if plan.select.source is not None:
            owner, relationship = plan.select.source
            if relationship.many:
                link = owner.links[relationship.name].alias("source")
                source = root.join(link, link.c.target_id == root.c.id)
                where = [*where, link.c.source_id == cast(bindparam("source", type_=Text()), Uuid())]
                if not plan.sort:
                    keys = [link.c.ordinal.asc(), root.c.id.asc()]
            else:
                parent = self.source(owner, "source")
                source = root.join(parent, parent.c[relationship.column] == root.c.id)
                where = [*where, parent.c.id == cast(bindparam("source", type_=Text()), Uuid())]
        query = select(root).select_from(source).where(*where).order_by(*keys)
        if plan.after is not None:
            query = query.where(self.behind_cursor(root))
        query = query.limit(verbatim(str(plan.limit)))
        if plan.offset and not plan.cursor:
            query = query.offset(bindparam("offset", type_=BigInteger()))
        rows = query.subquery("rows")
        return select(rows, func.row_number().over().label("ordinal_")).cte("page")

    def behind_cursor(self, root: FromClause) -> ColumnElement[bool]:
        """Rows after the cursor in the order of the plan; only orders of one direction over filled columns."""
        values = self.cursor_values(root)
        given = [cast(bindparam(f"c{i}", type_=Text()), value.type) for i, value in enumerate(values)]
        row, mark = tuple_(*values), tuple_(*given)
        return row < mark if self.descending() else row > mark

    def descending(self) -> bool:
        return self.plan.sort[-1].descending if self.plan.sort else True

    def cursor_values(self, table: FromClause) -> list[ColumnElement[Any]]:
        if not self.plan.sort:
            return [table.c.created_on, table.c.id]
        return [*(sort_value(key.target, table, self) for key in self.plan.sort), table.c.id]

    def cursor(self, page: CTE) -> ColumnElement[Any]:
        if not self.plan.cursor:
            return cast(null(), Text())
        values = func.json_build_array(*(cast(v, Text()) for v in self.cursor_values(page)))
        return cast(select(values).order_by(page.c.ordinal_.desc()).limit(1).scalar_subquery(), Text())

    def total(self, root: FromClause, where: list[ColumnElement[bool]]) -> ColumnElement[Any]:
        """The number of matches; without a filter it is kept by triggers and not counted (history/counts)."""
        plan = self.plan
        if not plan.total:
            return cast(null(), BigInteger())
        if self.found is not None:
            return select(func.count()).select_from(self.found).scalar_subquery()
        if plan.select.source is not None:
            owner, relationship = plan.select.source
            if relationship.many:
                link = owner.links[relationship.name].alias("counted")
                query = select(func.count()).select_from(link.join(root, link.c.target_id == root.c.id))
                return query.where(
                    *where, link.c.source_id == cast(bindparam("source", type_=Text()), Uuid())
                ).scalar_subquery()
        visibility = plan.visibility.get(plan.resource.type, Visibility.ALL)
        if (
            plan.tree is None
            and plan.living is Living.ALIVE
            and (
                visibility in (Visibility.ALL, Visibility.DISCLOSED)
                or (visibility is Visibility.GROUPS and plan.resource.sharing is None)
            )
        ):
            return self.kept_total(visibility)
        return select(func.count()).select_from(root).where(*where).scalar_subquery()

    def kept_total(self, visibility: Visibility) -> ColumnElement[Any]:
        from sqlalchemy import column as sql_column
        from sqlalchemy import table as sql_table

        kept = sql_table(
            "row_count",
            sql_column("type"),
            sql_column("group"),
            sql_column("n"),
            schema=self.plan.resource.schema,
        )
        query = select(func.coalesce(func.sum(kept.c.n), 0)).where(
            kept.c.type == verbatim(f"'{self.plan.resource.type}'")
        )
        if visibility is Visibility.GROUPS:
            name = f"groups_{self.plan.resource.type}"
            query = query.where(kept.c.group == any_(bindparam(name, type_=ARRAY(Text()))))
        total = cast(query.scalar_subquery(), BigInteger())
        return total - self.withheld() if visibility is Visibility.DISCLOSED else total

    def withheld(self) -> ColumnElement[Any]:
        """How many living rows of other groups the caller does not get to see: found by what is said of them."""
        resource = self.plan.resource
        assert resource.disclosure is not None
        table = resource.table.alias("withheld")
        inside = table.c.group == any_(bindparam(f"groups_{resource.type}", type_=ARRAY(Text())))
        query = select(func.count()).select_from(table)
        return query.where(
            table.c.deleted_on.is_(None), not_(inside), resource.disclosure.withheld(table)
        ).scalar_subquery()

    def facts(self, page: CTE) -> ColumnElement[Any]:
        """What the server must know of each primary row of a single read or bulk-load."""
        if not self.plan.select.ids:
            return cast(null(), Text())
        seen = self.visible(self.plan.resource, page)
        one = func.json_build_array(
            page.c.ordinal_,
            page.c.id,
            page.c.resource_version,
            page.c.deleted_on.is_not(None),
            seen if seen is not None else cast(verbatim("true"), Boolean()),
            page.c.group if "group" in page.c else null(),
            page.c.created_by,
            iso(page.c.deleted_on),
            page.c.deleted_by,
        )
        return cast(select(func.json_agg(aggregate_order_by(one, page.c.ordinal_))).scalar_subquery(), Text())

    def included(self, page: CTE) -> CTE | None:
        """All included resources, each once, as rows `doc`; None when nothing internal was asked."""
        if not self.plan.include:
            return None
        reached = self.reached(page)
        parts: list[Any] = []
        for type_name, sources in reached.items():
            resource = self.types[type_name]
            table = self.source(resource, f"included_{type_name.replace('-', '_')}")
            ids = (
                union(*(select(cte.c.id) for cte, _ in sources))
                if len(sources) > 1
                else select(sources[0][0].c.id)
            )
            doc = resource_object(self.plan, resource, table, [path for _, path in sources], primary=False)
            query = select(doc.label("doc")).where(table.c.id.in_(ids), table.c.deleted_on.is_(None))
            seen = self.visible(resource, table)
            if seen is not None:
                query = query.where(seen)
            if type_name == self.plan.resource.type:
                query = query.where(table.c.id.not_in(select(page.c.id)))
            parts.append(query)
        if not parts:
            return None
        whole = union_all(*parts) if len(parts) > 1 else parts[0]
        return whole.cte("included_")

    def reached(self, page: CTE) -> dict[str, list[tuple[CTE, tuple[str, ...]]]]:
        """For every type the id sets that include paths lead to, each with its path."""
        sets: dict[tuple[str, ...], tuple[CTE, ResourceType]] = {(): (page, self.plan.resource)}
        found: dict[str, list[tuple[CTE, tuple[str, ...]]]] = {}
        paths = sorted({path[:n] for path in self.plan.include for n in range(1, len(path) + 1)}, key=len)
        for number, path in enumerate(paths):
            before, owner = sets[path[:-1]]
            relationship = owner.relationships[path[-1]]
            if relationship.external:
                continue
            if relationship.many:
                link = owner.links[relationship.name].alias()
                query = (
                    select(link.c.target_id.label("id"))
                    .join(before, before.c.id == link.c.source_id)
                    .distinct()
                )
            elif len(path) == 1:
                query = (
                    select(before.c[relationship.column].label("id"))
                    .where(before.c[relationship.column].is_not(None))
                    .distinct()
                )
            else:
                table = self.source(owner)
                query = (
                    select(table.c[relationship.column].label("id"))
                    .join(before, before.c.id == table.c.id)
                    .where(table.c[relationship.column].is_not(None))
                    .distinct()
                )
                seen = self.visible(owner, table)
                if seen is not None:
                    query = query.where(seen)
            cte = query.cte(f"path_{number}")
            target = self.types[relationship.target]
            sets[path] = (cte, target)
            found.setdefault(target.type, []).append((cte, path))
        return found


__all__ = ["Statement", "compile_plan", "or_", "parameters"]
