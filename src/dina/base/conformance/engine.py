"""Run the rules: which ones, on which type, and tidying up afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import httpx

from dina.base.conformance import rules as _rules
from dina.base.conformance.check import BULK, Check, Run, rehearsed
from dina.base.conformance.config import Config, TypeFacts
from dina.base.conformance.exchange import Exchange, as_object, objects
from dina.base.conformance.rule import RULES, Rule
from dina.base.conformance.session import Session
from dina.base.conformance.verdict import Failed, Outcome, Report, Skipped, Verdict, Warned

__all__ = ["run"]

assert _rules  # importing the package registers the rules
CHUNK = 500
ONE_BY_ONE = 300
INDEX = re.compile(r"/data/(\d+)")

WORDS_FOR = {
    "writable": "way to be written",
    "text": "free text",
    "number": "number attribute",
    "date": "date attribute",
    "to_one": "to-one relationship",
    "to_many": "to-many relationship",
    "external": "external relationship",
    "key_map": "key map",
    "optional": "optional field",
    "required": "required attribute",
    "stored": "records of its own",
}


def run(config: Config, progress: Callable[[Verdict], None] | None = None) -> Report:
    """Check the rules of the chosen classes and report; records made on the way are removed, also on failure.

    Raises ValueError if no type is known or a token cannot be had, httpx.TransportError if nobody answers.
    """
    if not config.types:
        raise ValueError(
            "no types to test: neither the OpenAPI document (x-dina) nor the configuration names any"
        )
    if config.chosen == ("all",):
        config = replace(config, chosen=tuple(config.types))
    unknown = [t for t in config.chosen if t not in config.types]
    if unknown:
        raise ValueError(f"unknown type {', '.join(unknown)}; known are {', '.join(config.types)}")
    started = time.perf_counter()
    shared = Run(config, Session(config))
    verdicts: list[Verdict] = []
    try:
        for rule in ordered(config):
            for kind in subjects(rule, config):
                verdict = judge(rule, Check(shared, rehearsed(shared, kind)))
                verdicts.append(verdict)
                if progress is not None:
                    progress(verdict)
    finally:
        left = tidy(shared)
    verdicts.sort(key=lambda v: v.rule.number)
    spent = time.perf_counter() - started
    return Report(config.base, verdicts, left, len(shared.session.exchanges), spent)


def ordered(config: Config) -> list[Rule]:
    """By number; the rules that judge all exchanges, and the one that provokes 429, come last."""
    chosen = [
        r for r in RULES.values() if r.kind in config.classes and (not config.only or r.number in config.only)
    ]
    return sorted(chosen, key=lambda r: (r.number == 165, r.observes, r.number))


def subjects(rule: Rule, config: Config) -> Sequence[TypeFacts]:
    """The types to test: the chosen ones, else the richest that has what the rule needs."""
    if config.chosen and not (rule.once or rule.observes):
        return [config.types[t] for t in config.chosen]
    pool = [config.types[t] for t in config.chosen or config.types]
    pool.sort(key=lambda kind: -kind.richness)
    able = [kind for kind in pool if all(kind.has(need) for need in rule.needs)]
    return (able or pool)[:1]


def judge(rule: Rule, check: Check) -> Verdict:
    """One verdict. A server that breaks the connection fails the rule; it does not end the run."""
    started = time.perf_counter()
    before = len(check.session.exchanges)
    outcome, expected, seen, curl = Outcome.PASS, "", "", ""
    missing = next((need for need in sorted(rule.needs) if not check.kind.has(need)), None)
    if missing is not None:
        outcome, expected = (
            Outcome.SKIPPED,
            f"not applicable: {check.t} has no {said(missing)}",
        )
    elif rule.writes and check.read_only:
        outcome, expected = Outcome.SKIPPED, "this rule writes, and the run only reads"
    else:
        try:
            rule.test(check)
        except Warned as warned:
            outcome, expected, seen, curl = Outcome.WARNING, warned.expected, warned.seen, warned.curl
        except Failed as failed:
            outcome, expected, seen, curl = Outcome.FAIL, failed.expected, failed.seen, failed.curl
        except Skipped as skipped:
            outcome, expected = Outcome.SKIPPED, str(skipped)
        except httpx.HTTPError as fault:
            outcome, expected, seen = Outcome.FAIL, "an answer", f"{type(fault).__name__}: {fault}"
    exchanges = check.session.exchanges[before:]
    if exchanges and not curl:
        curl = exchanges[-1].curl()
    return Verdict(
        rule,
        "" if rule.once or rule.observes else check.t,
        outcome,
        expected,
        seen,
        curl,
        time.perf_counter() - started,
    )


def said(need: str) -> str:
    return " or ".join(WORDS_FOR[part] for part in need.split("|"))


def tidy(shared: Run) -> list[str]:
    """Remove what was made, newest first; for good where an administrator is known. Gives what is left."""
    if not shared.made:
        return []
    config, left = shared.config, dict(shared.made)
    try:
        for _ in range(3):
            for type_ in dict.fromkeys(t for t, _ in reversed(left)):
                check = Check(shared, config.types[type_])
                ids = [i for t, i in reversed(left) if t == type_]
                for gone in remove(check, ids):
                    left.pop((type_, gone), None)
            if not left:
                break
    except (httpx.HTTPError, Skipped, ValueError):
        pass
    return [f"{t}/{i}" for t, i in left]


def remove(check: Check, ids: Sequence[str]) -> list[str]:
    """The ids that could be removed: many at once where bulk deletion is served, else one after the other."""
    role = "admin" if check.session.known("admin") else check.writer
    purge = "?purge=true" if role in ("admin", "dev") else ""
    gone, rest = remove_many(check, ids, role)
    for i in rest:
        answer = check.delete(f"/{check.t}/{i}{purge}", role=role)
        if purge and answer.status in (400, 403):
            answer = check.delete(f"/{check.t}/{i}", role=role)
        if answer.status in (200, 204, 404, 410):
            gone.append(i)
    return gone


def remove_many(check: Check, ids: Sequence[str], role: str) -> tuple[list[str], list[str]]:
    """The ids that bulk deletion removed, or found gone, and those left for single requests to try."""
    gone: list[str] = []
    later: list[str] = []
    rest = list(ids)
    while len(rest) > ONE_BY_ONE:
        chunk = rest[:CHUNK]
        body = {"data": [{"type": check.t, "id": i} for i in chunk]}
        headers = {**BULK, "Prefer": f"errors={CHUNK}"}
        answer = check.delete(f"/{check.t}/bulk", body, role=role, headers=headers)
        if answer.status in (200, 204):
            gone += chunk
            rest = rest[len(chunk) :]
            continue
        # It is all or nothing, and says which of them stood in the way: some are gone, others are pointed at.
        named = dict(refused(answer, chunk))
        if not named:
            break
        gone += [i for i, status in named.items() if status in ("404", "410")]
        later += [i for i, status in named.items() if status not in ("404", "410")]
        rest = [i for i in rest if i not in named]
    return gone, [*rest, *later]


def refused(answer: Exchange, chunk: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The ids of a bulk request that were refused, and with which status."""
    for error in objects(as_object(answer.json).get("errors")):
        place = INDEX.match(str(as_object(error.get("source")).get("pointer")))
        if place and int(place[1]) < len(chunk):
            yield chunk[int(place[1])], str(error.get("status"))
