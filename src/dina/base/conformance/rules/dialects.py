"""R78 to R84: the filter languages FIQL and RSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from dina.base.conformance.check import Check, q
from dina.base.conformance.rule import MUST, SHOULD, rule

FIQL_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\,;()*"})


def fiql(expression: str) -> str:
    return f"fiql={q(expression)}"


@rule(
    78,
    MUST,
    "K",
    "FIQL: comparisons, ; before , parentheses, *, blanks, accents",
    "B:AntlrGrammarTest, FIQLFilterHandlerIT",
    needs="text",
    writes=True,
)
def fiql_language(c: Check) -> None:
    few, name = c.few(), c.kind.text
    alpha, beta, gamma = (c.text_of(few[i]) for i in (0, 1, 2))
    stem = alpha.removesuffix("alpha")
    c.finds(few, fiql(f"{name}=={alpha}"), 0)
    c.finds(few, fiql(f"{name}!={alpha}"), 1, 2, 3, 4)
    c.finds(few, fiql(f"{name}=={alpha},{name}=={beta}"), 0, 1)
    c.finds(few, fiql(f"{name}=={alpha};{name}=={beta}"))
    c.finds(few, fiql(f"{name}=={alpha},{name}=={beta};{name}=={gamma}"), 0)
    c.finds(few, fiql(f"({name}=={alpha},{name}=={beta});{name}=={beta}"), 1)
    c.finds(few, fiql(f"{name}=={stem}*"), 0, 1, 2, 3, 4)
    c.finds(few, fiql(f"{name}=={stem}*ta"), 1, 3)
    if c.kind.number:
        number = c.kind.number
        c.finds(few, fiql(f"{number}=gt=2"), 2, 3)
        c.finds(few, fiql(f"{number}=ge=2;{number}=le=3"), 1, 2)
        c.finds(few, fiql(f"{number}=lt=2"), 0)
    accented = c.new({name: f"{stem}Évora ñ"})
    c.finds([few[0], accented], fiql(f"{name}=={stem}Évora ñ"), 1)


@rule(
    79,
    MUST,
    "K",
    "FIQL: a backslash takes a sign's meaning away",
    "U:util/fiqlSearchFilterbuilder.ts",
    needs="text",
    writes=True,
)
def fiql_escapes(c: Check) -> None:
    name, stem = c.kind.text, c.fresh()
    texts = [f"{stem} a,b;c(d)*e", f"{stem} a,b;c(d)xe"]
    records = [c.new({name: text}) for text in texts]
    c.finds(records, fiql(f"{name}=={texts[0].translate(FIQL_SIGNS)}"), 0)


@rule(
    80,
    MUST,
    "K",
    "FIQL: ==null and !=null",
    "U:filter-builder/fiql.ts",
    needs="date|number writable",
    writes=True,
)
def fiql_null(c: Check) -> None:
    name = c.kind.date or c.kind.number
    c.need(name, f"not applicable: {c.t} has no date or number that can be empty")
    c.finds(c.few(), fiql(f"{name}==null"), 4)
    c.finds(c.few(), fiql(f"{name}!=null"), 0, 1, 2, 3)


@rule(81, MUST, "K", "FIQL: date-times with any offset", "U:filter-builder/fiql.ts", writes=True)
def fiql_dates(c: Check) -> None:
    few = c.few()
    told = str(few[0].attributes.get("createdOn") or "")
    c.need(told, f"not applicable: {c.t} has no createdOn")
    made = datetime.fromisoformat(told).astimezone(UTC)
    every = range(len(few))
    for hours in (5, -5):
        zone = timezone(timedelta(hours=hours))
        before = (made - timedelta(hours=1)).astimezone(zone).isoformat(timespec="seconds")
        after = (made + timedelta(hours=2)).astimezone(zone).isoformat(timespec="seconds")
        c.finds(few, fiql(f"createdOn=ge={before};createdOn=le={after}"), *every)
        c.finds(few, fiql(f"createdOn=lt={before}"))


@rule(82, MUST, "O", "A syntax error in FIQL or RSQL is 400", "§7.2")
def syntax_errors(c: Check) -> None:
    for expression in ("((group==x", "group=nope=x", "group", "group==a;;group==b"):
        c.refused(c.get(f"/{c.t}", fiql(expression)), 400)
        c.refused(c.get(f"/{c.t}", f"filter[rsql]={q(expression)}"), 400)


@rule(
    83,
    MUST,
    "K",
    "RSQL: quoted values, ; and =in= =out=",
    "P:seqdbapi.py, personapi.py, dina_export_api.py",
    needs="text",
    writes=True,
)
def rsql_language(c: Check) -> None:
    few, name = c.few(), c.kind.text
    alpha, beta = (c.text_of(few[i]) for i in (0, 1))
    for expression, found in (
        (f"{name}=='{alpha}'", (0,)),
        (f'{name}=="{beta}"', (1,)),
        (f"{name}=='{alpha}';{name}=='{beta}'", ()),
        (f"{name}=='{alpha}' or {name}=='{beta}'", (0, 1)),
        (f"{name}=='{alpha}' and {name}!='{beta}'", (0,)),
        (f"{name}=in=('{alpha}','{beta}')", (0, 1)),
        (f"{name}=out=('{alpha}','{beta}')", (2, 3, 4)),
    ):
        c.finds(few, f"filter[rsql]={q(expression)}", *found)
    if c.kind.number:
        c.finds(few, f"filter[rsql]={q(f'{c.kind.number}>=2;{c.kind.number}<4')}", 1, 2)


@rule(84, SHOULD, "O", "FIQL goes with a sort over several fields", "§7.2", needs="text", writes=True)
def fiql_and_sort(c: Check) -> None:
    few, name = c.few(), c.kind.text
    stem = c.text_of(few[0]).removesuffix("alpha")
    first = "group" if c.kind.grouped else "createdBy"
    query = fiql(f"{name}=={stem}*")
    c.finds(few, f"{query}&sort={first},-{name}", 2, 4, 3, 1, 0, ordered=True)
    c.finds(few, f"{query}&sort=-{first},{name}", 0, 1, 3, 4, 2, ordered=True)
