"""Verbatim collecting dates: text on the left, what it means on the right."""

import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dina.base.interpret import Interpretation
from dina.base.interpret.dates import EVENT_FIELDS, DateRange, interpret_date, interpret_event_fields
from dina.base.interpret.dates import words as vocabulary

TODAY = date(2026, 11, 21)


def read(text: str, **known: object) -> Interpretation[DateRange]:
    return interpret_date(text, today=TODAY, **known)  # type: ignore[arg-type]


def event_date(reading: Interpretation[DateRange]) -> str | None:
    return reading.value and reading.value.event_date


def said(reading: Interpretation[DateRange]) -> set[str]:
    return {reason.code.removeprefix("DATE_") for reason in reading.reasons}


CERTAIN = {
    # the same day in many hands
    "1903-06-12": "1903-06-12",
    "19030612": "1903-06-12",
    "12.VI.1903": "1903-06-12",
    "12-vi-1903": "1903-06-12",
    "12 VI 1903": "1903-06-12",
    "VI-12-1903": "1903-06-12",
    "1903.VI.12": "1903-06-12",
    "12 June 1903": "1903-06-12",
    "12June1903": "1903-06-12",
    "June 12, 1903": "1903-06-12",
    "June 12th., 1903.": "1903-06-12",
    "June 12'' 1903": "1903-06-12",
    "the 12th of June, 1903": "1903-06-12",
    "1903 June 12": "1903-06-12",
    "Friday, 12 June 1903": "1903-06-12",
    "coll. 12 June 1903": "1903-06-12",
    "28/6/1903": "1903-06-28",
    "6/28/1903": "1903-06-28",
    "6|28|1903": "1903-06-28",
    "28_6_1903": "1903-06-28",
    "6/6/1903": "1903-06-06",
    "28061903": "1903-06-28",
    "06281903": "1903-06-28",
    # languages
    "1er juin 1887": "1887-06-01",
    "le 14 juil. 1889": "1889-07-14",
    "3 août 1950": "1950-08-03",
    "24 déc. 1911": "1911-12-24",
    "15. März 1890": "1890-03-15",
    "12 Okt. 1911": "1911-10-12",
    "12 de outubro de 1911": "1911-10-12",
    "11-Enero-1974": "1974-01-11",
    "1° giugno 1931": "1931-06-01",
    "6 mei 1890": "1890-05-06",
    "15 marts 1911": "1911-03-15",
    "4 Septembris 1820": "1820-09-04",
    "23 VIIIbre 1829": "1829-10-23",
    "7br 1829": "1829-09",
    "5 Nov. MCMXI": "1911-11-05",
    # less exact
    "1903": "1903",
    "June 1903": "1903-06",
    "VI.1903": "1903-06",
    "1862-Sept.": "1862-09",
    "8-1891": "1891-08",
    "1920s": "1920/1929",
    "1890's": "1890/1899",
    "192-": "1920/1929",
    "192?": "1920/1929",
    "18--": "1800/1899",
    "19th century": "1801/1900",
    "XIXe siècle": "1801/1900",
    "19. Jahrhundert": "1801/1900",
    # parts marked as unknown
    "??/06/1987": "1987-06",
    "00/06/1987": "1987-06",
    "1987-06-00": "1987-06",
    "XX.VI.1987": "1987-06",
    "xx.xx.1987": "1987",
    "23 XXX 1947": "1947",
    # ranges
    "3-5 May 1911": "1911-05-03/1911-05-05",
    "12.-14.VI.1987": "1987-06-12/1987-06-14",
    "1/2 VII 1903": "1903-07-01/1903-07-02",
    "28 Feb-2 Mar 1920": "1920-02-28/1920-03-02",
    "9.ii-10.iii.2000": "2000-02-09/2000-03-10",
    "June 20 to July 4, 1942": "1942-06-20/1942-07-04",
    "du 3 au 5 mai 1911": "1911-05-03/1911-05-05",
    "entre le 3 et le 5 mai 1911": "1911-05-03/1911-05-05",
    "between 3 and 5 May 1911": "1911-05-03/1911-05-05",
    "vom 3. bis 5. Mai 1911": "1911-05-03/1911-05-05",
    "May 29, 30, 1903": "1903-05-29/1903-05-30",
    "May-June 1932": "1932-05/1932-06",
    "Jun & Jul 1950": "1950-06/1950-07",
    "October 1922 to March 1923": "1922-10/1923-03",
    "1911-1913": "1911/1913",
    "1897-98": "1897/1898",
    # ISO 8601
    "2011-08/2012-06": "2011-08/2012-06",
    "2007-11-13/15": "2007-11-13/2007-11-15",
    "1987-163": "1987-06-12",
    "1987-W24": "1987-06-08/1987-06-14",
    "day 163 of 1987": "1987-06-12",
    # times
    "1978-12-21 02:12:43": "1978-12-21T02:12:43",
    "2012-04-19T05:21−0700": "2012-04-19T05:21-07:00",
    "1987-06-12T10:00/11:30": "1987-06-12T10:00/1987-06-12T11:30",
    "3 Jun 2008, 14h30": "2008-06-03T14:30",
    "3 Jun 2008 2:30 pm": "2008-06-03T14:30",
    "12 a.m. 3 Jun 2008": "2008-06-03T00:00",
    "3 Jun 2008, 10:00-11:30": "2008-06-03T10:00/2008-06-03T11:30",
}


