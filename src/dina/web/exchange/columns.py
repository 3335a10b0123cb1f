"""The second step of an import: which column means what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from dina.client import Refused, Resource
from dina.web import texts
from dina.web.exchange.common import EXCHANGE, act, dataset_of, render, to, with_job
from dina.web.rendering import client_of

NO_FIELD = "—"
MORE = 3
"""Empty lines for further constants."""


class Fields:
    """The fields that columns may fill, by path and by the name people choose them by."""

    def __init__(self, found: list[dict[str, Any]], custom: Mapping[str, str]) -> None:
        self.all = found
        self.custom = custom
        self.names: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        for one in found:
            name = f"{one['part']} › {one['label']}"
            if name in self.paths:
                name = f"{name} ({one['path']})"
            self.names[one["path"]] = name
            self.paths[name] = one["path"]

    def name(self, path: str | None, language: str) -> str:
        """How a field is shown; custom fields that are yet to be made by their key."""
        if not path:
            return ""
        if path in self.names:
            return self.names[path]
        head, _, key = path.rpartition(".")
        if head in self.names and head not in self.custom.values():
            return f"{self.names[head]} › {key}"
        if self.key(path):
            return texts.translate(language, "New custom field: {key}", key=path.rpartition(".")[2])
        return path

    def key(self, path: str) -> str:
        head, _, key = path.rpartition(".")
        return key if head in self.custom.values() else ""

    def path(self, name: str) -> str:
        """What was chosen or typed, as a path."""
        name = name.strip()
        head, _, key = name.rpartition(" › ")
        if name not in self.paths and head in self.paths:
            return f"{self.paths[head]}.{key}"
        return self.paths.get(name, name)

    def kind(self, path: str | None) -> dict[str, Any]:
        return next((one for one in self.all if one["path"] == path), {})


async def fields_of(request: Request, type_: str) -> Fields:
    document = await client_of(request).request("GET", f"{EXCHANGE}/import-fields", params={"type": type_})
    told = document["data"]["attributes"]
    return Fields(told["fields"], told["customParts"])


async def show(request: Request) -> Response:
    """The columns with what they are taken for; on POST they are kept and, if wanted, checked."""
    dataset, job = await with_job(request, "stage")
    if request.method == "GET" or not dataset.attributes.get("mapping"):
        return await page(request, dataset, job)
    form = await request.form()
    fields = await fields_of(request, dataset.attributes["targetType"])
    try:
        mapping = mapping_of(dataset, form, fields, request.state.language)
        await client_of(request).update(f"{EXCHANGE}/import-dataset", dataset.id, {"mapping": mapping})
        if name := str(form.get("recipeName", "")).strip():
            await keep_recipe(request, dataset, name[:250], mapping)
        if form.get("then") == "check":
            return to(
                request,
                f"imports/{dataset.id}/check",
                await act(request, f"import-dataset/{dataset.id}/check"),
            )
    except Refused as fault:
        return await page(request, dataset, job, fault.sentences)
    return to(request, f"imports/{dataset.id}/columns")


async def page(
    request: Request, dataset: Resource, job: Resource | None, faults: list[str] | None = None
) -> Response:
    tables = dataset.attributes.get("tables") or []
    columns: list[dict[str, Any]] = tables[0]["columns"] if tables else []
    mapping = dataset.attributes.get("mapping") or {"columns": []}
    fields = await fields_of(request, dataset.attributes["targetType"]) if tables else Fields([], {})
    recipes = await client_of(request).get(f"{EXCHANGE}/import-recipe", {"page[limit]": 200, "sort": "name"})
    chosen = {one["column"]: one for one in mapping["columns"]}
    return render(
        request, "exchange/import-columns.html", 422 if faults else 200, dataset=dataset, job=job, columns=columns,
        chosen=chosen, mapping=mapping, fields=fields, faults=faults or [], step="columns",
        constants=[*mapping.get("constants", []), *([{"field": "", "value": ""}] * MORE)],
        recipes=fitting(recipes.data, columns), recipe=next(iter(dataset.linked("recipe")), {}).get("id"),
        hows=hows(request.state.language), others=tables[1:],
    )  # fmt: skip


def hows(language: str) -> dict[str, str]:
    """Words for how a column was recognised."""

    def _(text: str) -> str:
        return texts.translate(language, text)

    return {
        "term": _("named by the archive"), "heading": _("by its heading"), "label": _("by its heading"),
        "similar": _("a similar heading"), "field": _("the field’s own name"), "recipe": _("by the recipe"),
        "own": _("kept as a custom field"), "none": _("not recognised"), "empty": _("an empty column"),
        "chosen": _("chosen"),
    }  # fmt: skip


def fitting(recipes: list[Resource], columns: list[dict[str, Any]]) -> list[tuple[Resource, int]]:
    """Recipes with how many of this file's headings each knows, the best first."""
    own = {str(column["name"]).casefold() for column in columns}
    found: list[tuple[Resource, int]] = []
    for one in recipes:
        told = (one.attributes.get("mapping") or {}).get("columns", [])
        found.append((one, len(own & {str(column.get("heading", "")).casefold() for column in told})))
    return sorted(found, key=lambda one: -one[1])


