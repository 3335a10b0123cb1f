"""Values of one specimen in the form of the next: those that were locked, or all that do not make it the one it is."""

from __future__ import annotations

from starlette.requests import Request

from dina.web.generic import raw as raws
from dina.web.generic.editing import copy_into
from dina.web.specimens.composite import ASSOCIATION, ORGANISM, Part, Specimen, blank, stored, with_row


async def carry(request: Request, specimen: Specimen, id_: str, only: list[str]) -> None:
    """The locked values of the specimen before; its event stays the same event."""
    source = await stored(request, id_)
    for at in range(1, len(source.associations)):
        if any(name.startswith(f"association.{at}.") for name in only):
            further = (await blank(request, 1, ASSOCIATION))[0]
            specimen.associations.append(Part(f"association.{len(specimen.associations)}.", further))
    for at in range(1, len(source.organisms)):
        if any(name.startswith(f"organism.{at}.") for name in only):
            await another(request, specimen)
    for name in only:
        if name in source.sample.form.raw:
            specimen.sample.form.raw[name] = source.sample.form.raw[name]
        elif name in source.sample.form.links:
            specimen.sample.form.links[name] = source.sample.form.links[name]
        elif name.startswith("association."):
            carry_member(specimen.associations, source.associations, name)
        elif name.startswith("organism."):
            carry_member(specimen.organisms, source.organisms, name)
    if any(name.startswith("event.") for name in only) or "collectingEvent" in only:
        specimen.sample.form.links["collectingEvent"] = source.sample.form.links["collectingEvent"]


async def another(request: Request, specimen: Specimen) -> Part:
    """A further organism, with nothing in it."""
    made = Part(f"organism.{len(specimen.organisms)}.", with_row((await blank(request))[0], "determination"))
    specimen.organisms.append(made)
    return made


def carry_member(parts: list[Part], source: list[Part], name: str) -> None:
    """A locked field of an organism or an association, or a member of one of its identifications."""
    _, number, inner = name.split(".", 2) if name.count(".") > 1 else ("", "", "")
    if not number.isdecimal() or int(number) >= min(len(source), len(parts)):
        return
    to, of = parts[int(number)].form, source[int(number)].form
    for mine, theirs in ((to.raw, of.raw), (to.links, of.links)):
        if inner in theirs:
            mine[inner] = theirs[inner]
    list_, _, rest = inner.partition(".")
    at, _, member = rest.partition(".")
    rows, theirs = to.raw.get(list_), of.raw.get(list_)
    if (
        not at.isdecimal()
        or not isinstance(rows, list)
        or not isinstance(theirs, list)
        or int(at) >= len(theirs)
    ):  # pyright: ignore[reportUnknownArgumentType]
        return
    while len(rows) <= int(at):  # pyright: ignore[reportUnknownArgumentType]
        rows.append(raws.blank(to.facts[list_]))  # pyright: ignore[reportUnknownMemberType]
    if member in theirs[int(at)]:
        rows[int(at)][member] = theirs[int(at)][member]


async def copied(request: Request, specimen: Specimen, id_: str) -> None:
    """A copy: of the same event, with organisms of its own, without number and place."""
    source = await stored(request, id_)
    sample = source.sample.form
    if sample.resource is None:
        return
    copy_into(specimen.sample.form, sample.view, sample.resource, [])
    specimen.sample.form.links |= {"organism": "", "storageUnitUsage": ""}
    specimen.sample.form.links["collectingEvent"] = sample.links["collectingEvent"]
    for at, part in enumerate(source.organisms):
        resource = part.form.resource
        if resource is None or resource.type != ORGANISM:
            continue
        target = specimen.organisms[at] if at < len(specimen.organisms) else await another(request, specimen)
        copy_into(target.form, part.form.view, resource, [])
        with_row(target.form, "determination")
