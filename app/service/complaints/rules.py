"""Rules of complaints: the circle as a table, steps, ways of answering, who may do what. Pure.

The circle is the handbook's (受理-核实-处理-反馈-回访-改进): accepted, verified, in work, answered,
called back, improved or closed, and reopened from everywhere after the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.followup.errors import FieldError
from app.followup.models import Outcome, Stage
from app.followup.rules import WAYS, check_text
from app.service.complaints.errors import ActRefusedError, OwnHandlingError
from app.service.complaints.models import Against, Channel, HotlineKind, Kind, Level, Severity, Step
from app.staff.models import Role

LONGEST_NAME = 40
LONGEST_CONTACT = 64
LONGEST_COMPANY = 80
SETTINGS = {
    "repeat_days": 90,  # the same home about the same within so many days: once more
    "group_days": 14,
    "group_building": 3,  # homes of one building
    "group_community": 5,  # homes of a community
}
HIGHEST_SETTING = 3650
OLDEST = timedelta(days=366)  # nothing is taken in as received before that
LONGEST_EXTENSION = timedelta(days=31)  # from the day it is promised; beyond it "takes long"
BELATED = timedelta(hours=24)  # a talk written down later counts from when it was written down

# Channels whose complaint is a writing (来函); all others count as spoken.
WRITTEN = frozenset({Channel.LETTER, Channel.FAX})
# Ways of a contact beyond those of follow-up: what is sent.
ANSWER_WAYS = (*WAYS, "letter", "fax", "online")
_RIGHT_WAYS: Mapping[Channel, frozenset[str]] = {
    Channel.LETTER: frozenset({"letter"}),
    Channel.FAX: frozenset({"letter", "fax"}),
}
# What an answer says; the rest of the outcomes are tries or hand-overs.
SUBSTANTIVE = frozenset({Outcome.SOLVED, Outcome.EXPLAINED, Outcome.DATED, Outcome.DECLINED})

RANKS = {Level.OFFICE: 0, Level.QUALITY: 1, Level.LEADERS: 2}
HANDLERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD})
FIRST_RESPONSIBLE = frozenset({Role.OFFICE, Role.HEAD_OFFICE, Role.LEADER})
CALLING_BACK = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.CALLER})  # no office is among them
OFFICE_ROLES = frozenset({Role.OFFICE, Role.STEWARD})

_VALID_STEPS = (
    Step.RECORD,
    Step.NATURE,
    Step.DEPARTMENT,
    Step.SITE,
    Step.LEAD,
    Step.CALL_BACK,
)
_TALK_STEPS = (Step.RECORD, Step.IDENTITY, Step.FEES, Step.NOTIFY, Step.CALL_BACK)
# Not every complaint has a place to go to, and nobody must look at what a home has paid.
OPTIONAL = frozenset({Step.SITE, Step.FEES})
# Taken by the program with another act.
BY_ITSELF = frozenset({Step.RECORD, Step.NATURE, Step.DEPARTMENT, Step.CALL_BACK})


class Act(StrEnum):
    """What moves a complaint from one stage to another."""

    VERIFY = "verify"
    WORK = "work"
    ANSWER = "answer"
    HEARD = "heard"  # called back; the customer can live with it, or was not reached
    HEARD_BADLY = "heard_badly"
    IMPROVE = "improve"
    CLOSE = "close"
    REOPEN = "reopen"


TABLE: Mapping[tuple[Stage, Act], Stage] = {
    (Stage.ACCEPTED, Act.VERIFY): Stage.VERIFIED,
    (Stage.ACCEPTED, Act.WORK): Stage.IN_WORK,
    (Stage.ACCEPTED, Act.ANSWER): Stage.ANSWERED,
    (Stage.VERIFIED, Act.VERIFY): Stage.VERIFIED,
    (Stage.VERIFIED, Act.WORK): Stage.IN_WORK,
    (Stage.VERIFIED, Act.ANSWER): Stage.ANSWERED,
    (Stage.IN_WORK, Act.VERIFY): Stage.IN_WORK,
    (Stage.IN_WORK, Act.WORK): Stage.IN_WORK,
    (Stage.IN_WORK, Act.ANSWER): Stage.ANSWERED,
    (Stage.ANSWERED, Act.HEARD): Stage.CALLED_BACK,
    (Stage.ANSWERED, Act.HEARD_BADLY): Stage.REOPENED,
    (Stage.ANSWERED, Act.REOPEN): Stage.REOPENED,
    (Stage.CALLED_BACK, Act.IMPROVE): Stage.IMPROVED,
    (Stage.CALLED_BACK, Act.CLOSE): Stage.CLOSED,
    (Stage.CALLED_BACK, Act.REOPEN): Stage.REOPENED,
    (Stage.IMPROVED, Act.REOPEN): Stage.REOPENED,
    (Stage.CLOSED, Act.REOPEN): Stage.REOPENED,
    (Stage.REOPENED, Act.VERIFY): Stage.VERIFIED,
    (Stage.REOPENED, Act.WORK): Stage.IN_WORK,
    (Stage.REOPENED, Act.ANSWER): Stage.ANSWERED,
}


def next_stage(stage: Stage, act: Act) -> Stage:
    """Return where an act leads.

    Raises:
        ActRefusedError: The circle has no such act here.
    """
    to = TABLE.get((stage, act))
    if to is None:
        raise ActRefusedError(stage, act)
    return to


def acts_in(stage: Stage) -> frozenset[Act]:
    """Return what may happen in a stage."""
    return frozenset(act for at, act in TABLE if at is stage)


def steps_of(kind: Kind | None) -> tuple[Step, ...]:
    """Return the steps of a complaint: six of a valid one, five of a communicative one."""
    return _VALID_STEPS if kind in {None, Kind.VALID} else _TALK_STEPS


def act_of_step(step: Step) -> Act | None:
    """Return what a step taken by hand does to the stage."""
    if step is Step.IDENTITY:
        return Act.VERIFY
    return Act.WORK if step in {Step.SITE, Step.LEAD, Step.NOTIFY} else None


def level_for(level: Level, *, against: Against, has_compensation: bool) -> Level:
    """Return the level a complaint needs at least; it never falls."""
    must = against is Against.DIRECTOR or has_compensation
    return Level.LEADERS if must else level


def is_right_way(channel: Channel, way: str) -> bool:
    """Say whether a way answers what came in this way: a letter is answered by a letter."""
    ways = _RIGHT_WAYS.get(channel)
    return ways is None or way in ways


def stops_clock(
    channel: Channel, *, way: str, outcome: Outcome, is_substantive: bool, has_given_up: bool
) -> bool:
    """Say whether a contact is an answer in substance by the right way.

    Args:
        channel: How the complaint came in.
        way: How it was answered.
        outcome: What came of it.
        is_substantive: Whoever answered says it was more than an acknowledgement.
        has_given_up: The customer counts as not reachable, this try included.
    """
    if outcome is Outcome.UNREACHABLE:
        return has_given_up and channel not in WRITTEN
    return is_substantive and outcome in SUBSTANTIVE and is_right_way(channel, way)


def counted_at(at: datetime, *, now: datetime) -> datetime:
    """Return when an answer counts: when it was given, unless it was written down much later."""
    return at if now - at <= BELATED else now


def check_caller(
    role: Role, staff_id: int, *, responsible_id: int | None, answered_by: int | None
) -> None:
    """Let only another unit call back: nobody of an office, and nobody who handled it.

    Raises:
        OwnHandlingError: Names who called.
    """
    if role not in CALLING_BACK or staff_id in {responsible_id, answered_by}:
        raise OwnHandlingError(staff_id)


@dataclass(frozen=True, slots=True)
class CallBackResult:
    """What came of a call-back.

    Attributes:
        at: When it took place.
        way: One of `ANSWER_WAYS`, or ``link`` for the owner's own page.
        is_reached: False when the customer could not be reached in all tries there are.
        view: satisfied, neutral or dissatisfied; needed when the customer was reached.
        is_solved: What the customer said; None when he was not asked.
        words: His words, or why nobody was reached.
    """

    at: datetime
    way: str = "phone"
    is_reached: bool = True
    view: str | None = None
    is_solved: bool | None = None
    words: str = ""

    @property
    def is_bad(self) -> bool:
        """Say whether the complaint is opened again."""
        return self.is_reached and (self.view == "dissatisfied" or self.is_solved is False)


def check_call_back(result: CallBackResult, *, answered_at: datetime, now: datetime) -> None:
    """Refuse a call-back that is incomplete or cannot be true.

    Raises:
        FieldError: Names the field.
    """
    if result.is_reached and result.view not in {"satisfied", "neutral", "dissatisfied"}:
        raise FieldError("view", "empty" if result.view is None else "unknown")
    if result.way not in {*ANSWER_WAYS, "link"}:
        raise FieldError("way", "unknown")
    if result.at > now:
        raise FieldError("at", "in_future")
    if result.at < answered_at.replace(second=0, microsecond=0):
        raise FieldError("at", "before_words")
    if not result.is_reached:
        check_text("words", result.words)


@dataclass(frozen=True, slots=True)
class Intake:
    """A complaint as it is taken in.

    Attributes:
        community_id: Where.
        household_id: The home; None for a company that rents no home of the register.
        company: Name of a company; needed without a home.
        name, contact: Who complains, and how to answer.
        text: What is complained about.
        channel: By which way it came.
        received_at: When.
        code: Sub-code, None when nobody has looked yet (through the app).
        kind: Valid or communicative; with the code.
        hotline_kind: Of a call on the hotline.
        first_asked_by: Who was asked first; None where nobody was (app, website).
        rings: How often the telephone rang.
        severity, against: How grave, and whom it is about.
        has_compensation, has_media, has_legal: What makes it delicate.
        key: Made by the form or the app, so that sending twice takes in once.
    """

    community_id: int
    household_id: int | None
    name: str
    contact: str
    text: str
    channel: Channel
    received_at: datetime
    company: str = ""
    code: str | None = None
    kind: Kind | None = None
    hotline_kind: HotlineKind | None = None
    first_asked_by: int | None = None
    rings: int | None = None
    severity: Severity = Severity.ORDINARY
    against: Against = Against.NONE
    has_compensation: bool = False
    has_media: bool = False
    has_legal: bool = False
    key: str | None = None


def check_intake(intake: Intake, *, now: datetime) -> None:
    """Refuse a complaint without a known customer, or one that cannot be true.

    Raises:
        FieldError: Names the field.
    """
    if intake.household_id is None:
        check_text("company", intake.company)
    check_text("name", intake.name)
    check_text("contact", intake.contact)
    check_text("text", intake.text)
    longest = (("company", LONGEST_COMPANY), ("name", LONGEST_NAME), ("contact", LONGEST_CONTACT))
    for field, most in longest:
        if len(getattr(intake, field)) > most:
            raise FieldError(field, "too_long")
    if (intake.channel is Channel.HOTLINE) != (intake.hotline_kind is not None):
        raise FieldError("hotline_kind", "empty" if intake.hotline_kind is None else "not_both")
    if (intake.code is None) != (intake.kind is None):
        raise FieldError("kind" if intake.kind is None else "code", "empty")
    if intake.received_at > now:
        raise FieldError("received_at", "in_future")
    if now - intake.received_at > OLDEST:
        raise FieldError("received_at", "too_old")  # a slip of the pen: it would be years overdue
    if intake.rings is not None and not 0 <= intake.rings <= 99:
        raise FieldError("rings", "unknown")


@dataclass(frozen=True, slots=True)
class Sorting:
    """What somebody says a complaint is."""

    code: str
    kind: Kind
    severity: Severity = Severity.ORDINARY
    against: Against = Against.NONE


def missing_for_closing(
    kind: Kind | None,
    severity: Severity,
    *,
    taken: frozenset[Step],
    has_plan: bool,
    has_report: bool,
) -> tuple[str, ...]:
    """Return what a complaint lacks before it may be closed, apart from its stage."""
    needed = [step.value for step in steps_of(kind) if step not in OPTIONAL | taken]
    if severity is Severity.MAJOR:
        needed.extend([] if has_plan else ["plan"])
        needed.extend([] if has_report else ["report"])
    return tuple(needed)
