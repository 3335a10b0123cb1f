"""R95 to R101: single and related resources, counts, languages."""

from __future__ import annotations

from urllib.parse import urljoin

from dina.base.conformance.check import Check, link, nobody
from dina.base.conformance.exchange import Exchange, as_list, as_object
from dina.base.conformance.rule import MUST, SHOULD, rule


@rule(95, MUST, "J", "An existing resource is 200, another 404 with an error body", "J§Fetching resources")
def single(c: Check) -> None:
    one = c.one()
    answer = c.read(one)
    c.expect(answer.id == one.id, f"the resource {one.id}", answer.brief())
    c.refused(c.get(f"/{c.t}/{nobody()}"), 404)
    c.refused(c.get(f"/{c.t}/no-id-at-all"), 404)


@rule(
    96,
    MUST,
    "J",
    "An empty to-one related address is 200 with data null",
    "J§Fetching resources",
    needs="to_one writable",
    writes=True,
)
def empty_related(c: Check) -> None:
    assert c.kind.to_one is not None
    c.need(
        c.kind.to_one.name not in c.kind.relationships, f"not applicable: {c.kind.to_one.name} is never empty"
    )
    answer = c.status(c.get(c.at(c.new(), f"/{c.kind.to_one.name}")), 200)
    empty = "data" in answer.document and answer.data is None
    c.expect(empty, '"data": null', answer.brief())


@rule(
    97,
    MUST,
    "J",
    "Relationship addresses give linkage; an unknown one is 404",
    "J§Fetching relationships",
    needs="to_one|to_many|external",
)
def relationship_addresses(c: Check) -> None:
    one = c.one()
    answer, seen = c.read(one), 0
    for name, value in answer.relationships.items():
        own = link(as_object(as_object(value).get("links")).get("self"))
        if own:
            seen += 1
            linkage = c.status(c.get(urljoin(answer.url, own)), 200)
            c.expect("data" in linkage.document, f"the linkage of {name}", linkage.brief())
    c.need(seen, "not applicable: no relationship links to itself")
    c.refused(c.get(c.at(one, "/relationships/noSuchRelationship")), 404)


@rule(
    98,
    MUST,
    "G",
    "count with the same filters equals meta.results",
    "G§Count; guidelines/examples/media.apib",
)
def count(c: Check) -> None:
    few = c.few()
    scope = c.scope(few)
    wanted = c.list(scope).meta.get("results", len(few))
    answer = c.status(c.get(f"/{c.t}/count", scope), 200)
    data = as_object(answer.data)
    c.expect(data.get("type") == "count", "a resource of type count", answer.brief())
    found = answer.attributes.get("value")
    c.expect(found == wanted, f"attributes.value {wanted}", answer.brief())


@rule(99, SHOULD, "G", "languages lists the supported ones", "G§Supported languages")
def languages(c: Check) -> None:
    for path in (f"/{c.t}/languages", "/languages"):
        answer = c.status(c.get(path), 200)
        c.expect(as_list(answer.meta.get("supportedLanguages")), "meta.supportedLanguages", answer.brief())


def texts(answer: Exchange) -> list[str]:
    return [f"{e.get('title')} {e.get('detail')}" for e in answer.errors]


@rule(
    100,
    SHOULD,
    "G",
    "language= chooses the language; one that is not supported is no error",
    "G§URI parameters for language",
)
def language(c: Check) -> None:
    known = as_list(c.list("page[limit]=1").meta.get("supportedLanguages"))
    c.need("fr" in known or not known, "the module has no French")
    c.list("page[limit]=1&language=xx")
    french = c.list("page[limit]=1&language=fr")
    if french.meta.get("resultLanguage") == "fr" or french.header("content-language") == "fr":
        return
    path = f"/{c.t}/{nobody()}"
    told, plain = texts(c.get(path, "language=fr")), texts(c.get(path, "language=en"))
    c.expect(told != plain, "other texts, Content-Language or meta.resultLanguage fr", told)


@rule(
    101,
    SHOULD,
    "K",
    "lang= puts errors into that language, for this request only",
    "B:DinaServiceValidationLocaleIT; §20",
)
def lang(c: Check) -> None:
    path = f"/{c.t}/{nobody()}"
    before = texts(c.get(path))
    french, after = texts(c.get(path, "lang=fr")), texts(c.get(path))
    c.expect(french != before, "a French title or detail", french)
    c.expect(after == before, f"the default language again: {before}", after)
