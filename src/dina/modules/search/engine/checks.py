"""What is asked for once before SQL is made of it: how large a tree is, words as a text query, ids."""

from __future__ import annotations

from dina.base.errors import Error, Problem
from dina.base.resource.checks import UUID_FORM
from dina.modules.search.query import limits
from dina.modules.search.query.tree import All, AnyOf, Form, Node


def check_size(node: Node) -> None:
    """Raises Problem for a tree with too many parts or too deep."""
    number = 0
    pending = [(node, 1)]
    while pending:
        one, level = pending.pop()
        number += 1
        if number > limits.MAX_NODES or level > limits.MAX_DEPTH + 1:
            raise Problem(
                Error(
                    "BAD_PARAMETER",
                    key="search.tooComplex",
                    values={"nodes": limits.MAX_NODES, "depth": limits.MAX_DEPTH},
                )
            )
        children = one.children if isinstance(one, (All, AnyOf)) else (getattr(one, "child", None),)
        pending += [(child, level + 1) for child in children if child is not None]


def text_query(forms: list[list[str]], form: Form) -> str:
    """A tsquery; words are letters and digits only, quoted all the same."""
    parts = [" | ".join(f"'{word}'" for word in alternatives) for alternatives in forms]
    if form is Form.PREFIX:
        parts[-1] = " | ".join([f"'{forms[-1][0]}':*", *(f"'{word}'" for word in forms[-1][1:])])
    between = {Form.ANY: " | ", Form.PHRASE: " <-> "}.get(form, " & ")
    return between.join(f"({part})" for part in parts)


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as the API writes them, in letters of either case."""
    return UUID_FORM.fullmatch(text) is not None
