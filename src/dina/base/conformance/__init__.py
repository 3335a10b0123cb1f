"""Does a service keep the contract? An executable check of any API, in any language, over HTTP alone.

`run(config)` gives a Report; `dina check` and `python -m dina.base.conformance` are its command line.

    rule        a rule: number, level, class, source, test; and the table of all rules
    rules/      the tests, R1 to R171
    check       what a test works with: requests, records of its own, expectations
    session     identities and exchanges
    config      addresses, identities and types, from x-dina, TOML and the command line
    engine      running the rules and removing what was made
    verdict     what came of it
    table, files    reports to read: text; JSON, JUnit and HTML
"""

from dina.base.conformance.config import Config, Identity, Relation, TypeFacts
from dina.base.conformance.engine import run
from dina.base.conformance.rule import RULES, Level, Rule
from dina.base.conformance.verdict import Outcome, Report, Verdict

__all__ = [
    "RULES",
    "Config",
    "Identity",
    "Level",
    "Outcome",
    "Relation",
    "Report",
    "Rule",
    "TypeFacts",
    "Verdict",
    "run",
]
