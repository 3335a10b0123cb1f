"""Rules of geological contexts: names of intervals, and the ages that follow from them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken
from dina.modules.collection import timescale
from dina.modules.collection.timescale import Interval

ENDS = (
    ("earliestInterval", "earliestGeologicalInterval"),
    ("latestInterval", "latestGeologicalInterval"),
)


def _known(name: str | None) -> Interval | None:
    return timescale.resolve(name) if name else None


def _bounds(earliest: str | None, latest: str | None) -> tuple[Decimal | None, Decimal | None]:
    """The greatest and the least age of a span; a single name is both its ends."""
    old, young = _known(earliest or latest), _known(latest or earliest)
    return (old.maximum_ma if old else None, young.minimum_ma if young else None)


def name_and_link_agree(draft: Draft) -> None:
    """The interval is said by name or by link, whichever the request changed; the other follows."""
    for name, link in ENDS:
        if draft.get(name) and name not in draft.sent and link in draft.sent and draft.changed(link):
            draft.attributes[name] = None
        if not draft.get(name) and name not in draft.sent and draft.link(link):
            chosen = timescale.by_id().get(draft.link(link))
            draft.attributes[name] = chosen.name if chosen else None
        found = _known(draft.get(name))
        draft.relationships[link] = found.id if found else None


def ages_from_intervals(draft: Draft) -> None:
    """Ages follow from the names of intervals unless they are given, and follow again when the names change."""
    now = _bounds(draft.get("earliestInterval"), draft.get("latestInterval"))
    before = (None, None)
    if draft.previous is not None:
        stored = draft.previous["attributes"]
        before = _bounds(stored.get("earliestInterval"), stored.get("latestInterval"))
    for name, computed, earlier in zip(("maximumAgeMa", "minimumAgeMa"), now, before, strict=True):
        given = draft.get(name)
        followed = given is not None and earlier is not None and Decimal(str(given)) == earlier
        if given is None or (followed and name not in draft.sent):
            draft.attributes[name] = None if computed is None else str(computed)


def intervals_are_known(draft: Draft) -> Iterable[Error]:
    """Names of intervals are on the time scale; what is not goes into the verbatim interval."""
    for name, _ in ENDS:
        given = draft.get(name)
        if given and _known(given) is None:
            yield broken("geology.unknownInterval", f"/attributes/{name}", "VOCABULARY_VALUE", name=given)


def earliest_is_not_younger(draft: Draft) -> Iterable[Error]:
    """The earliest interval does not lie wholly after the latest, nor the greatest age below the least."""
    earliest, latest = _known(draft.get("earliestInterval")), _known(draft.get("latestInterval"))
    if earliest and latest and earliest.maximum_ma <= latest.minimum_ma:
        yield broken(
            "geology.earliestIsYounger", "/attributes/earliestInterval",
            earliest=draft.get("earliestInterval"), latest=draft.get("latestInterval"),
        )  # fmt: skip
        return
    old, young = draft.get("maximumAgeMa"), draft.get("minimumAgeMa")
    if old is not None and young is not None and Decimal(str(old)) < Decimal(str(young)):
        yield broken("geology.maximumBelowMinimum", "/attributes/maximumAgeMa")
