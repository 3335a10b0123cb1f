"""Public pages. They ask what the API gives to everybody, whoever is signed in: what a page shows, all may know."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from dina.client import ApiError, Client, refusal
from dina.web import texts
from dina.web.registry import Registry
from dina.web.rendering import check_language, registry_of, render
from dina.web.texts import N_

EXCHANGE = "/exchange/v1"
JSON_API, LINKED = "application/vnd.api+json", "application/ld+json"
DWC, DCTERMS = "http://rs.tdwg.org/dwc/terms/", "http://purl.org/dc/terms/"
VARY = {"vary": "Accept, Accept-Language", "cache-control": "public, max-age=300"}
"""Of data, which are the same for all; whoever stands between may keep them."""
PAGE = {"vary": "Accept, Accept-Language, Cookie", "cache-control": "private, no-cache"}
"""Of pages, which hold the name of who is signed in and the mark of the session."""
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Identification", ("scientificName", "verbatimIdentification", "typeStatus", "identifiedBy", "dateIdentified",
                        "kingdom", "phylum", "class", "order", "family", "genus", "taxonRank", "higherClassification")),
    ("Gathering", ("eventDate", "verbatimEventDate", "recordedBy", "recordNumber", "fieldNumber", "habitat")),
    ("Place", ("country", "countryCode", "stateProvince", "county", "municipality", "locality", "verbatimLocality",
               "decimalLatitude", "decimalLongitude", "coordinateUncertaintyInMeters", "geodeticDatum",
               "minimumElevationInMeters", "maximumElevationInMeters", "verbatimElevation", "dataGeneralizations",
               "informationWithheld")),
    ("Specimen", ("catalogNumber", "institutionCode", "collectionCode", "basisOfRecord", "preparations", "sex",
                  "lifeStage", "disposition")),
)  # fmt: skip
"""Terms that people look for, in the order of the page; all others follow."""
NAMES = {
    "occurrenceID": N_("Occurrence identifier"), "institutionCode": N_("Institution"), "collectionCode": N_("Collection"),
    "catalogNumber": N_("Catalogue number"), "basisOfRecord": N_("Kind of evidence"), "recordedBy": N_("Collected by"),
    "eventDate": N_("Date"), "country": N_("Country"), "countryCode": N_("Country code"), "locality": N_("Locality"),
    "verbatimLocality": N_("Locality as written"), "decimalLatitude": N_("Latitude"), "decimalLongitude": N_("Longitude"),
    "coordinateUncertaintyInMeters": N_("Uncertainty of the place (m)"), "scientificName": N_("Scientific name"),
    "verbatimIdentification": N_("Name as written"), "identifiedBy": N_("Identified by"),
    "dateIdentified": N_("Identified on"), "typeStatus": N_("Type status"), "kingdom": N_("Kingdom"),
    "phylum": N_("Phylum"), "class": N_("Class"), "order": N_("Order"), "family": N_("Family"), "genus": N_("Genus"),
    "higherClassification": N_("Classification"), "taxonRank": N_("Rank"), "dataGeneralizations": N_("Made coarser"),
    "informationWithheld": N_("Not told here"), "datasetName": N_("Data set"), "eventID": N_("Event identifier"),
    "organismID": N_("Organism identifier"), "occurrenceStatus": N_("Present or absent"), "recordNumber": N_("Collector’s number"),
}  # fmt: skip
"""Words for the terms that people look for; other terms have those of the field of their name, or their own."""
LICENCES = {
    "http://creativecommons.org/publicdomain/zero/1.0/legalcode": N_("CC0 1.0: no rights reserved"),
    "http://creativecommons.org/licenses/by/4.0/legalcode": N_("CC BY 4.0: attribution"),
    "http://creativecommons.org/licenses/by-nc/4.0/legalcode": N_(
        "CC BY-NC 4.0: attribution, no commercial use"
    ),
}
ROLES = {
    "creator": N_("Creator"), "metadataProvider": N_("Metadata provider"), "contact": N_("Contact"),
    "curator": N_("Curator"), "custodianSteward": N_("Custodian"), "publisher": N_("Publisher"),
    "principalInvestigator": N_("Principal investigator"), "pointOfContact": N_("Point of contact"),
}  # fmt: skip


async def everybody(request: Request, path: str, accept: str = JSON_API) -> Any:
    """An answer of the API as somebody gets it who is not signed in. Raises ApiError."""
    async with Client(transport=request.app.state.transport, language=request.state.language) as client:
        for name in ("host", "x-forwarded-proto"):
            if name in request.headers:
                client.http.headers[name] = request.headers[name]
        answer = await client.http.get(path, headers={"accept": accept})
    document = orjson.loads(answer.content) if answer.content else {}
    if answer.status_code >= 400:
        raise refusal(answer.status_code, document.get("errors", []))
    return document


def wanted(accept: str) -> str:
    """What of HTML, JSON:API and JSON-LD is asked for most; HTML where it does not matter."""
    best, weight = "text/html", 0.0
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [p[2:] for p in parameters if p.startswith("q=")]
        try:
            given = float(weights[0]) if weights else 1.0
        except ValueError:
            given = 0.0
        meant = {"application/json": JSON_API, "*/*": "text/html", "application/xhtml+xml": "text/html"}.get(
            name, name
        )
        if meant in ("text/html", JSON_API, LINKED) and given > weight:
            best, weight = meant, given
    return best


async def address(request: Request) -> Response:
    """`/specimen/{id}`: the address of a specimen for good; what it gives depends on what is asked for."""
    id_ = quote(str(request.path_params["id"]))
    kind = wanted(request.headers.get("accept", ""))
    if kind == "text/html":
        return RedirectResponse(f"/{request.state.language}/public/specimens/{id_}", 303, VARY)
    try:
        document = await everybody(request, f"{EXCHANGE}/specimens/{id_}")
    except ApiError as fault:
        return JSONResponse({"errors": fault.errors}, fault.status, media_type=JSON_API, headers=VARY)
    data = document["data"]["meta"]["linkedData"] if kind == LINKED else document
    return JSONResponse(data, media_type=kind, headers=VARY)


async def known(request: Request) -> Registry:
    """What is known of the types; nothing as long as nobody has signed in, which these pages can do without."""
    try:
        return await registry_of(request)
    except ApiError:
        return request.app.state.registry


async def told(request: Request, id_: str) -> Any:
    try:
        return await everybody(request, f"{EXCHANGE}/specimens/{id_}")
    except ApiError as fault:
        if fault.status in (404, 410):
            raise HTTPException(404) from None
        raise


async def specimen(request: Request) -> Response:
    """The page of a released specimen, with the same embedded as linked data."""
    check_language(request)
    registry = await known(request)
    document = await told(request, quote(str(request.path_params["id"])))
    data = document["data"]
    terms: dict[str, str] = data["attributes"]["terms"]
    names = labels(registry, request.state.language)
    shown = [
        (group, [(f"dwc:{n}", terms[f"dwc:{n}"]) for n in found if f"dwc:{n}" in terms])
        for group, found in GROUPS
    ]
    placed = {term for _, pairs in shown for term, _ in pairs}
    rest = [(term, value) for term, value in terms.items() if term not in placed]
    answer = render(
        request, "public/specimen.html", id=data["id"], terms=terms, groups=[*shown, ("Everything else", rest)],
        more={k: v for k, v in data["attributes"].items() if k not in ("terms", "identifier")}, names=names,
        identifier=data["attributes"]["identifier"], about=data["links"]["about"],
        linked=embedded(data["meta"]["linkedData"]), iri=iri,
        name=terms.get("dwc:scientificName") or terms.get("dwc:catalogNumber") or data["attributes"]["identifier"],
    )  # fmt: skip
    answer.headers.update(PAGE)
    return answer


def labels(registry: Registry, language: str) -> dict[str, str]:
    """Names of terms in the reader's language, from the fields that are called like them."""
    found: dict[str, str] = {f"dwc:{name}": texts.translate(language, text) for name, text in NAMES.items()}
    for view in registry.types.values():
        if view.module != "collection":
            continue
        for name, fact in view.attributes.items():
            for own, told in ((name, fact), *(fact.get("members") or {}).items()):
                local = str(told.get("term") or "").partition(":")[2]
                if local and told.get("label") and plain(own) == plain(local):
                    found.setdefault(told["term"], told["label"][language])
    return found


