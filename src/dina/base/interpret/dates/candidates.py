"""Every range a label can mean, and what narrows the choice."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from dina.base.interpret import Reason

from .calendar import Context, on_calendar, with_times
from .label import Label
from .pieces import Order
from .spans import Reading, readings
from .times import Times
from .tokens import SEASON_MONTHS
from .value import NO_YEAR, DateRange

Candidate: TypeAlias = tuple[DateRange, tuple[Reason, ...]]
"""A range a text can mean and what there is to say about it."""

Found: TypeAlias = tuple[list[Candidate], tuple[Reason, ...]]
"""What a text can mean, and why it cannot mean the rest."""


def candidates(label: Label, day_first: bool | None, context: Context) -> Found:
    """Every range the elements can be, each once; the hint on the order yields where it is impossible."""
    if label.worded:
        return _in_orders(label, ("dmy",), context)
    if day_first is None:
        return _in_orders(label, ("dmy", "mdy"), context)
    hinted: tuple[Order, Order] = ("dmy", "mdy") if day_first else ("mdy", "dmy")
    found, faults = _in_orders(label, hinted[:1], context)
    if found:
        return found, faults
    found, more = _in_orders(label, hinted[1:], context)
    return [(value, (*notes, Reason("DATE_ORDER_AGAINST_HINT"))) for value, notes in found], faults or more


def timed(found: Sequence[Candidate], times: Times | None) -> list[Candidate]:
    """The candidates with the time of day, or with a note that it is left out."""
    if times is None:
        return list(found)
    left_out = Reason("DATE_TIME_LEFT_OUT", {"word": times.first})
    return [
        (full, notes) if (full := with_times(value, times)) else (value, (*notes, left_out))
        for value, notes in found
    ]


def on_weekday(found: list[Candidate], weekday: int | None) -> list[Candidate]:
    """The day of the week decides between candidates; a single one it contradicts is less sure."""
    if weekday is None or not found:
        return found
    fitting = [(value, notes) for value, notes in found if _weekday(value) == weekday]
    if not fitting:
        return [
            (value, (*notes, Reason("DATE_WEEKDAY_DIFFERS")))
            if _weekday(value) is not None
            else (value, notes)
            for value, notes in found
        ]
    note = Reason("DATE_WEEKDAY_DECIDES")
    return fitting if len(found) == 1 else [(value, (*notes, note)) for value, notes in fitting]


def once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons without repetition, in their order."""
    kept: list[Reason] = []
    for reason in reasons:
        if reason not in kept:
            kept.append(reason)
    return tuple(kept)


def _weekday(value: DateRange) -> int | None:
    return value.first_day.weekday() if value.first_day and value.first_day == value.last_day else None


def _in_orders(label: Label, orders: Iterable[Order], context: Context) -> Found:
    found: dict[DateRange, tuple[Reason, ...]] = {}
    faults: list[Reason] = []
    for order in orders:
        for reading in readings(label.elements, order, label.worded):
            for full, value in on_calendar(reading, context, label.open_end):
                if isinstance(value, Reason):
                    faults.append(value)
                else:
                    notes = once(_notes(full, value, context))
                    in_doubt = label.uncertain or any(
                        note.code == "DATE_ONE_OF_SEVERAL_YEARS" for note in notes
                    )
                    found.setdefault(replace(value, uncertain=in_doubt), notes)
    if len(found) == 1 and any(fault.code == "DATE_IN_FUTURE" for fault in faults):
        found = {value: (*notes, Reason("DATE_OTHER_IN_FUTURE")) for value, notes in found.items()}
    return list(found.items()), tuple(faults)


def _notes(reading: Reading, value: DateRange, context: Context) -> Iterable[Reason]:
    yield from (*reading.first.notes, *reading.last.notes, *reading.notes)
    if reading.first.unit in SEASON_MONTHS or reading.last.unit in SEASON_MONTHS:
        yield Reason("DATE_SEASON_OF_HEMISPHERE" if context.hemisphere else "DATE_SEASON")
    if NO_YEAR in (value.start[:2], value.end[:2]):
        yield Reason("DATE_NO_YEAR")
