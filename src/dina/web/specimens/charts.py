"""Charts of the results, drawn on the server: bars that are links, each with a table of the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dina.web import texts
from dina.web.specimens.question import CHARTS, Facet, Question, term

WIDTH, ROW, GAP, LABELS = 640, 22, 6, 220
YEARS_HEIGHT = 180
MOST_YEARS = 400


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
    """A chart; `upright` has bars side by side over a scale of years."""

    name: str
    label: str
    width: int
    height: int
    bars: list[Bar]
    upright: bool = False
    scale: tuple[str, str, int] = ("", "", 0)


def drawn(state: Question, told: dict[str, Any], language: str) -> list[Chart]:
    found: list[Chart] = []
    for facet in CHARTS:
        buckets: list[dict[str, Any]] = told["facets"].get(facet.label, {}).get("buckets", [])
        if buckets:
            label = texts.translate(language, facet.label)
            made = (
                years(state, facet, label, buckets)
                if facet.kind == "year"
                else rows(state, facet, label, buckets)
            )
            found.append(made)
    return found


def rows(state: Question, facet: Facet, label: str, buckets: list[dict[str, Any]]) -> Chart:
    most = max(int(one["count"]) for one in buckets)
    bars = [
        Bar(
            str(one["value"]), int(one["count"]), state.plus(term(facet.name, one["value"])), LABELS, GAP + at * (ROW + GAP),
            max(2.0, round((WIDTH - LABELS - 60) * int(one["count"]) / most, 1)), ROW,
        )
        for at, one in enumerate(buckets)
    ]  # fmt: skip
    return Chart(facet.name, label, WIDTH, GAP + len(bars) * (ROW + GAP), bars)


def years(state: Question, facet: Facet, label: str, buckets: list[dict[str, Any]]) -> Chart:
    """Bars in their places on the scale of years; gaps are years without finds."""
    numbers = sorted((int(one["value"]), int(one["count"])) for one in buckets)[-MOST_YEARS:]
    first, last = numbers[0][0], numbers[-1][0]
    most = max(count for _, count in numbers)
    step = min(40.0, WIDTH / (last - first + 1))
    bars = [
        Bar(
            str(year), count, state.plus(term(facet.name, year, facet.kind)), round((year - first) * step, 2),
            round(YEARS_HEIGHT - (YEARS_HEIGHT - 18) * count / most, 1), max(1.5, round(step * 0.85, 2)),
            max(1.0, round((YEARS_HEIGHT - 18) * count / most, 1)),
        )
        for year, count in numbers
    ]  # fmt: skip
    return Chart(facet.name, label, WIDTH, YEARS_HEIGHT + 20, bars, True, (str(first), str(last), most))