def plain(name: str) -> str:
    """`dwcCatalogNumber` and `catalogNumber` are one name."""
    return name.removeprefix("dwc").lower()


def iri(term: str) -> str:
    prefix, _, name = term.partition(":")
    return {"dwc": DWC, "dcterms": DCTERMS}.get(prefix, f"{prefix}:") + name


def embedded(data: Any) -> Markup:
    """Linked data as text that can stand in a script element: nothing in it can end the element."""
    text = orjson.dumps(data).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - nothing of HTML is left in it


async def listing(request: Request) -> Response:
    """The published data sets."""
    check_language(request)
    await known(request)
    found = await everybody(request, f"{EXCHANGE}/datasets", "application/json")
    return render(request, "public/datasets.html", datasets=found["registeredResources"])


async def dataset(request: Request) -> Response:
    """A published data set: what it is, who stands for it, its files and versions."""
    check_language(request)
    await known(request)
    id_ = quote(str(request.path_params["id"]))
    try:
        found = await everybody(request, f"{EXCHANGE}/datasets/{id_}", "application/json")
    except ApiError as fault:
        if fault.status == 404:
            raise HTTPException(404) from None
        raise
    if wanted(request.headers.get("accept", "")) == LINKED:
        return JSONResponse(found["linkedData"], media_type=LINKED, headers=VARY)
    about, language = found["dataset"], request.state.language
    french = language == "fr"
    title = (french and about.get("frenchTitle")) or about.get("title") or ""
    abstract = (french and about.get("frenchAbstract")) or about.get("abstract") or ""
    answer = render(
        request, "public/dataset.html", d=found, about=about, title=title, abstract=abstract,
        linked=embedded(search_words(found, title, abstract)), licences=LICENCES, roles=ROLES,
    )  # fmt: skip
    answer.headers.update(PAGE)
    return answer


def search_words(found: Any, title: str, abstract: str) -> dict[str, Any]:
    """The data set in the words of schema.org, which search engines for data read."""
    about = found["dataset"]
    return {
        "@context": "https://schema.org/", "@type": "Dataset", "name": title, "description": abstract or title,
        "identifier": found["id"], "version": str(found["version"]), "datePublished": found["publishedOn"],
        "license": about.get("licence"), "keywords": about.get("keywords") or [], "inLanguage": about.get("language"),
        "creator": [
            {"@type": "Person" if one.get("name") else "Organization", "name": one.get("name") or one.get("organization")}
            for one in found["contacts"]
            if one.get("role") == "creator"
        ],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": one["href"], "encodingFormat": one["mediaType"]}
            for one in found["files"]
        ],
    }  # fmt: skip
