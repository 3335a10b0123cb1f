"""The search box: what is typed and what it means, side by side; nothing typed is ever refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dina.modules.search.query.chance import Chance
from dina.modules.search.query.fitting import misfits
from dina.modules.search.query.language import parse
from dina.modules.search.query.names import declared, names_of, spelled
from dina.modules.search.query.tree import (
    EVERYTHING,
    Aged,
    All,
    AnyOf,
    Box,
    Compare,
    Form,
    Ids,
    Linked,
    Near,
    Node,
    Not,
    Op,
    Words,
)
from dina.modules.search.query.wording import Inexpressible, write
from tests.modules.search.query.documents import SAMPLE, several
from tests.modules.search.query.trees import TREES

COUNTRY, DATE = "collectingEvent.dwcCountry", "collectingEvent.startEventDateTime"
TYPE, GENUS = "organism.determination.typeStatus", "organism.determination.taxon.genus"
COLLECTOR, HABITAT = "collectingEvent.dwcRecordedBy", "collectingEvent.habitat"
ELEVATION, NAME = "collectingEvent.dwcMinimumElevationInMeters", "materialSampleName"
UUID = "0190a0a0-0000-4000-8000-000000000001"
AGES = {"Mesozoic": (252.0, 66.0), "Mésozoïque": (252.0, 66.0)}


def eq(path: str, *values: str | float | bool) -> Compare:
    return Compare(path, Op.EQ if len(values) == 1 else Op.IN, values)


def tree(text: str) -> Node:
    return parse(text, SAMPLE, AGES.get).tree


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("*", EVERYTHING),
        ("meadow", Words("meadow", form=Form.PREFIX)),
        ("meadow ", Words("meadow")),
        ("wet mea", Words("wet mea", form=Form.PREFIX)),
        ('"wet meadow"', Words("wet meadow", form=Form.PHRASE)),
        ('"wet meadow', Words("wet meadow", form=Form.PHRASE)),
        ("mead* carex ", All((Words("mead", form=Form.PREFIX), Words("carex")))),
        ("medow~", Words("medow", fuzzy=True)),
        ("medow~ carex ", All((Words("medow", fuzzy=True), Words("carex")))),
        ("Côte d’Ivoire & co. ", Words("Côte d’Ivoire & co.")),
        ("DAO-123 ", Words("DAO-123")),
        ("type:holotype", eq(TYPE, "holotype")),
        ("TYPE: Holotype", eq(TYPE, "Holotype")),
        ("genre:Carex", eq(GENUS, "Carex")),
        ("pays:Canada", eq(COUNTRY, "Canada")),
        ('country:"Côte d’Ivoire"', eq(COUNTRY, "Côte d’Ivoire")),
        ("country:Canada|Fiji", eq(COUNTRY, "Canada", "Fiji")),
        ('country:Canada,"United States"', eq(COUNTRY, "Canada", "United States")),
        ("country:Can*", Compare(COUNTRY, Op.PREFIX, ("Can",))),
        ("country:*da", Compare(COUNTRY, Op.SUFFIX, ("da",))),
        ("country:*ana*", Compare(COUNTRY, Op.CONTAINS, ("ana",))),
        ("country:C?n*a", Compare(COUNTRY, Op.LIKE, ("C?n*a",))),
        ('country:"C*"?', Compare(COUNTRY, Op.LIKE, ("C\\*?",))),
        ("country:*", Compare(COUNTRY, Op.EXISTS)),
        ("country:==Canada", Compare(COUNTRY, Op.EQ, ("Canada",), fold=False)),
        ("date:1950..1960", Compare(DATE, Op.BETWEEN, ("1950", "1960"))),
        ("date:1950-06", eq(DATE, "1950-06")),
        ("date:>1950", Compare(DATE, Op.GT, ("1950",))),
        ("date:<=1950-06-12", Compare(DATE, Op.LE, ("1950-06-12",))),
        ("date:1950..", Compare(DATE, Op.GE, ("1950",))),
        ("date:..1950", Compare(DATE, Op.LE, ("1950",))),
        ("année:1950|1960..1970", AnyOf((eq(DATE, "1950"), Compare(DATE, Op.BETWEEN, ("1960", "1970"))))),
        ("elevation:>=100.5", Compare(ELEVATION, Op.GE, (100.5,))),
        ("number:DAO-0100..DAO-0200", AnyOf((
            Compare(NAME, Op.BETWEEN, ("DAO-0100", "DAO-0200")), Compare("barcode", Op.BETWEEN, ("DAO-0100", "DAO-0200")),
        ))),
        ("collector:smi", Words("smi", (COLLECTOR,), Form.PREFIX)),
        ("collector:smith ", Words("smith", (COLLECTOR,))),
        ('collector:"J. Smith"', Words("J. Smith", (COLLECTOR,), Form.PHRASE)),
        ("collector:(smith tremblay)", Words("smith tremblay", (COLLECTOR,))),
        ('collector:="J. Smith"', eq(COLLECTOR, "J. Smith")),
        ("collector:*smi*", Compare(COLLECTOR, Op.CONTAINS, ("smi",))),
        ("collectingEvent.habitat:~brook ", Words("brook", (HABITAT,))),
        ("collectingEvent.habitat:brook", eq(HABITAT, "brook")),
        ("managedAttributes.shelf:A1", eq("managedAttributes.shelf", "A1")),
        ("publiclyReleasable:true", eq("publiclyReleasable", True)),
        ("is:public", eq("publiclyReleasable", True)),
        ("est:type", Compare(TYPE, Op.EXISTS)),
        ("has:type", Compare(TYPE, Op.EXISTS)),
        ("sans:type", Not(Compare(TYPE, Op.EXISTS))),
        ("has:organism", Linked("organism")),
        ("no:collectingEvent", Not(Linked("collectingEvent"))),
        ("organism:(sex:male lifeStage:adult)", Linked("organism", All((eq("sex", "male"), eq("lifeStage", "adult"))))),
        ("near:45.4,-75.7,10km", Near(45.4, -75.7, 10)),
        ("near:45.4,-75.7", Near(45.4, -75.7, 10)),
        ("pres:45.4,-75.7,500m", Near(45.4, -75.7, 0.5)),
        ("box:170,-20,-170,-10", Box(170, -20, -170, -10)),
        ("age:Mesozoic", Aged(252, 66)),
        ("âge:Mésozoïque", Aged(252, 66)),
        ("age:66..252", Aged(252, 66)),
        ("age:100", Aged(100, 100)),
        (f"id:{UUID.upper()}", Ids((UUID,))),
        ("-type:holotype", Not(eq(TYPE, "holotype"))),
        ("wet -dry", All((Words("wet"), Not(Words("dry", form=Form.PREFIX))))),
        ("wet -dry meadow ", All((Words("wet"), Not(Words("dry")), Words("meadow")))),
        ("NOT (a b)", Not(Words("a b"))),
        ("a OR b ", AnyOf((Words("a"), Words("b")))),
        ("a OU b c ", AnyOf((Words("a"), Words("b c")))),
        ("a AND b ", All((Words("a"), Words("b")))),
        ("(a OR type:x) genus:y", All((AnyOf((Words("a"), eq(TYPE, "x"))), eq(GENUS, "y")))),
        ("OR a OR ", Words("a")),
        ("()", EVERYTHING),
        ("Pieris rapae (L.)", All((Words("Pieris rapae"), Words("L.")))),
        ("- -- ---", EVERYTHING),
        ("NOT", EVERYTHING),
    ],
)  # fmt: skip
def test_what_is_typed_and_what_it_means(text: str, meant: Node) -> None:
    parsed = parse(text, SAMPLE, AGES.get)
    assert parsed.tree == meant
    assert parsed.doubts == ()


@pytest.mark.parametrize(
    ("text", "meant", "doubt"),
    [
        ("colour:red", Words("colour:red", form=Form.PREFIX), "query.unknownField"),
        ("dwcCountry2:Fiji ", Words("dwcCountry2:Fiji"), "query.unknownFieldNear"),
        ("date:yesterday", Words("date:yesterday", form=Form.PREFIX), "query.value.date"),
        ("date:1950-13", Words("date:1950-13", form=Form.PREFIX), "query.value.date"),
        ("date:1960..1950", Compare(DATE, Op.BETWEEN, ("1950", "1960")), "query.reversed"),
        ("date:19*", Words("date:19", form=Form.PREFIX), "query.operator"),
        ("elevation:high", Words("elevation:high", form=Form.PREFIX), "query.value.number"),
        ("type:", Words("type:", form=Form.PREFIX), "query.box.noValue"),
        ("near:ottawa", Words("near:ottawa", form=Form.PREFIX), "query.box.near"),
        ("near:95,0,1km", Words("near:95,0,1km", form=Form.PREFIX), "query.box.near"),
        ("age:Yesterday ", Words("age:Yesterday"), "query.interval"),
        ("is:blue ", Words("is:blue"), "query.box.is"),
        ("car*x ", Words("car x"), "query.box.star"),
        ("collectingEvent:Canada ", Words("collectingEvent:Canada"), "query.operator"),
    ],
)
def test_what_is_not_understood_is_looked_for_as_words_and_said(text: str, meant: Node, doubt: str) -> None:
    parsed = parse(text, SAMPLE, AGES.get)
    assert [one.key for one in parsed.doubts] == [doubt]
    assert parsed.tree == meant


def test_an_address_is_no_field() -> None:
    assert parse("http://example.org ", SAMPLE).doubts == ()


def test_chips_show_each_part_and_how_to_take_it_away() -> None:
    text = 'type:holotype  wet meadow -country:Fiji "by a brook" near:45.4,-75.7,10km'
    chips = parse(text, SAMPLE).chips
    assert [chip.kind for chip in chips] == ["field", "words", "not", "phrase", "near"]
    assert [chip.text for chip in chips] == [
        "type:holotype", "wet meadow", "-country:Fiji", '"by a brook"', "near:45.4,-75.7,10km",
    ]  # fmt: skip
    assert all(text[chip.start : chip.end] == chip.text for chip in chips)
    assert chips[0].label.en == "Type status: holotype"
    assert chips[0].label.fr == "Statut de type : holotype"
    assert chips[2].label.fr == "sauf Pays : Fiji"
    assert chips[1].without == 'type:holotype -country:Fiji "by a brook" near:45.4,-75.7,10km'
    for position, chip in enumerate(chips):
        kept = [one.text for one in chips if one is not chips[position]]
        assert [one.text for one in parse(chip.without, SAMPLE).chips] == kept


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('country:="United States"', "Country: United States"),
        ("date:=1950..1960", "Date: 1950..1960"),
        ("date:last30d", "Date: last 30 days"),
        ("date:=today-2y..today", "Date: last 2 years"),
        ("(type:holotype OR country:Fiji)", "(Type status: holotype or Country: Fiji)"),
        ("type:holotype OR carex", "Type status: holotype or carex"),
        ("-(country:Canada meadow)", "not (Country: Canada and meadow)"),
        ("country:==Canada", "Country: Canada"),
    ],
)
def test_chips_are_read_like_sentences(text: str, label: str) -> None:
    assert [one.label.en for one in parse(text, SAMPLE).chips] == [label]


def test_alternatives_are_one_chip() -> None:
    assert [chip.text for chip in parse("a OR type:x b", SAMPLE).chips] == ["a OR type:x b"]


@given(st.text(max_size=60) | st.text('ab:"()-*?~=<>|,. \tNOTR', max_size=60))
@settings(max_examples=500)
def test_whatever_is_typed_means_something_that_fits(text: str) -> None:
    parsed = parse(text, SAMPLE, AGES.get)
    assert list(misfits(parsed.tree, SAMPLE, "")) == []
    for doubt in parsed.doubts:
        assert 0 <= doubt.start <= doubt.end <= len(text)


@given(st.lists(st.sampled_from(
    ["type:", "date:", "near:", "organism:(", "(", ")", "-", "NOT ", " OR ", '"', "*", "~", "a", "1950", "..", "|", " ", "=", ">", "has:", "is:", "x.y:", ","]
), max_size=25).map("".join))  # fmt: skip
@settings(max_examples=500)
def test_pieces_of_the_language_in_any_order_mean_something_that_fits(text: str) -> None:
    assert list(misfits(parse(text, SAMPLE, AGES.get).tree, SAMPLE, "")) == []


@given(TREES)
@settings(max_examples=300)
def test_a_tree_that_can_be_said_is_read_back(tree: Node) -> None:
    if list(misfits(tree, SAMPLE, "")):
        return
    try:
        text = write(tree)
    except Inexpressible:
        return
    assert parse(text, SAMPLE).tree == tree
    assert parse(text, SAMPLE).doubts == ()


def test_most_searches_can_be_said() -> None:
    chance = Chance(SAMPLE, several(), 11, ("organism", "collectingEvent"))
    said = 0
    for _ in range(500):
        tree = chance.tree(2)
        try:
            text = write(tree)
        except Inexpressible:
            continue
        said += 1
        assert parse(text, SAMPLE).tree == tree, text
    assert said > 250


@pytest.mark.parametrize(
    "piece", ["(", ")", "-", '"', "a:", "type:(", "a ", "*", "a*b", "..", "near:1,", "organism:(", "-(", "x.y,", 'a:"', "\\", "type:a|", " OR ", "NOT ", "~", "é"]
)  # fmt: skip
def test_hostile_texts_are_read_at_once(piece: str) -> None:
    began = time.perf_counter()
    parse(piece * 100_000, SAMPLE)
    assert time.perf_counter() - began < 1


def test_every_name_is_spelled_plainly_and_has_one_meaning_per_type() -> None:
    names, states = declared()
    for name in (*names, *states):
        for spelling in (*name.en, *name.fr):
            assert spelled(spelling) == spelling
    assert names_of(SAMPLE).find("Type-Status") == names_of(SAMPLE).find("statut")
