"""What was found in the shape that clients of the wire expect."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any

from dina.modules.search.engine.model import Found, Hit
from dina.modules.search.wire.asking import Asked
from dina.modules.search.wire.naming import wire_name


def answer(answered: Sequence[tuple[Asked, Found]], took: int) -> dict[str, Any]:
    """The answer over one index, over several (hits by relevance, aggregations of the first) or over none."""
    hits = [(asked, hit) for asked, found in answered for hit in found.hits]
    if answered and (page := answered[0][0].page) is not None:
        hits = sorted(hits, key=cmp_to_key(lambda one, other: compared(one[0], one[1], other[1])))
        hits = hits[page[0] : page[0] + page[1]]
    scores = [hit.score for asked, hit in hits if scored(asked)]
    told: dict[str, Any] = {
        "max_score": max(scores, default=None),
        "hits": [shown(asked, hit) for asked, hit in hits],
    }
    if not answered or answered[0][0].total:
        told = {"total": total(answered), **told}
    out: dict[str, Any] = {"took": took, "timed_out": False, "hits": told}
    if answered and answered[0][0].aggregations:
        asked, found = answered[0]
        out["aggregations"] = {one.name: one.answer(found.facets, found.total) for one in asked.aggregations}
    return out


def total(answered: Sequence[tuple[Asked, Found]]) -> dict[str, Any]:
    """The number of hits, and whether there are more (`gte`)."""
    value = sum(found.total for _, found in answered)
    exact = all(found.exact for _, found in answered)
    most = answered[0][0].most if answered else None
    if most is not None and value > most:
        return {"value": most, "relation": "gte"}
    return {"value": value, "relation": "eq" if exact else "gte"}


def compared(asked: Asked, one: Hit, other: Hit) -> int:
    """Which of two hits of several indexes comes first: by the order asked for, else by relevance."""
    if not asked.search.sort:
        return (one.score < other.score) - (one.score > other.score)
    for key, mine, its in zip(asked.search.sort, one.sort, other.sort, strict=False):
        if mine is None or its is None:
            order = (mine is None) - (its is None)
        elif isinstance(mine, str) or isinstance(its, str):
            order = (str(mine) > str(its)) - (str(mine) < str(its))
        else:
            order = (mine > its) - (mine < its)
        if order:
            return -order if key.descending and mine is not None and its is not None else order
    return 0


def scored(asked: Asked) -> bool:
    """Whether relevance is told: not where hits come in another order."""
    return not asked.search.sort or any(one.field == "_score" for one in asked.search.sort)


def shown(asked: Asked, hit: Hit) -> dict[str, Any]:
    out: dict[str, Any] = {
        "_index": asked.index.name,
        "_id": hit.id,
        "_score": hit.score if scored(asked) else None,
    }
    document = asked.source.of(hit.document)
    if document is not None:
        out["_source"] = document
    if asked.search.sort:
        out["sort"] = hit.sort[: len(asked.search.sort)]
    if hit.highlight:
        before, after = asked.tags
        out["highlight"] = {
            wire_name(path, asked.index): [
                one.replace("<em>", before).replace("</em>", after) for one in pieces
            ]
            for path, pieces in hit.highlight.items()
        }
    return out
