"""Rules of living collections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from dina.base.errors import Error
from dina.base.resource import Draft, RuleContext
from dina.base.resource.rules import broken

IPEN = re.compile(
    r"(?P<country>[A-Z]{2})-(?P<restricted>[01])-(?P<garden>[A-Z]{1,6})-(?P<number>[^\s-].{0,60})"
)
UNKNOWN_COUNTRY = "XX"
COUNTS = ("countViable", "countFresh", "countAbnormal", "countDead", "countEmpty", "countInfested")
COUNTRIES = frozenset(
    re.findall(
        "[A-Z]{2}",
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS "
        "BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE "
        "EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
        "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC "
        "LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA "
        "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
        "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
        "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ",
    )
)
"""ISO 3166-1, two letters."""


def ipen_is_well_formed(draft: Draft) -> Iterable[Error]:
    """Country of origin or XX, 0 or 1, the garden's letters, the number there; the country agrees with ours."""
    given, country = draft.get("ipenNumber"), draft.get("countryOfOrigin")
    if country and country not in COUNTRIES:
        yield broken(
            "accession.noSuchCountry", "/attributes/countryOfOrigin", "VOCABULARY_VALUE", name=country
        )
    if not given:
        return
    match = IPEN.fullmatch(given)
    if match is None:
        yield broken("accession.ipenForm", "/attributes/ipenNumber", "CONSTRAINT_VIOLATION")
    elif match["country"] != UNKNOWN_COUNTRY and match["country"] not in COUNTRIES:
        yield broken(
            "accession.noSuchCountry", "/attributes/ipenNumber", "VOCABULARY_VALUE", name=match["country"]
        )
    elif country and match["country"] not in (country, UNKNOWN_COUNTRY):
        yield broken("accession.ipenCountry", "/attributes/ipenNumber", country=country)


def provenance_agrees(draft: Draft) -> Iterable[Error]:
    """Propagation since the wild is said of wild material only."""
    if draft.get("wildPropagation") and draft.get("provenanceType") not in ("W", "Z"):
        yield broken("accession.notWild", "/attributes/wildPropagation")


def taken_away_for_a_reason(draft: Draft) -> Iterable[Error]:
    if draft.get("removalReason") and not draft.get("removedOn"):
        yield broken("planting.reasonWithoutRemoval", "/attributes/removalReason")
    if (draft.get("latitude") is None) != (draft.get("longitude") is None):
        yield broken("event.halfACoordinate", "/attributes/latitude")


def death_has_a_cause(draft: Draft) -> Iterable[Error]:
    """The dead have a cause of death, if only an unknown one; the living have none and are not all gone."""
    dead = draft.get("livingStatus") == "dead"
    if dead and not draft.get("causeOfDeath"):
        yield broken("condition.deathWithoutCause", "/attributes/livingStatus")
    if not dead and draft.get("causeOfDeath"):
        yield broken("condition.causeWithoutDeath", "/attributes/causeOfDeath")
    if dead and draft.get("countAlive"):
        yield broken("condition.deadButAlive", "/attributes/countAlive")


def counts_add_up(draft: Draft) -> Iterable[Error]:
    """The outcomes of a test are at most what was tested."""
    tested = draft.get("countTested")
    total = sum(draft.get(name) or 0 for name in COUNTS)
    if tested is not None and total > tested:
        yield broken("viability.moreThanTested", "/attributes/countTested", total=total)


def offspring_is_another(draft: Draft) -> Iterable[Error]:
    if draft.link("materialSample") and draft.link("materialSample") in (draft.link("offspring") or []):
        yield broken("propagation.ofItself", "/relationships/offspring")


async def dead_stays_dead(drafts: Sequence[Draft], context: RuleContext) -> Iterable[tuple[int, Error]]:
    """What was found dead is not found alive on a later day; who was wrong corrects the earlier check."""
    judged = [
        (position, draft)
        for position, draft in enumerate(drafts)
        if draft.get("livingStatus") not in (None, "dead", "not_found") and draft.link("materialSample")
    ]
    if not judged:
        return []
    cursor = await context.connection.execute(
        cast(
            Any,
            f"SELECT material_sample_id::text, min(checked_on) FROM {context.schema}.condition_check "
            "WHERE living_status = 'dead' AND deleted_on IS NULL AND material_sample_id = ANY(%s::uuid[]) "
            "AND NOT id = ANY(%s::uuid[]) GROUP BY 1",
        ),
        [[draft.link("materialSample") for _, draft in judged], [draft.id for draft in drafts]],
    )
    died: dict[str, str] = {row[0]: row[1] for row in await cursor.fetchall()}
    for draft in drafts:
        sample, day = draft.link("materialSample"), draft.get("checkedOn")
        if draft.get("livingStatus") == "dead" and sample and day:
            died[sample] = min(day, died.get(sample, day))
    errors: list[tuple[int, Error]] = []
    for position, draft in judged:
        day = died.get(draft.link("materialSample"))
        checked = draft.get("checkedOn")
        if day is None or checked is None:
            continue
        known = min(len(day), len(checked))
        if checked[:known] > day[:known]:
            errors.append((position, broken("condition.deadSince", "/attributes/livingStatus", date=day)))
    return errors
