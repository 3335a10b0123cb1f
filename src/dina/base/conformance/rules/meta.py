"""R40 to R49: what `meta` tells."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from dina.base.conformance.check import Check
from dina.base.conformance.exchange import as_list, objects
from dina.base.conformance.rule import MUST, SHOULD, rule
from dina.base.json import is_array

SOURCE = "G§API response meta"
CLOCK = timedelta(minutes=5)


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@rule(40, MUST, "G", "Lists tell limit and offset in force", SOURCE)
def limit_and_offset(c: Check) -> None:
    meta = c.list("page[limit]=3&page[offset]=1").meta
    c.expect(whole(meta.get("limit")) and meta.get("limit") == 3, "meta.limit 3", meta.get("limit"))
    c.expect(whole(meta.get("offset")) and meta.get("offset") == 1, "meta.offset 1", meta.get("offset"))


@rule(41, MUST, "G", "callDate is the time of the call", SOURCE)
def call_date(c: Check) -> None:
    text = c.list("page[limit]=1").meta.get("callDate")
    try:
        told = datetime.fromisoformat(str(text))
        near = abs(datetime.now(UTC) - told) < CLOCK
    except (ValueError, TypeError):
        near = False
    c.expect(near, "meta.callDate, a date-time within five minutes of now", text)


@rule(42, MUST, "G", "responseTime is a number of milliseconds", SOURCE)
def response_time(c: Check) -> None:
    meta = c.list("page[limit]=1").meta
    value = meta.get("responseTime", meta.get("response_time"))
    good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    c.expect(good, "meta.responseTime, a number not below 0", value)


@rule(43, MUST, "G", "apiVersion is the version in the address", SOURCE)
def api_version(c: Check) -> None:
    address = next((a for a in c.config.addresses if re.search(r"/v\d+(_\d+)*$", a)), "")
    found = c.list("page[limit]=1").meta.get("apiVersion")
    if address:
        wanted = urlsplit(address).path.rpartition("/")[2]
        c.expect(found == wanted, f"meta.apiVersion {wanted}", found)
    else:
        c.expect(re.fullmatch(r"v\d+(_\d+)*", str(found)), "meta.apiVersion such as v1", found)


@rule(44, MUST, "G", "results is the number of matches", SOURCE)
def results(c: Check) -> None:
    few = c.few()
    found = c.list(c.scope(few)).meta.get("results")
    c.expect(found == len(few), f"meta.results {len(few)}", found)


@rule(45, MUST, "G", "sort is the order in force", SOURCE)
def sort(c: Check) -> None:
    meta = c.list("page[limit]=1&sort=-createdOn").meta
    found = meta.get("sort", meta.get("orderBy"))
    c.expect(as_list(found) == ["-createdOn"], 'meta.sort ["-createdOn"]', found)


@rule(46, MUST, "G", "moduleVersion is told", f"{SOURCE}; B:JsonApiMeta.java")
def module_version(c: Check) -> None:
    found = c.list("page[limit]=1").meta.get("moduleVersion")
    c.expect(isinstance(found, str) and found, "meta.moduleVersion, not empty", found)


@rule(
    47, MUST, "K", "Lists tell totalResourceCount", "B:JsonApiMeta.java; U:operations-types.ts; P: examples"
)
def total(c: Check) -> None:
    few = c.few()
    found = c.list(c.scope(few) + "&page[limit]=1").meta.get("totalResourceCount")
    c.expect(whole(found) and found == len(few), f"meta.totalResourceCount {len(few)}", found)


@rule(
    48,
    MUST,
    "G",
    "meta.external says where external resources live",
    "G§External Relationships",
    needs="external writable",
    writes=True,
)
def external(c: Check) -> None:
    assert c.kind.external is not None
    one = c.stranger()
    record = c.new(None, {c.kind.external.name: [one] if many_external(c) else one})
    meta = c.read(record, f"include={c.kind.external.name}").meta
    found = [e for e in objects(meta.get("external")) if e.get("type") == one["type"] and e.get("href")]
    c.expect(found, f"meta.external with type {one['type']} and its href", meta.get("external"))


def many_external(c: Check) -> bool:
    """Is the external relationship to many? Known from its linkage; [] and arrays say so."""
    assert c.kind.external is not None
    key = f"many:{c.t}.{c.kind.external.name}"
    if key not in c.run.cache:
        record = c.one()
        linkage = c.get(c.at(record), f"include={c.kind.external.name}").linkage(c.kind.external.name)
        if linkage is None and not c.read_only:
            document = c.template(None, {c.kind.external.name: [c.stranger()]})
            c.run.cache[key] = c.post(f"/{c.t}", document).status == 201
        else:
            c.run.cache[key] = is_array(linkage)
    return c.run.cache[key]


@rule(49, SHOULD, "G", "supportedLanguages lists language codes", "G§Supported languages")
def languages(c: Check) -> None:
    found = as_list(c.list("page[limit]=1").meta.get("supportedLanguages"))
    good = found and all(re.fullmatch(r"[a-z]{2,3}", str(code)) for code in found)
    c.expect(good, "meta.supportedLanguages, codes such as en", found)