@pytest.mark.parametrize(("text", "expected"), CERTAIN.items())
def test_a_text_that_allows_one_reading_is_certain(text: str, expected: str) -> None:
    reading = read(text)
    assert (reading.confidence, event_date(reading)) == ("certain", expected)


PROBABLE = {
    "Spring 1984": ("1984-03/1984-05", "SEASON"),
    "été 1920": ("1920-06/1920-08", "SEASON"),
    "Herbst 1899": ("1899-09/1899-11", "SEASON"),
    "Winter 1905/6": ("1905-12/1906-02", "SEASON"),
    "early June 1932": ("1932-06-01/1932-06-10", "PART_OF_PERIOD"),
    "mid-June 1932": ("1932-06-11/1932-06-20", "PART_OF_PERIOD"),
    "Last of Feb. 1912": ("1912-02-21/1912-02-29", "PART_OF_PERIOD"),
    "3rd week of July 1923": ("1923-07-15/1923-07-21", "PART_OF_PERIOD"),
    "5.vi.30": ("1930-06-05", "SHORT_YEAR"),
    "ca. 1914": ("1914", "APPROXIMATE"),
    "June? 1899": ("1899-06", "DOUBTED"),
    "purchased Dec 1997": ("1997-12", "OF_SOMETHING_ELSE"),
    "16 Septmber 1961": ("1961-09-16", "MONTH_SPELLING"),
    "28 Dec - 3 Jan 1905": ("1904-12-28/1905-01-03", "OVER_NEW_YEAR"),
    "June 7, 1860-62": ("1860-06-07/1862-06-07", "ONE_OF_SEVERAL_YEARS"),
    "28 Sep 192?": ("1920-09-28/1929-09-28", "ONE_OF_SEVERAL_YEARS"),
    "1905-12": ("1905-12", "MONTH_OR_YEARS"),
    "12, 27 Mar, 14 Apr, 1 May 1897": ("1897-03-12/1897-05-01", "SEVERAL_DATES"),
    "Sunday 5/6/1921": ("1921-06-05", "WEEKDAY_DECIDES"),
    "Monday 12 June 1903": ("1903-06-12", "WEEKDAY_DIFFERS"),
    "5/12/2026": ("2026-05-12", "OTHER_IN_FUTURE"),
}


@pytest.mark.parametrize(("text", "expected", "why"), [(text, *rest) for text, rest in PROBABLE.items()])
def test_a_likely_reading_says_why_it_is_not_certain(text: str, expected: str, why: str) -> None:
    reading = read(text)
    assert (reading.confidence, event_date(reading)) == ("probable", expected)
    assert why in said(reading)


