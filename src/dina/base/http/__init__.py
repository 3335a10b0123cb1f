"""Requests and answers, as lean as the hot path needs them."""

from dina.base.http.answer import JSON_API, Answer, dumps
from dina.base.http.request import Request

__all__ = ["JSON_API", "Answer", "Request", "dumps"]
