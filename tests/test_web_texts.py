"""What pages say of numbers and times, in both languages."""

from __future__ import annotations

import pytest

from dina.web import texts
from dina.web.specimens.lineage import made
from dina.web.values import shown


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("en", 0, "0 specimens"), ("en", 1, "1 specimen"), ("en", 2, "2 specimens"), ("en", 1015, "1,015 specimens"),
        ("fr", 0, "0 spécimen"), ("fr", 1, "1 spécimen"), ("fr", 2, "2 spécimens"), ("fr", 1015, "1\u00a0015 spécimens"),
    ],
)  # fmt: skip
def test_one_thing_is_not_several(language: str, number: int, said: str) -> None:
    assert texts.translate(language, texts.Counted("{n} specimen", "{n} specimens"), n=number) == said


def test_a_number_keeps_its_digits() -> None:
    fact = {"kind": "decimal", "unit": "°"}
    assert shown(fact, 69.283333, "en").text == "69.283333\u00a0°"
    assert shown(fact, -49.9333340001, "fr").text == "-49,9333340001\u00a0°"
    assert texts.number("en", 1015) == "1,015"


def test_a_time_inside_an_object_is_written_like_any_other() -> None:
    fact = {"kind": "objects", "members": {"createdOn": {"kind": "text"}, "heard": {"kind": "text"}}}
    told = shown(fact, [{"createdOn": "2026-11-22T03:45:51.769649Z", "heard": "1998-06-12T08:30:00Z"}], "fr")
    assert [text for _, text in told.rows[0]] == ["2026-11-22 03:45 UTC", "1998-06-12T08:30:00Z"]


def test_a_gathering_that_nobody_named_is_called_so_once() -> None:
    event = {"id": "e", "type": "collecting-event", "processType": "COLLECTING", "label": None}
    node = made(event, "", "fr", {})
    assert (node.text, node.small) == ("Récolte", "")
    node = made({**event, "label": "Île Kolgouïev", "startedOn": "1923-07-04"}, "", "fr", {})
    assert (node.text, node.small) == ("Île Kolgouïev", "Récolte 1923-07-04")


def test_a_state_in_the_lineage_is_called_as_on_the_page() -> None:
    kinds = {
        "materialSampleType": {
            "labels": {"WHOLE_ORGANISM": {"en": "Whole organism", "fr": "Organisme entier"}}
        }
    }
    sample = {"id": "s", "type": "material-sample", "label": "A-1", "materialSampleType": "WHOLE_ORGANISM"}
    assert made(sample, "", "fr", kinds).small == "organisme entier"
    assert made({**sample, "materialSampleState": "dried"}, "", "fr", kinds).small == "dried"
