"""The report as a file: JSON for programs, JUnit for build servers, HTML for people."""

from __future__ import annotations

import json
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from dina.base.conformance.rule import CLASSES, Level
from dina.base.conformance.verdict import Outcome, Report, Verdict

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1b1f23}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;vertical-align:top;border-bottom:1px solid #dde}
code{font-size:.85em;overflow-wrap:anywhere}
.fail{color:#a40000;font-weight:700}.pass{color:#0a5c2b}.warning{color:#7a4b00}.skipped{color:#5a6472}
@media (prefers-color-scheme:dark){body{background:#14181c;color:#e6e9ec}th,td{border-color:#333c45}
.fail{color:#ff8f8f}.pass{color:#7fd6a0}.warning{color:#f0c169}.skipped{color:#a5afba}}
"""


def as_data(verdict: Verdict) -> dict[str, Any]:
    rule = verdict.rule
    return {
        "rule": rule.name,
        "level": rule.level.value,
        "class": rule.kind,
        "title": rule.title,
        "source": rule.source,
        "type": verdict.type or None,
        "outcome": verdict.outcome.value,
        "expected": verdict.expected or None,
        "seen": verdict.seen or None,
        "curl": verdict.curl or None,
        "seconds": round(verdict.seconds, 4),
    }


def to_json(report: Report) -> str:
    """`{base, level, ok, counts, left, verdicts: [{rule, level, class, outcome, expected, curl, …}]}`."""
    whole = {
        "base": report.base,
        "level": report.level,
        "ok": report.ok,
        "requests": report.requests,
        "seconds": round(report.seconds, 2),
        "counts": {outcome.value: number for outcome, number in report.counts().items()},
        "untested": [rule.name for rule in report.untested],
        "left": list(report.left),
        "verdicts": [as_data(v) for v in report.verdicts],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def to_junit(report: Report) -> str:
    """One test case per rule and type. A broken MUST is a failure; a broken SHOULD is told, not failed."""
    suite = Element("testsuite", name="dina check", hostname=report.base, time=f"{report.seconds:.2f}")
    failures = skipped = 0
    for verdict in report.verdicts:
        rule = verdict.rule
        name = f"{rule.name} {rule.title}"
        case = SubElement(
            suite,
            "testcase",
            classname=f"{rule.kind}.{verdict.type}",
            name=name,
            time=f"{verdict.seconds:.3f}",
        )
        text = f"expected: {verdict.expected}\nseen: {verdict.seen}\n{verdict.curl}"
        if verdict.outcome is Outcome.SKIPPED:
            skipped += 1
            SubElement(case, "skipped", message=verdict.expected)
        elif verdict.outcome is Outcome.FAIL and rule.level is Level.MUST:
            failures += 1
            SubElement(case, "failure", message=clean(verdict.expected)).text = clean(text)
        elif verdict.outcome is not Outcome.PASS:
            SubElement(case, "system-out").text = clean(f"{rule.level} {verdict.outcome}\n{text}")
    suite.set("tests", str(len(report.verdicts)))
    suite.set("failures", str(failures))
    suite.set("skipped", str(skipped))
    indent(suite)
    return tostring(suite, encoding="unicode", xml_declaration=True)


def clean(text: str) -> str:
    """Without the characters XML 1.0 does not allow."""
    return "".join(sign for sign in text if sign in "\t\n" or sign >= " ")


def to_html(report: Report) -> str:
    """One page without scripts; fails first in the eye, every rule in the table."""
    rows = "\n".join(row(verdict) for verdict in report.verdicts)
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts().items() if number)
    classes = "; ".join(f"{letter} {meaning}" for letter, meaning in CLASSES.items())
    unknown = ", ".join(rule.name for rule in report.untested)
    unknown = f"<p>MUST rules this run could not judge: {unknown}.</p>" if unknown else ""
    left = f"<p>Could not be removed: {escape(', '.join(report.left))}</p>" if report.left else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>DINA check of {escape(report.base)}</title><style>{STYLE}</style></head><body>
<h1>DINA check</h1>
<p><code>{escape(report.base)}</code></p>
<p>Level reached: <strong>{report.level}</strong>. {counts};
{report.requests} requests in {report.seconds:.1f} s.</p>
{unknown}{left}<p>Classes: {classes}.</p>
<table><thead><tr><th>Rule</th><th>Level</th><th>Class</th><th>Type</th><th>Verdict</th><th>What</th></tr></thead>
<tbody>
{rows}
</tbody></table></body></html>
"""


def row(verdict: Verdict) -> str:
    rule = verdict.rule
    what = [escape(rule.title)]
    if verdict.outcome is Outcome.SKIPPED:
        what.append(escape(verdict.expected))
    elif verdict.outcome is not Outcome.PASS:
        what += [
            f"Expected: {escape(verdict.expected)}",
            f"Seen: {escape(verdict.seen)}",
            escape(rule.source),
        ]
    if verdict.curl:
        what.append(f"<details><summary>request</summary><code>{escape(verdict.curl)}</code></details>")
    cells = [rule.name, rule.level, rule.kind, escape(verdict.type)]
    text = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        f'<tr id="{rule.name}">{text}<td class="{verdict.outcome}">{verdict.outcome}</td>'
        f"<td>{'<br>'.join(what)}</td></tr>"
    )
