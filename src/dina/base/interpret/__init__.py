"""What people wrote, read as data: dates, coordinates, elevations, terms.

Every interpreter here is a pure function of a verbatim text to an
`Interpretation`. It never changes the verbatim, never guesses silently, and
says how sure it is and why, so that a page, an import or a rule can show a
curator the reading next to the label. Nothing here knows a module, a database
or a request.
"""

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

Value = TypeVar("Value")

Confidence: TypeAlias = Literal["certain", "probable", "ambiguous", "impossible", "unknown"]
"""How far a reading can be trusted.

- `certain`: the text allows only this reading.
- `probable`: another reading exists but is far less likely; the reason says which.
- `ambiguous`: two or more readings are equally likely; `value` is then `None`
  and `alternatives` holds them.
- `impossible`: it was understood and cannot be true (31 February, latitude 95).
- `unknown`: not understood; there is no value.
"""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a reading is as it is: a code of `messages.toml` and what it speaks of."""

    code: str
    parameters: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Interpretation(Generic[Value]):
    """One verbatim text and what it was taken to mean.

    `value` is `None` unless confidence is `certain` or `probable`.
    """

    verbatim: str
    value: Value | None
    confidence: Confidence
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Value, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether there is a value to use."""
        return self.value is not None