def mapping_of(dataset: Resource, form: FormData, fields: Fields, language: str) -> dict[str, Any]:
    """The mapping as the form says it: what is not in the form stays as it was."""
    before: dict[str, Any] = dataset.attributes["mapping"]
    columns: list[dict[str, Any]] = []
    for entry in before["columns"]:
        at = entry["column"]
        if f"field-{at}" not in form:
            columns.append(entry)
            continue
        given = str(form.get(f"field-{at}", ""))
        path = (
            entry.get("field") if given == fields.name(entry.get("field"), language) else fields.path(given)
        )
        one = {name: value for name, value in entry.items() if name not in ("skip",)}
        if (path or None) != (entry.get("field") or None):
            one = {
                "column": at,
                "heading": entry.get("heading", ""),
                "field": path or None,
                "how": "chosen",
                "score": 1.0,
            }
        if form.get(f"skip-{at}"):
            one["skip"] = True
        columns.append(one)
    constants: list[dict[str, Any]] = []
    for at in range(500):
        if f"constant-{at}" not in form:
            break
        path = fields.path(str(form.get(f"constant-{at}", "")))
        if path:
            constants.append({"field": path, "value": str(form.get(f"value-{at}", ""))})
    made = {**before, "columns": columns, "constants": constants}
    if "matchBy" in form:
        made["matchBy"] = str(form.get("matchBy", "")) or None
    if "rowsAre" in form:
        made["rowsAre"] = "records" if form.get("rowsAre") == "records" else None
    return made


async def keep_recipe(request: Request, dataset: Resource, name: str, mapping: dict[str, Any]) -> None:
    """Keep the columns and what was decided about names for the next file of this kind."""
    a = dataset.attributes
    decided = {
        field: {text: one for text, one in names.items() if one.get("action") != "ask"}
        for field, names in (a.get("decisions") or {}).items()
    }
    attributes = {
        "name": name, "group": a.get("group"), "targetType": a["targetType"], "mapping": mapping,
        "decisions": decided or None,
    }  # fmt: skip
    await client_of(request).create(f"{EXCHANGE}/import-recipe", attributes)


async def recipe(request: Request) -> Response:
    """Read the columns anew as a recipe says."""
    dataset = await dataset_of(request)
    id_ = str((await request.form()).get("recipe", ""))
    linked = {"recipe": {"data": {"type": "import-recipe", "id": id_} if id_ else None}}
    await client_of(request).update(f"{EXCHANGE}/import-dataset", dataset.id, {"mapping": None}, linked)
    return to(
        request, f"imports/{dataset.id}/columns", await act(request, f"import-dataset/{dataset.id}/stage")
    )
