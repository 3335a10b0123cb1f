"""Times of day written beside a date."""

import re
from dataclasses import dataclass

_HOUR_MINUTE = re.compile(
    r"""
    (?<![\w:/.+])
    (?:(?:at|um|kl\.?|a\s+las|à)\s+)?
    (?:
        (?P<h1>\d{1,2}):(?P<m1>\d{2})(?::(?P<s1>\d{2})(?P<fraction>\.\d{1,9})?)?
      | (?P<h2>\d{1,2})\s?h(?:eures?|rs?|ours)?(?:\s?(?P<m2>\d{2}))?(?![^\W_])
      | (?P<h3>\d{1,2})(?:\.(?P<m3>\d{2}))?(?=\s*(?:[ap]\.?\s?m\b|uhr\b))
      | (?P<h4>\d{2})(?P<m4>\d{2})(?=\s*h(?:rs?|ours)?\b)
    )
    (?:\s*(?:uhr|h(?:rs?|ours)?)\b\.?)?
    (?:\s*(?P<half>[ap])\.?\s?m\b\.?)?
    (?:\s*(?P<offset>z|utc|gmt|\+\d{2}:?\d{2}|(?<=\s)-\d{4})(?!\w))?
    (?![\w:])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HALF_DAY = re.compile(r"(?<![^\W_])[ap]\.\s?m\.?(?![^\W_])", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:-+|to|bis|à|a|until|till|and|et)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Times:
    """A time of day, or the first and last of a range, as ISO 8601 text; `possible` is false for 25:70."""

    first: str
    last: str
    possible: bool = True


def take_times(text: str) -> tuple[str, Times | None]:
    """The text without its time of day, and the time."""
    found = list(_HOUR_MINUTE.finditer(text))
    if not found:
        return _HALF_DAY.sub(" morning ", text), None
    if len(found) > 2:
        return text, None
    if len(found) == 2 and not _JOINED.fullmatch(text[found[0].end() : found[1].start()]):
        return text, None
    times = [_time(match) for match in found]
    rest = f"{text[: found[0].start()].rstrip()} {text[found[-1].end() :].lstrip(' ,;')}".strip(" ,;")
    if None in times:
        return rest, Times("", "", possible=False)
    return rest, Times(times[0] or "", times[-1] or "")


def iso_time(hour: int, minute: int, second: int | None, fraction: str, offset: str) -> str | None:
    """A time of day as ISO 8601 writes it; `None` if there is none such."""
    offset = iso_offset(offset) or ""
    if hour > 23 or minute > 59 or (second or 0) > 59 or offset == "no":
        return None
    return f"{hour:02}:{minute:02}" + ("" if second is None else f":{second:02}{fraction}") + offset


def iso_offset(written: str) -> str:
    """`Z`, `±HH:MM` or nothing; `no` for an offset no place on earth has."""
    if not written or written.lower() in ("z", "utc", "gmt"):
        return "Z" if written else ""
    digits = written[1:].replace(":", "").ljust(4, "0")
    if int(digits[:2]) > 14 or int(digits[2:]) > 59:
        return "no"
    return f"{written[0]}{digits[:2]}:{digits[2:]}"


def _time(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    hour = int(part["h1"] or part["h2"] or part["h3"] or part["h4"])
    minute = int(part["m1"] or part["m2"] or part["m3"] or part["m4"] or 0)
    if part["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
    second = int(part["s1"]) if part["s1"] else None
    return iso_time(hour, minute, second, part["fraction"] or "", part["offset"] or "")
