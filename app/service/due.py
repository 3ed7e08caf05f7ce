"""What presses in a slice of the service loop, as counts for the page "due today". Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """Counts of what somebody must move.

    Attributes:
        late: Past its last day or hour.
        today: Due on the present Beijing day.
        soon: Open, due later.
        first: The earliest day among what is late or due today, None when there is nothing.
    """

    late: int = 0
    today: int = 0
    soon: int = 0
    first: date | None = None
