"""The report as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dina.base.conformance.verdict import Outcome, Report, Verdict, worst

MARKS = {
    Outcome.PASS: ("pass", "green"),
    Outcome.FAIL: ("FAIL", "bold red"),
    Outcome.WARNING: ("warn", "yellow"),
    Outcome.SKIPPED: ("n.a.", "dim"),
}


def show(report: Report, console: Console) -> None:
    """Print every rule with its verdict, then the failures in full, then the level reached."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("rule", "", "", "verdict"):
        table.add_column(column, no_wrap=True)
    table.add_column("what", ratio=1)
    for rule, verdicts in report.by_rule().items():
        outcome = worst(v.outcome for v in verdicts) or Outcome.SKIPPED
        mark, style = MARKS[outcome]
        table.add_row(
            rule.name, rule.level, rule.kind, Text(mark, style), remark(rule.title, outcome, verdicts)
        )
    console.print(table)
    for outcome in (Outcome.FAIL, Outcome.WARNING):
        for verdict in report.verdicts:
            if verdict.outcome is outcome:
                explain(verdict, console)
    summary(report, console)


def remark(title: str, outcome: Outcome, verdicts: Sequence[Verdict]) -> Text:
    text = Text(title)
    if outcome is Outcome.SKIPPED:
        text.append(f" ({verdicts[0].expected})", "dim")
    return text


def explain(verdict: Verdict, console: Console) -> None:
    mark, style = MARKS[verdict.outcome]
    rule = verdict.rule
    console.print()
    console.print(
        Text.assemble((f"{rule.name} {mark}", style), f" {rule.title}", (f"  {verdict.type}", "cyan"))
    )
    for name, value in (("expected", verdict.expected), ("seen", verdict.seen), ("source", rule.source)):
        if value:
            console.print(Text.assemble((f"  {name}: ", "bold"), value))
    if verdict.curl:
        console.print(Text(f"  {verdict.curl}", "dim"), soft_wrap=True)


def summary(report: Report, console: Console) -> None:
    counts = report.counts()
    parts = [f"{number} {MARKS[outcome][0]}" for outcome, number in counts.items() if number]
    console.print()
    spent = f"{report.requests} requests in {report.seconds:.1f} s"
    console.print(Text(f"{', '.join(parts)}; {spent}"))
    if report.complete:
        console.print(Text.assemble("level reached: ", (report.level, "bold")))
    if report.untested:
        names = ", ".join(rule.name for rule in report.untested)
        console.print(Text(f"MUST rules this run could not judge: {names}", "yellow"))
    if report.left:
        console.print(Text(f"could not be removed: {', '.join(report.left)}", "yellow"))
