"""Queries for words: in one field, in several, and in a small language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dina.base.json import is_array, is_object
from dina.modules.search.query import limits
from dina.modules.search.query.fields import FieldKind
from dina.modules.search.query.folding import words
from dina.modules.search.query.tree import AnyOf, Form, Node, Words
from dina.modules.search.wire import comparing, simple
from dina.modules.search.wire.faults import at, list_at, object_at, only, refused, text_at, unsupported
from dina.modules.search.wire.leaves import SCORING, for_field, of_type
from dina.modules.search.wire.naming import INCLUDED_TYPE, Field, Place, fields_named, linked

SHARE = 100


def share(value: Any, pointer: str, of: int) -> int:
    """How many of so many a `minimum_should_match` means: a number, a share in percent, or all but so many."""
    text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    number = text.removesuffix("%")
    if not number.lstrip("-").isascii() or not number.removeprefix("-").isdecimal() or len(number) > 5:
        raise refused(pointer, "wire.share")
    least = int(number)
    if text.endswith("%"):
        least = of + of * least // SHARE if least < 0 else of * least // SHARE
    elif least < 0:
        least += of
    return max(0, least)


def match_query(value: Any, pointer: str, place: Place) -> Node:
    name, given = only(value, pointer)
    inside = at(pointer, name)
    known = {"query", "operator", "fuzziness", "minimum_should_match", "lenient", "prefix_length",
             "max_expansions", "zero_terms_query", *SCORING}  # fmt: skip
    options = object_at(given, inside, known) if is_object(given) else {"query": given}
    if name == INCLUDED_TYPE:
        return of_type([text_at(options.get("query"), inside)], inside, place)

    def made(field: Field) -> Node:
        if field.kind is not FieldKind.TEXT or field.twin not in ("", "autocomplete"):
            return comparing.equal(field, [options.get("query")], inside, None)
        text = text_at(options.get("query"), at(inside, "query"))
        fuzzy = is_fuzzy(options, inside)
        if field.twin == "autocomplete":
            return Words(text, (field.path,), Form.PREFIX, fuzzy)
        if "minimum_should_match" in options and form_of(options, inside) is Form.ANY:
            each = tuple(Words(one, (field.path,), Form.ALL, fuzzy) for one in words(text))
            pointed = at(inside, "minimum_should_match")
            return AnyOf(each, max(1, share(options["minimum_should_match"], pointed, len(each))))
        return Words(text, (field.path,), form_of(options, inside), fuzzy)

    return for_field(name, inside, place, made)


def form_of(options: Mapping[str, Any], pointer: str) -> Form:
    """By `operator`: any of the words, unless all of them are asked for."""
    operator = options.get("operator", "or")
    if not isinstance(operator, str) or operator.lower() not in ("and", "or"):
        raise refused(at(pointer, "operator"), "query.choice", choices="and, or")
    return Form.ALL if operator.lower() == "and" else Form.ANY


def is_fuzzy(options: Mapping[str, Any], pointer: str) -> bool:
    """Any fuzziness but 0 is that of the engine: one slip from four letters on, two from eight."""
    given = str(options.get("fuzziness", "0")).upper()
    if given not in ("0", "1", "2") and not given.startswith("AUTO"):
        raise unsupported(at(pointer, "fuzziness"), "fuzziness")
    return given != "0"


def multi_match_query(value: Any, pointer: str, place: Place) -> Node:
    known = {"query", "fields", "type", "operator", "fuzziness", "lenient", "tie_breaker", "prefix_length",
             "max_expansions", "analyzer", *SCORING}  # fmt: skip
    given = object_at(value, pointer, known)
    text = text_at(given.get("query"), at(pointer, "query"))
    kind = given.get("type", "best_fields")
    form, fuzzy = form_of(given, pointer), is_fuzzy(given, pointer)
    if kind in ("phrase", "phrase_prefix", "bool_prefix"):
        form = Form.PHRASE if kind == "phrase" else Form.PREFIX
    elif kind not in ("best_fields", "most_fields", "cross_fields"):
        raise unsupported(at(pointer, "type"), str(kind))
    each = kind != "cross_fields" and form in (Form.ALL, Form.PREFIX)
    return in_fields(
        given.get("fields"),
        at(pointer, "fields"),
        place,
        lambda paths: anywhere(text, paths, form, fuzzy, each),
    )


def anywhere(text: str, paths: tuple[str, ...], form: Form, fuzzy: bool, each: bool) -> Node:
    """Words in some fields or in all; `each`: all of them in the same one of those named."""
    if each and len(paths) > 1:
        return AnyOf(tuple(Words(text, (path,), form, fuzzy) for path in paths))
    return Words(text, paths, form, fuzzy)


def in_fields(value: Any, pointer: str, place: Place, made: Callable[[tuple[str, ...]], Node]) -> Node:
    """What is asked of the fields listed; a star names all that words are sought in."""
    names = list_at(
        [] if value is None else value if is_array(value) else [value], pointer, limits.MAX_FIELDS
    )
    given = [text_at(one, at(pointer, position)).partition("^")[0] for position, one in enumerate(names)]
    if not given or any(one in ("*", "data.*", "data.attributes.*") for one in given):
        return made(())
    by_link: dict[str, list[str]] = {}
    for position, name in enumerate(given):
        if name in ("included.*", "included.attributes.*"):
            by_link |= {link: [] for link, _ in place.links if place.link in ("", link)}
            continue
        for one, field in fields_named(name, at(pointer, position), place):
            if field.kind is FieldKind.TEXT:
                by_link.setdefault(one.link, []).append(field.path)
    nodes: list[Node] = []
    for link, paths in by_link.items():
        node = made(tuple(dict.fromkeys(paths)))
        nodes.append(node if link == place.link else linked(link, node, place.fields))
    return AnyOf(tuple(nodes))


def simple_query_string_query(value: Any, pointer: str, place: Place) -> Node:
    known = {"query", "fields", "default_operator", "lenient", "analyze_wildcard", "flags", *SCORING}
    given = object_at(value, pointer, known)
    text = text_at(given.get("query"), at(pointer, "query"))
    every = form_of({"operator": given.get("default_operator", "or")}, pointer) is Form.ALL
    return in_fields(
        given.get("fields"), at(pointer, "fields"), place, lambda paths: simple.parse(text, paths, every)
    )