AMBIGUOUS = {
    "5/6/1903": {"1903-06-05", "1903-05-06"},
    "05061903": {"1903-06-05", "1903-05-06"},
    "'98": {"1898", "1998"},
    "5/vi/98": {"1898-06-05", "1998-06-05"},
    "5/6/98": {"1898-06-05", "1898-05-06", "1998-06-05", "1998-05-06"},
    "27 June or 8 July 1922": {"1922-06-27", "1922-07-08"},
    "1899 or 1900": {"1899", "1900"},
    "Winter 1905": {"1904-12/1905-02", "1905-12/1906-02"},
    "1800s": {"1800/1809", "1800/1899"},
    "1857-9": {"1857-09", "1857/1859"},
    "2 Ma 1948": {"1948-03-02", "1948-05-02"},
    "'90s": {"1890/1899", "1990/1999"},
}


@pytest.mark.parametrize(("text", "expected"), AMBIGUOUS.items())
def test_equal_readings_are_alternatives_and_none_is_chosen(text: str, expected: set[str]) -> None:
    reading = read(text)
    assert reading.confidence == "ambiguous"
    assert reading.value is None
    assert {alternative.event_date for alternative in reading.alternatives} == expected
    assert reading.reasons


IMPOSSIBLE = {
    "31 Feb 1987": "NO_SUCH_DAY",
    "1987-02-31": "NO_SUCH_DAY",
    "29 Feb 1900": "NO_SUCH_DAY",
    "30/2/1987": "NO_SUCH_DAY",
    "31.IX.1903": "NO_SUCH_DAY",
    "July 44, 1885": "NO_SUCH_DAY",
    "27-31 June 1900": "NO_SUCH_DAY",
    "13/32/1987": "NO_SUCH_MONTH",
    "1987-13-01": "NO_SUCH_MONTH",
    "day 366 of 1987": "NO_SUCH_DAY_OF_YEAR",
    "1987-W60": "NO_SUCH_WEEK",
    "12 Jun 1903 25:10": "NO_SUCH_TIME",
    "2012-04-19T24:30": "NO_SUCH_TIME",
    "15-5 May 1903": "END_BEFORE_START",
    "1990-1985": "END_BEFORE_START",
    "22 Nov 2026": "IN_FUTURE",
    "2030": "IN_FUTURE",
    "0198-05-04": "TOO_EARLY",
}


@pytest.mark.parametrize(("text", "why"), IMPOSSIBLE.items())
def test_what_cannot_be_true_has_no_value_and_is_not_corrected(text: str, why: str) -> None:
    reading = read(text)
    assert (reading.confidence, reading.value, reading.alternatives) == ("impossible", None, ())
    assert why in said(reading)


NOT_DATES = {
    "": "EMPTY",
    "  \t": "EMPTY",
    "s.d.": "STATED_UNDATED",
    "undated": "STATED_UNDATED",
    "No date": "STATED_UNDATED",
    "sans date": "STATED_UNDATED",
    "0000-00-00": "STATED_UNDATED",
    "[?]": "STATED_UNDATED",
    "12 June 1903 by J. Smith": "UNKNOWN_WORD",
    "elev. 1200 m": "UNKNOWN_WORD",
    "No. 1987": "UNKNOWN_WORD",
    "45.5017, -73.5673": "ONLY_A_NUMBER",
    "12.5": "ONLY_A_NUMBER",
    "3": "ONLY_A_NUMBER",
    "98": "ONLY_A_NUMBER",
    "00518355": "ONLY_A_NUMBER",
    "36524": "MAYBE_DAY_COUNT",
    "June 15, 191": "YEAR_INCOMPLETE",
    "July 12-1013": "YEAR_UNLIKELY",
    "12\x00 June 1903": "UNREADABLE_SIGN",
    "$1987": "UNREADABLE_SIGN",
    "1987/2345": "YEAR_UNLIKELY",
    "Aug. II 1923": "NOT_UNDERSTOOD",
    "May 5, June": "NOT_UNDERSTOOD",
    "x": "NOT_UNDERSTOOD",
}


@pytest.mark.parametrize(("text", "why"), NOT_DATES.items())
def test_what_is_not_understood_says_why(text: str, why: str) -> None:
    reading = read(text)
    assert (reading.confidence, reading.value) == ("unknown", None)
    assert why in said(reading)


def test_a_megabyte_is_refused_at_once() -> None:
    assert said(read("1" * 1_000_000)) == {"TOO_LONG"}


