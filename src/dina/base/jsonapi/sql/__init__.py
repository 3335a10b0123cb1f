"""From a plan to one SQL statement whose value is the document."""

from dina.base.jsonapi.sql.statement import Statement, compile_plan, parameters

__all__ = ["Statement", "compile_plan", "parameters"]
