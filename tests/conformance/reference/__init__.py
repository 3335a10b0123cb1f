"""A small API that keeps the whole contract, in memory; and a fault for every rule it could break.

exchange      a request taken apart, an answer being made, a refusal
world         types, rows, revisions
filters       the three filter languages, evaluated naively
identity      tokens, roles, permissions
documents     resources as JSON:API, full and compact
writing       create, update, delete, bulk, atomic
api           routes
description   its OpenAPI document
faults        one way to break each rule
"""

from tests.conformance.reference.api import Api
from tests.conformance.reference.faults import FAULTS

__all__ = ["FAULTS", "Api"]
