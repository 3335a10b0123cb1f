"""R50 to R62: the query string and paging."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from dina.base.conformance.check import Check, link
from dina.base.conformance.exchange import as_object
from dina.base.conformance.rule import MUST, SHOULD, rule


def parameter(error: dict[str, Any]) -> str:
    return str(as_object(error.get("source")).get("parameter") or "")


@rule(50, MUST, "K", "Raw and encoded brackets are the same", "J§Square brackets; U; P")
def brackets(c: Check) -> None:
    few, order = c.few(), "sort=-createdOn"
    raw = c.list(f"{c.scope(few)}&page[limit]=2&{order}")
    scope = c.scope(few).replace("[", "%5B").replace("]", "%5D")
    encoded = c.list(f"{scope}&page%5Blimit%5D=2&{order}")
    c.expect(raw.ids == encoded.ids and len(raw.ids) == min(2, len(few)), f"the ids {raw.ids}", encoded.ids)


@rule(51, MUST, "K", "Empty pairs in the query are ignored", "U (observed)")
def empty_pairs(c: Check) -> None:
    answer = c.list("&page[limit]=1")
    c.expect(len(answer.ids) <= 1, "one resource at most", len(answer.ids))
    c.list("page[limit]=1&&")


@rule(
    52,
    MUST,
    "O",
    "Values are decoded after the query is split; + is a blank",
    "§5",
    needs="text writable",
    writes=True,
)
def decoding(c: Check) -> None:
    stem = c.fresh()
    records = [c.new({c.kind.text: f"{stem}A{sign}B"}) for sign in ("&", "+", " ")]
    for place, code in ((0, "%26"), (1, "%2B"), (2, "+"), (2, "%20")):
        c.finds(records, f"filter[{c.kind.text}]={stem}A{code}B", place)


@rule(53, MUST, "J", "An unknown parameter is 400", "J§Implementation-specific query parameters")
def unknown_parameter(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "foo=1"), 400)


@rule(54, SHOULD, "J", "…naming the parameter", "J§Errors")
def unknown_parameter_named(c: Check) -> None:
    answer = c.refused(c.get(f"/{c.t}", "foo=1"), 400)
    c.expect([e for e in answer.errors if parameter(e) == "foo"], "source.parameter foo", answer.brief())


@rule(55, MUST, "G", "Pages of two show every resource exactly once", "G§Pagination")
def pages(c: Check) -> None:
    few = c.few()
    found = c.all_pages(c.scope(few))
    c.expect(sorted(found) == sorted(r.id for r in few), f"{len(few)} different resources", found)


@rule(56, MUST, "G", "The limit is 100 if none is asked for", "G§Pagination")
def default_limit(c: Check) -> None:
    answer, wanted = c.list(), c.config.default_limit
    c.expect(len(answer.ids) <= wanted, f"at most {wanted} resources", len(answer.ids))
    c.expect(answer.meta.get("limit") == wanted, f"meta.limit {wanted}", answer.meta.get("limit"))


@rule(57, MUST, "K", "page[limit]=1000 is honoured", "U; P:materialsampleapi.py")
def limit_of_a_thousand(c: Check) -> None:
    answer = c.list("page[limit]=1000")
    c.expect(answer.meta.get("limit", 1000) == 1000, "meta.limit 1000", answer.meta.get("limit"))
    total = answer.meta.get("totalResourceCount", answer.meta.get("results"))
    wanted = min(1000, total) if isinstance(total, int) else len(answer.ids)
    c.expect(len(answer.ids) == wanted, f"{wanted} resources", len(answer.ids))


@rule(58, MUST, "O", "A limit above the maximum is 400, never a smaller page", "§6; P:utils.py")
def limit_too_large(c: Check) -> None:
    c.refused(c.get(f"/{c.t}", "page[limit]=10000000"), 400)


@rule(59, MUST, "O", "Negative and non-numeric page values are 400", "§6")
def page_values(c: Check) -> None:
    for query in ("page[limit]=-1", "page[limit]=abc", "page[offset]=-1", "page[offset]=1.5"):
        c.refused(c.get(f"/{c.t}", query), 400)


@rule(60, MUST, "O", "An offset past the end is an empty page", "§6")
def past_the_end(c: Check) -> None:
    answer = c.list("page[offset]=900000000")
    c.expect(answer.data == [], "an empty array", answer.brief())


@rule(
    61,
    SHOULD,
    "J",
    "first, prev, next and last exist, keep the query, and next reaches the end",
    "J§Pagination; G§HTTP response",
)
def page_links(c: Check) -> None:
    few = c.few()
    c.need(len(few) > 2, f"there are fewer than three {c.t} to page through")
    query = f"{c.scope(few)}&page[limit]=2&sort=createdOn"
    answer = c.list(query)
    missing = [n for n in ("first", "prev", "next", "last") if n not in answer.links]
    c.expect(not missing, "links first, prev, next, last (or null)", missing)
    found = list(answer.ids)
    for _ in range(len(few)):
        following = link(answer.links.get("next"))
        if not following:
            break
        kept = dict(parse_qsl(urlsplit(following).query))
        c.expect(
            "filter[uuid][IN]" in kept and kept.get("sort") == "createdOn",
            "filter and sort kept",
            unquote(following),
        )
        answer = c.status(c.get(urljoin(answer.url, following)), 200)
        found += answer.ids
    c.expect(sorted(found) == sorted(r.id for r in few), "all resources by following next", found)


@rule(62, MUST, "O", "The order is total: two calls give the same, ties included", "§6")
def total_order(c: Check) -> None:
    scope = c.scope(c.few())
    for order in ("", "&sort=createdBy" if "createdBy" in c.one().attributes else "&sort=createdOn"):
        first = c.list(scope + order).ids
        for _ in range(2):
            again = c.list(scope + order).ids
            c.expect(first == again, f"the order {first}", again)
