"""Verbatim dates against lists of others: how many are understood, and that answers given are right."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from dina.base.interpret.dates import DateRange, interpret_date, interpret_event_fields
from tests.conftest import shared

TODAY = date(2026, 11, 21)

WRONG_IN_REFERENCE = {
    "9": "29 February 2000 was a day; the reference has no date for it",
    "11": "29 February 2000 was a day; the reference has no date for it",
    "21": "8 March 1963 was day 67; the reference has 66",
    "27": "10 March 2000 was day 70; the reference has 68",
}


def lines(path: str, columns: int) -> Iterator[list[str]]:
    """The rows of a semicolon-separated list, without its heading and remarks."""
    for line in shared(path).read_text("utf-8").splitlines():
        row = line.split(";")
        if line.startswith(("#", "raw")) or len(row) < columns:
            continue
        yield row


def test_verbatim_dates_are_understood(capsys: pytest.CaptureFixture[str]) -> None:
    texts = shared("data/dates/verbatim_dates.txt").read_text("utf-8").splitlines()
    readings = [interpret_date(text, today=TODAY) for text in texts]
    counted = Counter(reading.confidence for reading in readings)
    share = {confidence: 100 * count / len(texts) for confidence, count in counted.items()}
    with capsys.disabled():
        print(
            f"\n{len(texts)} verbatim dates:", ", ".join(f"{k} {v:.2f} %" for k, v in sorted(share.items()))
        )
    assert share["certain"] + share["probable"] >= 88.5
    assert share["unknown"] <= 2.5
    assert share["impossible"] <= 0.3


def test_numbers_and_months_of_a_certain_date_stand_in_its_text() -> None:
    """A check without expected answers: no certain date has a day or a year that was not written."""
    for text in shared("data/dates/verbatim_dates.txt").read_text("utf-8").splitlines():
        reading = interpret_date(text, today=TODAY)
        value = reading.value
        if (
            reading.confidence != "certain"
            or value is None
            or value.precision not in ("day", "month", "year")
        ):
            continue
        if re.fullmatch(r"\d{8}", text) or "MCM" in text:
            continue
        written = [int(number) for number in re.findall(r"\d+", text)]
        for end in (value.start, value.end):
            if end == ".." or value.uncertain:
                continue
            year, _, rest = (
                end.removeprefix("--").partition("-") if not end.startswith("--") else ("", "", end[2:])
            )
            day = rest[3:5] or None
            assert (
                not year or int(year) in written or int(year) % 100 in written or int(year) % 10 in written
            ), text
            assert day is None or int(day) in written, text


def test_reference_set() -> None:
    rows = list(
        csv.DictReader(shared("data/dates/date_reference_set.tsv").open(encoding="utf-8"), delimiter="\t")
    )
    wrong: dict[str, str] = {}
    for row in rows:
        given = {name: value for name, value in row.items() if value and not name.startswith("expected")}
        del given["exampleID"]
        reading = interpret_event_fields(given, today=TODAY)
        found = reading.value or (
            reading.alternatives[0] if reading.confidence == "impossible" and reading.alternatives else None
        )
        if complaint := disagreement(found, reading.value, row):
            wrong[row["exampleID"]] = complaint
    assert set(wrong) <= set(WRONG_IN_REFERENCE), wrong


def disagreement(found: DateRange | None, value: DateRange | None, row: dict[str, str]) -> str:
    """What a reading has different from the reference; empty if nothing."""
    if found is None:
        return "not read"
    expected = row["expectedeventDate"]
    actual = {
        "expectedYear": found.year
        if not (expected and "/" in expected and not row["expectedYear"])
        else None,
        "expectedMonth": found.month if row["expectedMonth"] or not expected else None,
        "expectedDay": found.day if row["expectedDay"] or not expected else None,
        "expectedStartDayOfYear": value.start_day_of_year if value else None,
        "expectedEndDayOfYear": value.end_day_of_year if value else None,
    }
    complaints = [f"{name}: {got}" for name, got in actual.items() if str(got or "") != row[name]]
    if extent(value.event_date if value else "") != extent(expected):
        complaints.append(f"eventDate: {value and value.event_date}")
    return "; ".join(complaints)


def extent(event_date: str) -> tuple[date | None, date | None] | None:
    """First and last day: `1980/1989` and `1980-01-01/1989-12-31` are the same."""
    if not event_date:
        return None
    start, _, end = event_date.partition("/")
    value = DateRange(start, end or start, "day")
    return value.first_day, value.last_day


def test_dates_in_figures() -> None:
    """Day and month in either order: the expected date is the answer or one of two alternatives."""
    answered = 0
    for raw, year, month, day in lines("data/dates/gbif_threeten_localdate_tests.txt", 4):
        reading = interpret_date(raw, today=TODAY)
        expected = date(int(year), int(month), int(day)).isoformat()
        found = [value.event_date for value in ((reading.value,) if reading.value else reading.alternatives)]
        assert expected in found, raw
        assert len(found) == 1 or {found[0][8:], found[0][5:7]} == {found[1][8:], found[1][5:7]}, raw
        answered += reading.value is not None
    assert answered >= 20


def test_dates_with_times() -> None:
    for raw, year, month, day, hour, minute, second, *fraction in lines(
        "data/dates/gbif_localdatetime.csv", 7
    ):
        value = interpret_date(raw, today=TODAY).value
        assert value, raw
        local = re.sub(
            r"(?<=T.{5}).*?$", lambda rest: re.sub(r"(Z|[+-]\d\d:\d\d)$", "", rest.group()), value.start
        )
        whole, _, parts = local.partition(".")
        expected = datetime(*map(int, (year, month, day, hour, minute, second)))  # type: ignore[misc]
        assert datetime.fromisoformat(whole) == expected, raw
        if fraction and fraction[0]:
            assert int((parts or "0").ljust(9, "0")) == int(fraction[0]), raw


def test_times_with_offsets() -> None:
    for row in lines("data/dates/gbif_local_datetime_tz_tests.txt", 9):
        value = interpret_date(row[0], today=TODAY).value
        assert value, row[0]
        offset = datetime.fromisoformat(value.start).utcoffset()
        assert offset == timedelta(hours=0 if row[8].strip() == "Z" else int(row[8])), row[0]
        assert value.start.startswith(
            f"{row[1]}-{int(row[2]):02}-{int(row[3]):02}T{int(row[4]):02}:{int(row[5]):02}"
        )


def test_dates_with_month_words() -> None:
    months = {"march": 3, "jan": 1, "jand": 1}
    for raw, year, month, day in lines("data/dates/gbif_textual_month_date_tokenizer_tests.txt", 4):
        reading = interpret_date(raw, today=TODAY)
        expected = date(int(year), months[month.lower().strip(".")], int(day)).isoformat()
        assert reading.value is None or reading.value.event_date == expected, raw
        assert reading.value or "Jand" in raw, raw


def test_month_words_of_collection_databases() -> None:
    """Words people typed for months: those that were vetted mean that month here, or are left unread."""
    rows = list(
        csv.DictReader(shared("data/value-mappings/kurator/month.tsv").open(encoding="utf-8"), delimiter="\t")
    )
    right = wrong = unread = 0
    for row in rows:
        word = row["month"].strip()
        if not row["standard"] or not re.fullmatch(r"[A-Za-z]+\.?", word):
            continue
        reading = interpret_date(f"5 {word} 1953", today=TODAY)
        if reading.value is None:
            unread += 1
        elif reading.value.event_date == f"1953-{int(row['standard']):02}-05":
            right += 1
        else:
            wrong += 1
    assert wrong == 0
    assert right >= 40
    assert unread <= 8
