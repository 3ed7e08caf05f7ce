"""What the API gives and takes of cases."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.followup.history.models import CaseEventKind
from app.followup.models import Attempt, CaseState, Outcome, Source, Stage, Urgency
from app.web.api.operations import Body, Model, PageQuery
from app.web.api.shapes import Page

# RFC 3339: the library would also take seconds since 1970 written as text.
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _instant(value: object) -> object:
    """Read an instant.

    Raises:
        ValueError: No instant, or one without its offset.
    """
    if not isinstance(value, str):
        return value
    if not _INSTANT.fullmatch(value):
        raise ValueError
    return datetime.fromisoformat(value.upper())


def _day(value: object) -> object:
    """Read a day.

    Raises:
        ValueError: No day.
    """
    if not isinstance(value, str):
        return value
    if not _DAY.fullmatch(value):
        raise ValueError
    return date.fromisoformat(value)


def _plain(value: str) -> str:
    """Refuse what one of the two databases cannot hold.

    Raises:
        ValueError: NUL, or half of a sign.
    """
    if "\x00" in value:
        raise ValueError
    value.encode("utf-8")
    return value


Text = Annotated[str, AfterValidator(_plain)]
# No NUL; nothing but blanks says nothing.
Said = Annotated[Text, StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Perhaps = Annotated[Text, StringConstraints(pattern=r"^([^\x00]*[^\x00\s][^\x00]*)?$")]
Instant = Annotated[datetime, BeforeValidator(_instant)]
Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Way = Literal["visit", "phone", "wechat", "reception"]
Place = Literal["home", "desk", "outdoors", "elsewhere"]
OwnerView = Literal["satisfied", "neutral", "dissatisfied"]


class HomeOut(Model):
    """Where a case is about; with the scope cases:home."""

    building: str
    room: str


class WordsOut(Model):
    """What the owner wrote to one question; with the scope cases:text."""

    question: str = Field(description="Code of the question.")
    text: str


class CaseOut(Model):
    """A case of a community's list, without a name or a phone number."""

    id: int
    campaign: str
    community: int
    state: CaseState
    stage: Stage
    source: Source
    urgency: Urgency
    code: str | None = Field(description="Of the codebook; null until somebody has said it.")
    department: str | None
    received_at: datetime
    start_by: date | None
    close_by: date | None
    is_overdue: bool
    has_responsible: bool
    contacts: int
    last_contact_at: datetime | None
    next_at: datetime | None
    closed_at: datetime | None
    home: HomeOut | None
    words: list[WordsOut] | None = Field(
        description="Of one case only, never in a list; null without the scope."
    )


class CasePage(Page):
    """Cases by key."""

    items: list[CaseOut]


class CaseQuery(PageQuery):
    """Which cases."""

    community: int | None = Field(default=None, ge=1, le=2**31 - 1)
    state: CaseState | None = None
    urgency: Urgency | None = None


class CaseEventOut(Model):
    """One thing that happened with a case."""

    id: int
    kind: CaseEventKind
    stage: Stage = Field(description="Where the case stood after it.")
    at: datetime


class CaseEventPage(Page):
    """What happened with a case, the first first."""

    items: list[CaseEventOut]


class CaseDone(Model):
    """Where a case stands after a write."""

    id: int
    state: CaseState
    stage: Stage


class ContactIn(Body):
    """A contact with an owner, as the handbook wants it recorded."""

    at: Instant = Field(description="When it took place, with its offset.")
    way: Way
    person: Said = Field(min_length=1, max_length=40, description="Who was spoken to, or tried.")
    outcome: Outcome
    result: Perhaps = Field(default="", max_length=2000, description="What was said or promised.")
    owner_view: OwnerView | None = None
    next_on: Day | None = Field(default=None, description="Needed with the outcome `dated`.")
    next_time: Clock | None = None
    place: Place | None = None
    attempt: Attempt | None = None


class StepIn(Body):
    """A step of the circle."""

    to: Stage
    reason: Perhaps = Field(default="", max_length=2000)


class HandOverIn(Body):
    """Who answers for a case from now on."""

    login: Said = Field(min_length=2, max_length=64)
    reason: Perhaps = Field(default="", max_length=2000)


class TurnIn(Body):
    """What a case becomes."""

    source: Literal["complaint", "repair"]
    reason: Perhaps = Field(default="", max_length=2000)
