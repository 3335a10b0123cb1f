"""Data sets for publication: the list, the page of one, its form and its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import Refused, Resource
from dina.web.exchange.common import EXCHANGE, groups_of, job_of, one, page_number, render, to
from dina.web.exchange.content import COLLECTION, content_of, query_of, searches_of
from dina.web.rendering import check_language, client_of, registry_of

PAGE = 25
TEXTS = (
    "title", "frenchTitle", "abstract", "frenchAbstract", "licence", "rightsHolder", "purpose", "citation", "language",
    "webpage", "core", "identifierBase", "schedule",
)  # fmt: skip
"""Attributes of the form that are one text each."""
CONTACT = ("name", "role", "organization", "position", "email", "person")
MORE = 2
"""Empty lines for further contacts and terms."""


async def listing(request: Request) -> Response:
    check_language(request)
    offset = page_number(request, PAGE)
    params = {"page[limit]": PAGE, "page[offset]": offset, "sort": "title"}
    found = await client_of(request).get(f"{EXCHANGE}/dataset", params)
    total = int(found.meta.get("totalResourceCount", len(found.data)))
    return render(
        request, "exchange/datasets.html", datasets=found.data, offset=offset, limit=PAGE, total=total
    )


async def show(request: Request) -> Response:
    """The five parts of a data set: content, mapping, description, checks, versions."""
    check_language(request)
    dataset = await one(request, "dataset")
    params = {"filter[dataset.id][EQ]": dataset.id, "sort": "-number", "page[limit]": 50}
    versions = await client_of(request).get(f"{EXCHANGE}/dataset-version", params)
    job = await job_of(request, dataset.id)
    errors: list[Mapping[str, Any]] = job.attributes["errors"] if job else []
    rules = {error.get("meta", {}).get("rule", "") for error in errors}
    return render(
        request, "exchange/dataset.html", dataset=dataset, versions=versions.data, job=job,
        content=await content_of(request, dataset), names=await labels(request), guards=rules,
        contacts=await contacts_of(request, dataset),
    )  # fmt: skip


async def contacts_of(request: Request, dataset: Resource) -> list[dict[str, Any]]:
    """The contacts, with the names of those who are people here."""
    contacts: list[dict[str, Any]] = dataset.attributes.get("contacts") or []
    ids = [one["person"] for one in contacts if one.get("person")]
    names: dict[str, str] = {}
    if ids:
        params = {"filter[id][IN]": ",".join(ids), "page[limit]": len(ids)}
        found = await client_of(request).get("/agent/v1/person", params)
        names = {one.id: str(one.attributes.get("displayName", "")) for one in found.data}
    return [{**one, "shown": names.get(one.get("person") or "", one.get("name") or "")} for one in contacts]


async def labels(request: Request) -> dict[str, dict[str, str]]:
    """The words of the vocabularies that data sets and versions use, by attribute."""
    registry, language = await registry_of(request), request.state.language
    found: dict[str, dict[str, str]] = {}
    for type_ in ("dataset-version", "dataset"):
        for name, fact in registry.types[type_].attributes.items():
            if fact.get("labels"):
                found[name] = {key: told[language] for key, told in fact["labels"].items()}
            for member, inner in (fact.get("members") or {}).items():
                if inner.get("labels"):
                    found[f"{name}.{member}"] = {key: told[language] for key, told in inner["labels"].items()}
    return found


async def edit(request: Request) -> Response:
    """The form of a data set, new or known."""
    check_language(request)
    dataset = await one(request, "dataset") if "id" in request.path_params else None
    if request.method == "GET":
        return await form_page(request, dataset, dataset.attributes if dataset else defaults())
    form = await request.form()
    attributes = attributes_of(form, dataset)
    client = client_of(request)
    try:
        if dataset is None:
            dataset = await client.create(f"{EXCHANGE}/dataset", attributes)
        else:
            dataset = await client.update(f"{EXCHANGE}/dataset", dataset.id, attributes)
    except Refused as fault:
        return await form_page(request, dataset, attributes, fault.errors)
    if form.get("then") == "publish":
        from dina.web.exchange.versions import publish

        return await publish(request, dataset.id, {})
    return to(request, f"publish/{dataset.id}")


def defaults() -> dict[str, Any]:
    """What a new data set has before anybody says anything."""
    return {
        "licence": "http://creativecommons.org/licenses/by/4.0/legalcode", "core": "occurrence", "schedule": "off",
        "formats": ["dwca"], "language": "en",
    }  # fmt: skip


async def form_page(
    request: Request, dataset: Resource | None, a: Mapping[str, Any], errors: Sequence[Mapping[str, Any]] = ()
) -> Response:
    registry = await registry_of(request)
    collections = await client_of(request).get(
        "/collection/v1/collection", {"page[limit]": 500, "sort": "name"}
    )
    people = await client_of(request).get("/agent/v1/person", {"page[limit]": 500, "sort": "displayName"})
    filters: dict[str, str] = (a.get("query") or {}).get("filters") or {}
    rest = {name: value for name, value in filters.items() if name not in (COLLECTION, "fiql")}
    return render(
        request, "exchange/dataset-form.html", 422 if errors else 200, dataset=dataset, a=a, errors=errors,
        facts=registry.types["dataset"].attributes, names=await labels(request), collections=collections.data,
        people=people.data, groups=groups_of(request), collection=filters.get(COLLECTION, ""),
        search=(a.get("query") or {}).get("search", ""),
        searches=await searches_of(request, dataset, (a.get("query") or {}).get("search", "")),
        fiql=filters.get("fiql", ""), rest="\n".join(f"{name}={value}" for name, value in rest.items()),
        contacts=[*(a.get("contacts") or []), *([{}] * MORE)], steps=[*(a.get("methods") or []), {}],
        wrong={str(e.get("source", {}).get("pointer", "")).split("/")[3:4][0]: e.get("detail", "") for e in errors
               if len(str(e.get("source", {}).get("pointer", "")).split("/")) > 3},
    )  # fmt: skip


def attributes_of(form: FormData, dataset: Resource | None) -> dict[str, Any]:
    """What the form says, as attributes of the API."""
    made: dict[str, Any] = {
        name: str(form.get(name, "")).replace("\r\n", "\n").strip() or None for name in TEXTS
    }
    made["title"] = made["title"] or ""
    made["core"], made["schedule"] = made["core"] or "occurrence", made["schedule"] or "off"
    made["language"] = made["language"] or "en"
    made["withRestricted"] = bool(form.get("withRestricted"))
    made["formats"] = [str(one) for one in form.getlist("formats")] or None
    made["keywords"] = [
        one.strip() for one in str(form.get("keywords", "")).splitlines() if one.strip()
    ] or None
    kept = str(form.get("versionsKept", "")).strip()
    made["versionsKept"] = int(kept) if kept.isdecimal() else None
    contacts: list[dict[str, Any]] = []
    steps: list[dict[str, str]] = []
    for at in range(100):
        if f"contact-{at}-role" in form:
            told = {part: str(form.get(f"contact-{at}-{part}", "")).strip() for part in CONTACT}
            if told["name"] or told["organization"] or told["person"]:
                contacts.append({part: value for part, value in told.items() if value})
        if text := str(form.get(f"step-{at}", "")).strip():
            steps.append({"description": text})
    made["contacts"], made["methods"] = contacts or None, steps or None
    made["query"] = query_of(form)
    if dataset is None:
        made["group"] = str(form.get("group", ""))
    return made


async def mapping(request: Request) -> Response:
    """Which term is made of what; on POST terms are left out, and fields added under a term."""
    check_language(request)
    dataset = await one(request, "dataset")
    client = client_of(request)
    left: list[str] = dataset.attributes.get("leftOut") or []
    added: list[dict[str, str]] = dataset.attributes.get("addedTerms") or []
    faults: list[str] = []
    if request.method == "POST":
        form = await request.form()
        shown = {str(one) for one in form.getlist("term")}
        left = sorted((set(left) - shown) | (shown - {str(one) for one in form.getlist("kept")}))
        added = [
            {"term": str(form[f"added-{at}"]).strip(), "path": str(form.get(f"path-{at}", "")).strip()}
            for at in range(100)
            if str(form.get(f"added-{at}", "")).strip()
        ]
        try:
            changed = {"leftOut": left or None, "addedTerms": added or None}
            await client.update(f"{EXCHANGE}/dataset", dataset.id, changed)
            return to(request, f"publish/{dataset.id}/mapping")
        except Refused as fault:
            faults = fault.sentences
    document = await client.request("GET", f"{EXCHANGE}/dataset/{quote(dataset.id)}/mapping")
    return render(
        request, "exchange/mapping.html", 422 if faults else 200, dataset=dataset, left=left, faults=faults,
        terms=document["data"]["attributes"]["terms"], added=[*added, *([{"term": "", "path": ""}] * MORE)],
    )  # fmt: skip
