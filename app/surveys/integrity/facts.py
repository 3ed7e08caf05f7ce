"""What the signals look at: counted answers of one community, and what is known around them.

Pure. Nothing here names a person; an answer is known by its place in the tuple.
"""

from dataclasses import dataclass
from datetime import datetime

from app.surveys.response.models import Channel, Entrance

RATE = "rate"
"""Answers until the last day, of the base: kept with the signals, compared over communities."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One counted answer, and how it came about.

    Attributes:
        vector: The answers, one byte an item.
        channel: Phone, paper or an interview at home.
        building: Where the home is.
        room: See `building`.
        received_at: When it came in, aware.
        device: Keyed hash of the phone; None on paper.
        network: Keyed hash of the network; None on paper.
        entrance: How the browser came to the questions.
        seconds: From the first page to the end; None when unknown.
        has_comment: Something was written.
        is_delivered: A delivery of the letter was recorded.
        entered_by: Who keyed it in; None for an owner's own phone.
    """

    vector: bytes
    channel: Channel
    building: str
    room: str
    received_at: datetime
    device: bytes | None = None
    network: bytes | None = None
    entrance: Entrance | None = None
    seconds: int | None = None
    has_comment: bool = False
    is_delivered: bool = False
    entered_by: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One signal of one community, or of its answers that came in one way.

    A share is `count` of `base`; any other number is `value` with its standard error.

    Attributes:
        code: Which signal; see `thresholds.SIGNALS`.
        mode: Phone, paper or visit; empty for all together.
        count: Answers that show it.
        base: Answers that could.
        value: The number itself where it is no share; more is more unusual.
        stderr: Its standard error.
    """

    code: str
    mode: str = ""
    count: int = 0
    base: int = 0
    value: float | None = None
    stderr: float | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a community besides its answers.

    Attributes:
        members: Homes of its frame.
        excluded: Of them left out with approval.
        excluded_before: The same share in the campaign before, None without one.
        phones: Homes of the register with a telephone number.
        shared_phones: Of them with a number that three or more homes have.
        is_delivery_kept: Deliveries are recorded here at all.
        deadline: End of the collection, aware.
        level_before: Mean overall answer and its error in the campaign before, or None.
        clones: Comments that nearly repeat another one of the community, and comments; counted
            where the texts were opened, which stay there.
        closings: Cases closed too quickly after one another, and cases closed by a contact.
        same_closings: Cases closed in words that several have, and cases with words.
        one_hand: How alike the marks of scanned sheets are, or None.
    """

    members: int
    excluded: int
    deadline: datetime
    excluded_before: float | None = None
    phones: int = 0
    shared_phones: int = 0
    is_delivery_kept: bool = False
    level_before: tuple[float, float] | None = None
    clones: tuple[int, int] | None = None
    closings: tuple[int, int] | None = None
    same_closings: tuple[int, int] | None = None
    one_hand: Measured | None = None
