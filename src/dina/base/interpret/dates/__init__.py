"""Verbatim collecting dates, as written on labels over three centuries.

`interpret_date` reads one text, `interpret_event_fields` the date fields of a Darwin Core record together.
Both answer with an `Interpretation[DateRange]`; the sentences of their reasons are in `interpret/dates.toml`.

A text goes through four steps, one module each: `tokens` cuts it into elements whose words `words` knows,
`pieces` reads a run of elements as one date as far as it is written, `spans` puts pieces together into
ranges, lists and alternatives, and `calendar` keeps what can be true. Every reading the text allows is
kept to the end, so doubt is found rather than decided by the order in which formats are tried. ISO 8601
forms are read before that, in `iso`, by the rules of the standard.

General libraries were considered. dateutil and dateparser fill what is not written from today's date and
settle the order of day and month and the century without saying so; edtf has the right model of
uncertainty but expects its own notation, not labels. Babel is used for what it knows best, the month and
weekday names of many languages; the rest is here because it must never guess in silence.
"""

from .fields import EVENT_FIELDS, interpret_event_fields
from .reading import MAX_LENGTH, Hemisphere, interpret_date
from .value import DateRange, Precision

__all__ = [
    "EVENT_FIELDS",
    "MAX_LENGTH",
    "DateRange",
    "Hemisphere",
    "Precision",
    "interpret_date",
    "interpret_event_fields",
]