@pytest.mark.parametrize(
    "unit", ["1-", "1,", "May ", "1 May, ", "5/6 & ", "to ", "192?", "'9", "May or ", "1;VI."]
)
def test_no_text_takes_long(unit: str) -> None:
    reading = read((unit * 200)[:200])
    assert reading.confidence != "certain"


def test_the_known_order_of_day_and_month_decides() -> None:
    assert event_date(read("5/6/1903", day_first=True)) == "1903-06-05"
    assert event_date(read("5/6/1903", day_first=False)) == "1903-05-06"


def test_a_date_impossible_in_the_known_order_is_read_in_the_other_and_says_so() -> None:
    reading = read("6/28/1903", day_first=True)
    assert (reading.confidence, event_date(reading)) == ("probable", "1903-06-28")
    assert said(reading) == {"ORDER_AGAINST_HINT"}


def test_the_known_century_completes_a_short_year() -> None:
    reading = read("5/vi/98", two_digit_century=1800)
    assert (reading.confidence, event_date(reading)) == ("probable", "1898-06-05")


def test_a_season_is_of_the_known_hemisphere() -> None:
    assert event_date(read("Spring 1984", hemisphere="south")) == "1984-09/1984-11"


@pytest.mark.parametrize(
    "text", ["ca. 1890", "1890?", "[1890]", "before 1890", "after 1890", "probably 1890"]
)
def test_doubt_of_the_writer_is_kept(text: str) -> None:
    reading = read(text)
    assert reading.value
    assert reading.value.uncertain


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("before 1890", "..", "1890"),
        ("prior to 7 May, 1903", "..", "1903-05-07"),
        ("since 1950", "1950", ".."),
    ],
)
def test_an_open_end_stays_open(text: str, start: str, end: str) -> None:
    value = read(text).value
    assert value
    assert (value.start, value.end, value.event_date) == (start, end, "")


@pytest.mark.parametrize(("text", "start"), [("21 vii", "--07-21"), ("June", "--06"), ("Sept. 9", "--09-09")])
def test_a_date_without_year_keeps_month_and_day(text: str, start: str) -> None:
    value = read(text).value
    assert value
    assert (value.start, value.event_date, value.year) == (start, "", None)


def test_a_range_says_its_parts() -> None:
    value = read("28 Feb-2 Mar 1920").value
    assert value
    assert (value.year, value.month, value.day) == (1920, None, None)
    assert (value.start_day_of_year, value.end_day_of_year, value.precision) == (59, 62, "day")
    assert (value.first_day, value.last_day) == (date(1920, 2, 28), date(1920, 3, 2))


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("1903", "year"),
        ("VI.1903", "month"),
        ("12.VI.1903", "day"),
        ("Spring 1903", "season"),
        ("192-", "decade"),
        ("19th century", "century"),
        ("2012-04-19T05:21Z", "minute"),
        ("2012-04-19T05:21:43.5Z", "second"),
    ],
)
def test_the_precision_is_that_of_the_text(text: str, precision: str) -> None:
    value = read(text).value
    assert value
    assert value.precision == precision


ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
GERMAN = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
LATIN = [
    "Januarii",
    "Februarii",
    "Martii",
    "Aprilis",
    "Maii",
    "Junii",
    "Julii",
    "Augusti",
    "Septembris",
    "Octobris",
    "Novembris",
    "Decembris",
]
STYLES = {
    "ISO": lambda d: d.isoformat(),
    "compact": lambda d: f"{d:%Y%m%d}",
    "ordinal": lambda d: f"{d:%Y-%j}",
    "week": lambda d: "{}-W{:02}-{}".format(*d.isocalendar()),
    "numeral": lambda d: f"{d.day}.{ROMAN[d.month - 1]}.{d.year}",
    "small numeral": lambda d: f"{d.day}-{ROMAN[d.month - 1].lower()}-{d.year}",
    "English": lambda d: f"{d.day} {ENGLISH[d.month - 1]} {d.year}",
    "American": lambda d: f"{ENGLISH[d.month - 1]} {d.day}, {d.year}",
    "short": lambda d: f"{d.day} {ENGLISH[d.month - 1][:3]}. {d.year}",
    "capitals": lambda d: f"{d.day:02} {ENGLISH[d.month - 1][:3].upper()} {d.year}",
    "weekday": lambda d: f"{d:%A}, {d.day} {ENGLISH[d.month - 1]} {d.year}",
    "French": lambda d: f"le {d.day} {FRENCH[d.month - 1]} {d.year}",
    "German": lambda d: f"{d.day}. {GERMAN[d.month - 1]} {d.year}",
    "Latin": lambda d: f"{d.day} {LATIN[d.month - 1]} {d.year}",
    "year first": lambda d: f"{d.year} {ENGLISH[d.month - 1]} {d.day}",
    "dashes": lambda d: f"{d.year}-{d.month}-{d.day}",
    "day of the year": lambda d: f"day {d:%j} of {d.year}",
}
DATES = st.dates(date(1600, 1, 1), TODAY)


