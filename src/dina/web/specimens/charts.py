"""Charts of the results, drawn on the server: bars that are links, each with a table of the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dina.web import texts
from dina.web.specimens.question import CHARTS, UPRIGHT, Facet, Question, term
from dina.web.values import named

WIDTH, ROW, GAP, LABELS = 640, 22, 6, 220
UPRIGHT_HEIGHT = 180
MOST_PERIODS = 400


@dataclass(frozen=True)
class Bar:
    """A bar: its place in the picture, what it stands for, and the address with it as a condition."""

    text: str
    count: int
    href: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """A chart; `upright` has bars side by side over a scale of time."""

    name: str
    label: str
    width: int
    height: int
    bars: list[Bar]
    upright: bool = False
    scale: tuple[str, str, int] = ("", "", 0)


def drawn(
    state: Question, told: dict[str, Any], language: str, facts: Mapping[str, dict[str, Any]]
) -> list[Chart]:
    """The charts; `facts` say how the values of some fields are called."""
    found: list[Chart] = []
    for facet in CHARTS:
        buckets: list[dict[str, Any]] = told["facets"].get(facet.label, {}).get("buckets", [])
        if buckets:
            label = texts.translate(language, facet.label)
            made = (
                periods(state, facet, label, buckets)
                if facet.kind in UPRIGHT
                else rows(state, facet, label, buckets, facts.get(facet.field, {}), language)
            )
            found.append(made)
    return found


def rows(
    state: Question,
    facet: Facet,
    label: str,
    buckets: list[dict[str, Any]],
    fact: dict[str, Any],
    language: str,
) -> Chart:
    most = max(int(one["count"]) for one in buckets)
    bars = [
        Bar(
            named(fact, str(one["value"]), language), int(one["count"]), state.plus(term(facet.name, one["value"])), LABELS, GAP + at * (ROW + GAP),
            max(2.0, round((WIDTH - LABELS - 60) * int(one["count"]) / most, 1)), ROW,
        )
        for at, one in enumerate(buckets)
    ]  # fmt: skip
    return Chart(facet.name, label, WIDTH, GAP + len(bars) * (ROW + GAP), bars)


def periods(state: Question, facet: Facet, label: str, buckets: list[dict[str, Any]]) -> Chart:
    """Bars in their places on the scale of time; gaps are years or months without any."""
    found = sorted((place_of(str(one["value"])), str(one["value"]), int(one["count"])) for one in buckets)
    found = found[-MOST_PERIODS:]
    first, last = found[0][0], found[-1][0]
    most = max(count for _, _, count in found)
    step = min(40.0, WIDTH / (last - first + 1))
    bars = [
        Bar(
            text, count, state.plus(term(facet.name, text, facet.kind)), round((place - first) * step, 2),
            round(UPRIGHT_HEIGHT - (UPRIGHT_HEIGHT - 18) * count / most, 1), max(1.5, round(step * 0.85, 2)),
            max(1.0, round((UPRIGHT_HEIGHT - 18) * count / most, 1)),
        )
        for place, text, count in found
    ]  # fmt: skip
    return Chart(facet.name, label, WIDTH, UPRIGHT_HEIGHT + 20, bars, True, (found[0][1], found[-1][1], most))


def place_of(period: str) -> int:
    """Years or months since the year nought."""
    year, _, month = period.partition("-")
    return int(year) * 12 + int(month) - 1 if month else int(year)
