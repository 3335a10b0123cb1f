"""A run: what it leaves behind, how it waits, which types it takes, which level it names."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from dina.base.conformance import RULES, Outcome, Report, Verdict, run
from tests.conformance.harness import checked, config
from tests.conformance.reference import Api


def alive(api: Api) -> list[str]:
    return [f"{r.type} {r.attributes['name']}" for r in api.world.rows.values()]


def test_nothing_is_left_behind() -> None:
    api = Api()
    report = run(config(api))
    assert api.world.snapshots, "the run made records"
    assert alive(api) == []
    assert list(report.left) == []


def test_nothing_is_left_behind_by_a_run_that_is_broken_off() -> None:
    api = Api()

    def stop(verdict: Verdict) -> None:
        if verdict.rule.number == 109:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config(api), stop)
    assert api.world.snapshots
    assert alive(api) == []


def test_records_that_cannot_be_removed_are_named() -> None:
    report = checked("R121", "R130", only=[102])
    assert all(name.startswith(("specimen/", "shelf/")) for name in report.left)


def test_a_read_only_run_writes_nothing() -> None:
    api = Api()
    run(config(api, only=[102]))
    before = len(api.world.snapshots)
    report = run(config(api, read_only=True))
    assert len(api.world.snapshots) == before
    assert report.ok
    skipped = {v.rule.number for v in report.verdicts if v.outcome is Outcome.SKIPPED}
    assert {102, 121, 128} <= skipped


def test_a_read_only_run_judges_the_records_there_are() -> None:
    api = Api()
    run(config(api, only=[1]))
    full = config(api)
    keep = replace(full, transport=httpx.MockTransport(deaf_to_deletes(api)), only=frozenset([85]))
    run(keep)
    report = run(config(api, read_only=True, only=[23, 55, 68, 95]))
    assert [v.outcome for v in report.verdicts] == [Outcome.PASS] * 4


def deaf_to_deletes(api: Api):
    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(403, json={"errors": [{"status": "403"}]})
        return api(request)

    return handle


def test_a_busy_service_is_given_the_time_it_asks_for() -> None:
    api, waited, busy = Api(), [], iter([True, True])

    def handle(request: httpx.Request) -> httpx.Response:
        if next(busy, False):
            return httpx.Response(429, headers={"Retry-After": "3"}, json={"errors": []})
        return api(request)

    chosen = replace(config(api, only=[95]), transport=httpx.MockTransport(handle), sleep=waited.append)
    assert run(chosen).outcome(95) is Outcome.PASS
    assert waited == [3.0, 3.0]


def test_a_service_that_hangs_up_fails_the_rule_not_the_run() -> None:
    api = Api()

    def handle(request: httpx.Request) -> httpx.Response:
        if "noSuchAttribute" in str(request.url):
            raise httpx.RemoteProtocolError("hung up")
        return api(request)

    chosen = replace(config(api, only=[75, 95]), transport=httpx.MockTransport(handle))
    report = run(chosen)
    assert report.outcome(75) is Outcome.FAIL
    assert report.outcome(95) is Outcome.PASS


def test_a_rule_takes_the_chosen_types() -> None:
    report = checked(only=[95, 87], chosen=("shelf", "specimen"))
    seen = [(v.rule.number, v.type, v.outcome) for v in report.verdicts]
    assert seen == [
        (87, "shelf", Outcome.SKIPPED),
        (87, "specimen", Outcome.PASS),
        (95, "shelf", Outcome.PASS),
        (95, "specimen", Outcome.PASS),
    ]


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown type sheep"):
        checked(chosen=("sheep",))


def verdicts(**failing: Outcome) -> Report:
    found = [
        Verdict(rule, "specimen", failing.get(rule.name, Outcome.PASS)) for _, rule in sorted(RULES.items())
    ]
    return Report("https://api.example.org/collection/v1", found)


@pytest.mark.parametrize(
    ("failing", "level", "ok"),
    [
        ({}, "excellent", True),
        ({"R140": Outcome.FAIL}, "excellent", True),  # COULD
        ({"R16": Outcome.FAIL}, "reference-compatible", True),  # SHOULD J
        ({"R58": Outcome.FAIL}, "reference-compatible", False),  # MUST O
        ({"R57": Outcome.FAIL}, "DINA-compliant", False),  # MUST K
        ({"R95": Outcome.FAIL}, "none", False),  # MUST J
        ({"R95": Outcome.WARNING}, "excellent", True),
        ({"R95": Outcome.SKIPPED}, "excellent", True),
    ],
)
def test_the_level_reached(failing: dict[str, Outcome], level: str, ok: bool) -> None:
    report = verdicts(**failing)
    assert (report.level, report.ok) == (level, ok)


def test_a_level_is_not_named_for_classes_that_were_not_checked() -> None:
    report = checked(classes="GJ", only=[22, 41])
    assert report.level == "DINA-compliant"
    assert checked(classes="G", only=[41]).level == "none"


def test_all_types_can_be_taken() -> None:
    report = checked(only=[95], chosen=("all",))
    assert [v.type for v in report.verdicts] == ["specimen", "shelf"]


def picky(api: Api, **refused: str):
    """A service that refuses records whose body holds a text, pointing at an attribute."""

    def handle(request: httpx.Request) -> httpx.Response:
        for attribute, text in refused.items():
            if request.method == "POST" and text in request.read().decode():
                error = {"status": "422", "source": {"pointer": f"/data/attributes/{attribute}"}}
                return httpx.Response(422, json={"errors": [error]})
        return api(request)

    return handle


def test_a_text_that_is_no_free_text_is_not_tried_as_one() -> None:
    api = Api()
    chosen = replace(config(api, only=[63, 95]), transport=httpx.MockTransport(picky(api, name=", B")))
    report = run(chosen)
    assert report.outcome(95) is Outcome.PASS
    assert report.outcome(63) is Outcome.SKIPPED


def test_an_example_that_is_refused_fails_one_rule_and_not_all() -> None:
    api = Api()
    refusing = httpx.MockTransport(picky(api, details='"kind": "sheet"'))
    report = run(replace(config(api, only=[95, 102, 109]), transport=refusing))
    assert report.outcome(102) is Outcome.FAIL
    assert report.outcome(95) is report.outcome(109) is Outcome.SKIPPED
    assert "not accepted" in report.verdicts[0].expected


def test_an_example_in_use_gets_a_new_word() -> None:
    api, used = Api(), []

    def handle(request: httpx.Request) -> httpx.Response:
        body = request.read().decode()
        if request.method == "POST" and '"remarks": "one of several"' in body:
            if used:
                error = {"status": "422", "source": {"pointer": "/data/attributes/remarks"}}
                return httpx.Response(422, json={"errors": [error]})
            used.append(body)
        return api(request)

    report = run(replace(config(api, only=[63, 95, 109]), transport=httpx.MockTransport(handle)))
    assert [v.outcome for v in report.verdicts] == [Outcome.PASS] * 3