@given(day=DATES, style=st.sampled_from(sorted(STYLES)))
def test_a_date_written_in_any_style_reads_back(day: date, style: str) -> None:
    reading = read(STYLES[style](day))
    assert (reading.confidence, event_date(reading)) == ("certain", day.isoformat())


@given(day=DATES, separator=st.sampled_from("/.-"), day_first=st.booleans())
def test_a_date_in_figures_reads_back_with_a_hint_and_is_never_wrong_without(
    day: date, separator: str, day_first: bool
) -> None:
    parts = (day.day, day.month, day.year) if day_first else (day.month, day.day, day.year)
    text = separator.join(map(str, parts))
    hinted, plain = read(text, day_first=day_first), read(text)
    assert hinted.value
    assert hinted.value.event_date == day.isoformat()
    found = (plain.value,) if plain.value else plain.alternatives
    assert day.isoformat() in {value.event_date for value in found}


@given(
    first=DATES,
    length=st.integers(1, 60),
    style=st.sampled_from(["English", "short", "numeral", "American", "French"]),
)
def test_a_range_in_any_style_reads_back(first: date, length: int, style: str) -> None:
    last = min(first + timedelta(days=length), TODAY)
    write = STYLES[style]
    reading = read(f"{write(first)} - {write(last)}")
    expected = f"{first}/{last}" if first != last else str(first)
    assert (reading.confidence, event_date(reading)) == ("certain", expected)


PIECES = st.sampled_from(
    [
        "May",
        "june",
        "VI",
        "x",
        "to",
        "-",
        "/",
        ".",
        ",",
        "&",
        "or",
        "and",
        "?",
        "[",
        "]",
        "'",
        "12",
        "5",
        "31",
        "32",
        "1903",
        "98",
        "00",
        "192?",
        "s",
        "th",
        "early",
        "week",
        "of",
        "ca.",
        "before",
        "siècle",
        "st",
        "14:30",
        "pm",
        "Mon",
        "bre",
    ]
)


@given(
    st.one_of(
        st.text(), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=12).map("".join)
    )
)
@example("٣ مايو ١٩٠٣")
@example("1²/VI/1903")
def test_any_text_gets_an_answer_that_agrees_with_itself(text: str) -> None:
    reading = read(text)
    assert reading.verbatim == text
    assert (reading.value is not None) == (reading.confidence in ("certain", "probable"))
    assert bool(reading.alternatives) == (reading.confidence == "ambiguous")
    assert reading.confidence == "certain" or reading.reasons
    for value in (reading.value, *reading.alternatives):
        if value:
            assert not value.event_date or read(value.event_date).value or value.precision == "month"
            if value.first_day and value.last_day:
                assert value.first_day <= value.last_day


@given(
    st.dictionaries(st.sampled_from(EVENT_FIELDS), st.one_of(st.text(max_size=20), PIECES, DATES.map(str)))
)
def test_any_fields_get_an_answer(fields: dict[str, str]) -> None:
    reading = interpret_event_fields(fields, today=TODAY)
    assert (reading.value is not None) == (reading.confidence in ("certain", "probable"))


def fields(**given_: str) -> Interpretation[DateRange]:
    return interpret_event_fields(given_, today=TODAY)


