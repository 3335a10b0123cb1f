"""Patterns of find and replace: what they make of texts, what is refused, and that none runs away."""

from __future__ import annotations

import time

import pytest

from dina.base.text import LANGUAGES
from dina.modules.exchange import module
from dina.modules.exchange.patterns import Faulty, Unreplaced, ready, replaced


def made(find: str, put: str, text: str, *, capitals: bool = True) -> str:
    operation = {"find": find, "value": put, "pattern": True, "matchCase": capitals}
    return replaced(operation, text)


@pytest.mark.parametrize(
    ("find", "put", "text", "new"),
    [
        (r"(\d+)\s*m\b", r"\1 metres", "120m a.s.l., 5 m deep", "120 metres a.s.l., 5 metres deep"),
        (r"^(\w+), (\w)\w*$", r"\2. \1", "Roy, Marie", "M. Roy"),
        (r"\p{Lu}(\p{L}+)", r"<\1\0>", "Érable à Québec", "<rableÉrable> à <uébecQuébec>"),
        (r"\s+$", "", "ends with spaces   ", "ends with spaces"),
        (r"\bfoo", "x", "foofoo foo", "xfoo x"),
        (r"^", "Canada: ", "Yukon", "Canada: Yukon"),
        (r"(a)|b", r"[\1]", "ab", "[a][]"),
        (r"x", r"\\", "axb", "a\\b"),
        (r"x*", "-", "ab", "-a-b-"),
        (r"\.", "", "a.b", "ab"),
        (r"Whitehrse", "Whitehorse", "elsewhere", "elsewhere"),
        (r"^all$", "", "all", ""),
    ],
)
def test_groups_of_a_pattern_are_put_back(find: str, put: str, text: str, new: str) -> None:
    assert made(find, put, text) == new


def test_capitals_count_unless_they_do_not() -> None:
    assert made("élan", "x", "Élan") == "Élan"
    assert made("élan", "x", "Élan", capitals=False) == "x"


@pytest.mark.parametrize(
    ("find", "put", "key", "place"),
    [
        ("a(b(c)", "", "open", 2), ("ab)c", "", "close", 3), ("a[)](b)c)", "", "close", 9),
        ("ab[c", "", "bracket", 3), ("ab\\", "", "trailing", 3), ("é**", "", "twice", 2), ("*a", "", "nothing", 1),
        ("[z-a]", "", "range", 2), (r"a\8", "", "escape", 2), (r"(a)\1", "", "escape", 4), ("a{1001}", "", "times", 2),
        ("(?=a)b", "", "look", 1), (r"\p{Foo}", "", "range", 1), ("b(?P<é)", "", "name", 2),
        ("a", r"b\1", "group", 2), ("(a)", r"\1\2", "group", 3), ("a", "b\\", "backslash", 2), ("a", r"\n", "backslash", 1),
        ("x" * 1001, "", "long", 0), (r"(\pL{1000})(\pL{1000})", "", "large", 0),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_in_both_languages(
    find: str, put: str, key: str, place: int
) -> None:
    with pytest.raises(Faulty) as fault:
        ready(find, put)
    error = fault.value.error
    assert error.key == f"pattern.{key}"
    told = {language: module.messages[error.key][language].format_map(error.values) for language in LANGUAGES}
    assert len(set(told.values())) == len(LANGUAGES)
    for sentence in told.values():
        assert not place or f" {place}" in sentence, sentence


@pytest.mark.parametrize(
    "find",
    ["(a+)+$", "(a|aa)+b", "(.*a){20}b", "(a?){500}a{500}", "((a*)*)*b", "a.*b|a", "(?:a|b|ab)*c|" * 70],
)
def test_no_pattern_runs_away(find: str) -> None:
    begun = time.monotonic()
    made(find, "x", "a" * 5000 + "!")
    assert time.monotonic() - begun < 2.5


@pytest.mark.parametrize(
    ("find", "put", "text", "key"),
    [
        ("a", "b" * 1000, "a" * 200, "grown"),
        ("", "b" * 1000, "a" * 200, "grown"),
        ("a", "b", "a" * 20_001, "searched"),
    ],
)
def test_what_becomes_too_much_is_left(find: str, put: str, text: str, key: str) -> None:
    with pytest.raises(Unreplaced, match=key):
        made(find, put, text)


def test_plain_words_do_not_grow_without_bounds_either() -> None:
    with pytest.raises(Unreplaced, match="grown"):
        replaced({"find": "a", "value": "b" * 1000}, "a" * 5000)
