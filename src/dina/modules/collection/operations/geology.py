"""Names and ages to intervals, and the search for specimens by geological time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from typing_extensions import TypedDict

from dina.base.errors import Error, Problem
from dina.base.http import Answer
from dina.base.jsonapi.documents import external_meta, plain_document
from dina.base.jsonapi.filters.tree import And, Comparison, Node, Op, Or
from dina.base.jsonapi.operation import Call, Operation
from dina.base.jsonapi.plan import All, Edge, Reached
from dina.base.jsonapi.reading import answer_page, base_values, plan_of, with_cursor
from dina.base.jsonapi.resolve import resolve_chain, resolve_filter
from dina.base.resource import ResourceType
from dina.base.text import Text
from dina.modules.collection import timescale
from dina.modules.collection.timescale import Interval

SAMPLES, CONTEXTS, PROCESS = "material-sample", "geological-context", "process"
WAYS = ("geologicalContext", "collectingEvent.geologicalContext")
"""How a specimen comes by a geological context: its own, and that of its event."""
MODES = ("overlap", "within")


class IntervalAnswer(TypedDict, total=False):
    """One interval that a name or an age stands for."""

    name: str
    frenchName: str
    rank: str
    scheme: str
    maximumAgeMa: float
    minimumAgeMa: float
    classification: list[str]


async def resolve_interval(call: Call) -> Answer:
    """`?name=` answers the one interval of that name, `?ma=` the units of the chart that hold the age, widest first."""
    name, ma = call.parameter("name"), call.parameter("ma")
    if (name is None) == (ma is None):
        raise Problem(Error("BAD_PARAMETER", key="geology.nameOrAge", parameter="ma" if ma else "name"))
    found = [named(name, "name")] if name is not None else timescale.at(age(ma or "", "ma"))
    data = [{"type": "geological-interval", "id": one.id, "attributes": described(one)} for one in found]
    return plain_document(call.service, call.request, data)


def described(one: Interval) -> dict[str, Any]:
    return {
        "name": one.name,
        "frenchName": one.french,
        "rank": one.rank,
        "scheme": one.scheme,
        "maximumAgeMa": float(one.maximum_ma),
        "minimumAgeMa": float(one.minimum_ma),
        "classification": [above.name for above in timescale.lineage(one.name)],
    }


def named(name: str, parameter: str) -> Interval:
    """The interval of that name. Raises Problem BAD_PARAMETER."""
    found = timescale.resolve(name)
    if found is None:
        raise Problem(
            Error("BAD_PARAMETER", key="geology.unknownInterval", values={"name": name}, parameter=parameter)
        )
    return found


def age(text: str, parameter: str) -> Decimal:
    """Millions of years. Raises Problem BAD_PARAMETER."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= 10_000:
        raise Problem(Error("BAD_PARAMETER", key="geology.badAge", parameter=parameter))
    return value


def span_asked(call: Call) -> tuple[Decimal, Decimal]:
    """The ages (greatest, least) that are searched. Raises Problem for too much, too little or the wrong way round."""
    interval = call.parameter("interval")
    old, young = call.parameter("maximumMa"), call.parameter("minimumMa")
    if interval is not None and (old is not None or young is not None):
        raise Problem(Error("BAD_PARAMETER", key="geology.intervalOrAges", parameter="interval"))
    if interval is not None:
        found = named(interval, "interval")
        return found.maximum_ma, found.minimum_ma
    if old is None or young is None:
        missing = "maximumMa" if old is None else "minimumMa"
        raise Problem(Error("BAD_PARAMETER", key="geology.intervalOrAges", parameter=missing))
    high, low = age(old, "maximumMa"), age(young, "minimumMa")
    if high < low:
        raise Problem(Error("BAD_PARAMETER", key="geology.maximumBelowMinimum", parameter="maximumMa"))
    return high, low


def in_time(mode: str, old: Decimal, young: Decimal) -> Node:
    """The filter for geological contexts.

    Spans overlap when they share more than a boundary. An age without extent belongs to the younger of the
    two spans that meet there; the present belongs to what reaches it.
    """

    def compare(name: str, op: Op, value: Decimal) -> Comparison:
        return Comparison(name, op, (str(value),), "interval")

    if mode == "within":
        return And((compare("maximumAgeMa", Op.LOE, old), compare("minimumAgeMa", Op.GOE, young)))
    begins = Op.GOE if young == 0 or old == young else Op.GT
    shared = And((compare("maximumAgeMa", begins, young), compare("minimumAgeMa", Op.LT, old)))
    at_the_base = And((compare("maximumAgeMa", Op.EQ, old), compare("minimumAgeMa", Op.EQ, old)))
    return Or((shared, at_the_base))


def of_that_time(types: Mapping[str, ResourceType], node: Node) -> Reached:
    """Specimens with such a context, and all that is derived from them, by whatever parent or process."""
    samples, contexts, process = types[SAMPLES], types[CONTEXTS], types[PROCESS]
    return Reached(
        tuple(resolve_chain(types, samples, way) for way in WAYS),
        contexts,
        resolve_filter(types, contexts, node),
        (
            Edge(samples, samples.relationships["parentMaterialSample"]),
            Edge(process, process.relationships["inputs"], process.relationships["outputs"]),
        ),
    )


async def geological_search(call: Call) -> Answer:
    """Specimens by geological time: one statement, the caller's rights and all parameters of lists included."""
    mode = call.parameter("mode") or "overlap"
    if mode not in MODES:
        raise Problem(
            Error("BAD_PARAMETER", key="geology.mode", values={"modes": ", ".join(MODES)}, parameter="mode")
        )
    old, young = span_asked(call)
    service, request, asked = call.service, call.request, call.asked
    samples = service.types[SAMPLES]
    tree = of_that_time(service.types, in_time(mode, old, young))
    asked.tree = tree if asked.tree is None else All((asked.tree, tree))
    plan = with_cursor(plan_of(service, request, samples, asked), asked)
    values = base_values(service, request, plan)
    return await answer_page(service, request, asked, plan, values, external_meta(service, plan))


RESOLVE_INTERVAL = Operation(
    method="GET",
    path="/geological-interval/resolve",
    run=resolve_interval,
    summary=Text("What a name or an age of the time scale stands for", "Ce que désigne un nom ou un âge de l’échelle des temps"),
    type="geological-interval",
    answer=IntervalAnswer,
    parameters={
        "name": Text("A name in English or French, of any rank", "Un nom en français ou en anglais, de tout rang"),
        "ma": Text("An age in millions of years", "Un âge en millions d’années"),
    },
)  # fmt: skip

GEOLOGICAL_SEARCH = Operation(
    method="GET",
    path="/geological-search",
    run=geological_search,
    summary=Text("Specimens by geological time", "Spécimens par temps géologique"),
    type=SAMPLES,
    parameters={
        "interval": Text("A name of the time scale: Mesozoic finds Aptian", "Un nom de l’échelle des temps : Mésozoïque trouve Aptien"),
        "maximumMa": Text("Greatest age, instead of an interval", "Âge maximal, au lieu d’un intervalle"),
        "minimumMa": Text("Least age, instead of an interval", "Âge minimal, au lieu d’un intervalle"),
        "mode": Text("overlap (usual) or within", "overlap (habituel) ou within (compris dans)"),
    },
    lists=SAMPLES,
)  # fmt: skip

OPERATIONS = (RESOLVE_INTERVAL, GEOLOGICAL_SEARCH)