def test_fields_that_agree_give_the_most_exact_of_them() -> None:
    reading = fields(verbatimEventDate="12 June 1903", eventDate="1903-06-12", year="1903", month="6")
    assert (reading.confidence, event_date(reading)) == ("certain", "1903-06-12")


def test_parts_settle_the_order_of_a_verbatim_date() -> None:
    reading = fields(verbatimEventDate="5/6/98", year="1898", month="6")
    assert event_date(reading) == "1898-06-05"


def test_parts_may_repeat_the_beginning_of_a_range() -> None:
    reading = fields(verbatimEventDate="3-5 May 1911", year="1911", month="5", day="3")
    assert event_date(reading) == "1911-05-03/1911-05-05"


def test_fields_that_contradict_are_not_chosen_from() -> None:
    reading = fields(eventDate="1903-06-12", year="1904")
    assert (reading.confidence, reading.value) == ("ambiguous", None)
    assert said(reading) == {"FIELDS_CONTRADICT"}
    assert {value.event_date for value in reading.alternatives} == {"1903-06-12", "1904"}


def test_days_of_the_year_count_in_the_given_year() -> None:
    reading = fields(year="2000", startDayOfYear="60", endDayOfYear="61")
    assert event_date(reading) == "2000-02-29/2000-03-01"


def test_an_impossible_day_leaves_year_and_month_standing() -> None:
    reading = fields(year="2001", month="2", day="29")
    assert (reading.confidence, reading.value) == ("impossible", None)
    assert [value.event_date for value in reading.alternatives] == ["2001-02"]


def test_a_verbatim_date_not_understood_is_said_beside_the_date_that_is() -> None:
    reading = fields(verbatimEventDate="see label", eventDate="1903-06-12")
    assert (reading.confidence, said(reading)) == ("probable", {"FIELD_NOT_READ"})


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    folder = files("dina.base.interpret")
    sentences = tomllib.loads(folder.joinpath("dates.toml").read_text("utf-8"))["reason"]
    source = "".join(
        f.read_text("utf-8") for f in folder.joinpath("dates").iterdir() if f.name.endswith(".py")
    )
    used = {word for word in source.replace('"', " ").split() if word.startswith("DATE_")}
    assert used == set(sentences)
    assert all(set(sentence) == {"en", "fr"} for sentence in sentences.values())


def test_a_word_has_one_role() -> None:
    tables = vocabulary.vocabulary()
    months = [
        word
        for table in ("months", "months_unclear", "months_misspelt")
        for listed in tables[table].values()
        for word in listed
        if isinstance(word, str)
    ]
    seasons = [word for listed in tables["seasons"].values() for word in listed]
    roles = [word for listed in tables["roles"].values() for word in listed]
    found = [*months, *seasons, *roles]
    assert sorted(found) == sorted(set(found))
    assert all(word == vocabulary.fold(word) for word in found)


def test_a_month_that_is_none_is_not_taken_for_a_year() -> None:
    reading = fields(year="1903", month="13")
    assert (reading.confidence, said(reading)) == ("impossible", {"NO_SUCH_MONTH"})


def test_a_date_without_year_is_in_the_year_given_beside_it() -> None:
    assert event_date(fields(verbatimEventDate="21 vii", year="1990")) == "1990-07-21"


def test_month_names_and_numerals_are_months_of_the_parts() -> None:
    assert event_date(fields(year="2001", month="feb", day="3")) == "2001-02-03"
    assert event_date(fields(year="2001", month="VI")) == "2001-06"


def test_the_time_of_one_field_outlasts_the_day_of_another() -> None:
    assert (
        event_date(fields(eventDate="1903-06-12T10:00", year="1903", month="6", day="12"))
        == "1903-06-12T10:00"
    )


def test_the_ends_make_a_range() -> None:
    ends = {
        "beginYear": "2000",
        "beginMonth": "1",
        "beginDay": "2",
        "endyear": "2000",
        "endmonth": "3",
        "endday": "4",
    }
    assert event_date(fields(**ends)) == "2000-01-02/2000-03-04"
    assert (
        event_date(fields(EarliestDateCollected="1 Jan 1900", LatestDateCollected="Dec 1901"))
        == "1900-01-01/1901-12"
    )
