"""Commands on a plan: tasks, dates, approval, lock, closing. None commits."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import last_day_before
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import BadDatesError, UnknownInstrumentError, WrongStateError
from app.surveys.campaign.models import OPENED, Campaign, CampaignState
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import (
    EarlyTickError,
    FixedTaskError,
    Missing,
    NotReviewedError,
    OpenGatesError,
    PlanNotReadyError,
    ReasonNeededError,
    UndatedTaskError,
)
from app.surveys.campaign.planning.limits import check_collection, task_days, words_in
from app.surveys.campaign.planning.models import Anchor, PlanTask, TaskOwner
from app.surveys.campaign.planning.readiness import find_missing
from app.surveys.campaign.planning.template import (
    BY_KEY,
    FIXED,
    REVIEW,
    TASKS,
    day_of,
    launch_day,
)
from app.surveys.campaign.services import open_campaign
from app.vault import Vault

# Before the questionnaire is locked, dates and questionnaire may still change.
_CHANGING = frozenset({CampaignState.DRAFT, CampaignState.APPROVED})
PILOT_ANSWERS = 30
# What may turn up after the approval, and has to be mended or seen before the next step.
_BEFORE_LOCK = frozenset({"over", "instrument", "clashes"})
_BEFORE_OPENING = frozenset({"clashes"})


def make_tasks(session: Session, campaign: Campaign, *, staff_id: int | None = None) -> None:
    """Give a campaign the task calendar of the template; what it has already stays.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        staff_id: Who answers for the tasks of head office; None leaves them open.
    """
    calendar = queries.load_calendar(session)
    known = {task.key for task in queries.list_tasks(session, campaign.id)}
    session.add_all(
        PlanTask(
            campaign_id=campaign.id,
            key=task.key,
            anchor=task.anchor,
            offset_days=task.offset,
            due_on=launch_day(task, campaign.opens_on, campaign.closes_on, calendar)
            if task.anchor is Anchor.LAUNCH
            else None,
            owner=task.owner,
            staff_id=staff_id if task.owner is TaskOwner.HEAD_OFFICE else None,
        )
        for task in TASKS
        if task.key not in known
    )
    session.flush()


def change_plan(
    session: Session,
    campaign: Campaign,
    *,
    opens_on: date,
    closes_on: date,
    instrument_digest: str,
    target: int | None,
    staff_id: int,
    now: datetime,
) -> None:
    """Change dates, questionnaire or target of a campaign whose questionnaire is not locked.

    Tasks nobody moved by hand follow the dates. New dates take the approval back; a corrected
    version of the questionnaire, as after a pilot, does not.

    Raises:
        WrongStateError: The questionnaire is locked, or the campaign was opened.
        BadDatesError: The last day lies before the first or too long after it, or they lie
            outside the calendar.
        UnknownInstrumentError: Nothing is published under this digest.
    """
    campaign = _lock(session, campaign, _CHANGING)
    check_collection(opens_on, closes_on)
    version = campaign_queries.find_instrument_version(session, instrument_digest)
    if version is None:
        raise UnknownInstrumentError(instrument_digest)
    before = campaign_queries.find_instrument_version(session, campaign.instrument_digest)
    is_other = before is None or before.code != version.code
    is_moved = (opens_on, closes_on) != (campaign.opens_on, campaign.closes_on)
    campaign.opens_on, campaign.closes_on = opens_on, closes_on
    campaign.instrument_digest, campaign.target = instrument_digest, target
    if is_moved:
        _move_tasks(session, campaign)
    if (is_moved or is_other) and campaign.state is CampaignState.APPROVED:
        campaign.state = CampaignState.DRAFT
        campaign.approved_at = campaign.approved_by = None
        campaign.approval_note = ""
    session.flush()
    detail = f"{opens_on} {closes_on} {instrument_digest[:12]} {campaign.state}"
    _audit(session, campaign, "plan.change", detail, staff_id=staff_id, now=now)


def set_task(
    session: Session,
    campaign: Campaign,
    task: PlanTask,
    *,
    due_on: date | None,
    person_id: int | None,
    staff_id: int,
    now: datetime,
) -> None:
    """Say who answers for a task, and move it to another day by hand.

    Raises:
        FixedTaskError: It is the launch or the deadline, or counted from T0, which is not there.
        UndatedTaskError: It has a day and is to have none.
        BadDatesError: The day lies far away from the campaign; carries the days allowed.
    """
    if due_on != task.due_on:
        _check_move(campaign, task, due_on)
    elif person_id == task.staff_id:
        return
    task.is_moved = task.is_moved or due_on != task.due_on
    task.due_on, task.staff_id = due_on, person_id
    session.flush()
    detail = f"{task.key} {due_on or '-'} staff:{person_id or '-'}"
    _audit(session, campaign, "plan.task", detail, staff_id=staff_id, now=now)


def _check_move(campaign: Campaign, task: PlanTask, due_on: date | None) -> None:
    if task.key in FIXED:
        raise FixedTaskError(after_t0=False)
    if task.anchor is Anchor.T0 and task.due_on is None:
        raise FixedTaskError(after_t0=True)
    if due_on is None:
        raise UndatedTaskError
    first, last = task_days(campaign.opens_on, campaign.closes_on)
    if not first <= due_on <= last:
        raise BadDatesError(first, last)


def assign_all(
    session: Session,
    campaign: Campaign,
    owner: TaskOwner,
    person_id: int,
    *,
    staff_id: int,
    now: datetime,
) -> None:
    """Let one person answer for all tasks of an owner that nobody answers for yet."""
    free = [
        task
        for task in queries.list_tasks(session, campaign.id)
        if task.owner is owner and task.staff_id is None
    ]
    for task in free:
        task.staff_id = person_id
    session.flush()
    if free:
        detail = f"{owner} {len(free)} staff:{person_id}"
        _audit(session, campaign, "plan.assign", detail, staff_id=staff_id, now=now)


def tick(
    session: Session, campaign: Campaign, task: PlanTask, *, staff_id: int, now: datetime
) -> bool:
    """Note that a task is done, once: who said so first stays.

    Returns:
        Whether it was not done before.

    Raises:
        EarlyTickError: It is counted from T0, which is not there yet.
    """
    if task.done_at is not None:
        return False
    if not is_begun(session, campaign, task):
        raise EarlyTickError
    task.done_at, task.done_by = now, staff_id
    session.flush()
    _audit(session, campaign, "plan.done", task.key, staff_id=staff_id, now=now)
    return True


def untick(
    session: Session, campaign: Campaign, task: PlanTask, *, staff_id: int, now: datetime
) -> bool:
    """Take back that a task is done; say whether it was."""
    if task.done_at is None:
        return False
    task.done_at = task.done_by = None
    session.flush()
    _audit(session, campaign, "plan.undone", task.key, staff_id=staff_id, now=now)
    return True


def is_begun(session: Session, campaign: Campaign, task: PlanTask) -> bool:
    """Say whether a task may be done: those of after T0 wait for it.

    With every community released or waived T0 of the company may never come; then they wait no
    longer.
    """
    if task.anchor is not Anchor.T0 or task.due_on is not None:
        return True
    return campaign.state in OPENED and not queries.count_unfrozen(session, campaign.id)


def date_after_t0(session: Session, campaign: Campaign, t0: datetime | None) -> bool:
    """Date the tasks counted from T0; without T0, as after a void, those not done lose theirs.

    Returns:
        Whether anything changed.
    """
    misdated = find_misdated(session, campaign, t0)
    for task, day in misdated:
        task.due_on = day
    session.flush()
    return bool(misdated)


def find_misdated(
    session: Session, campaign: Campaign, t0: datetime | None
) -> list[tuple[PlanTask, date | None]]:
    """Return the tasks counted from T0 whose day is not what T0 says, with that day.

    What is done, and what somebody moved by hand, stays where it is.
    """
    calendar = queries.load_calendar(session)
    # T0 is mostly the midnight that ends the deadline: the days count from the day before it.
    anchor = None if t0 is None else last_day_before(t0)
    found: list[tuple[PlanTask, date | None]] = []
    for task in queries.list_tasks(session, campaign.id):
        if task.anchor is Anchor.T0 and not task.is_moved and task.done_at is None:
            day = None if anchor is None else day_of(BY_KEY[task.key], anchor, calendar)
            if day != task.due_on:
                found.append((task, day))
    return found


def approve_plan(
    session: Session, campaign: Campaign, *, staff_id: int, now: datetime, note: str = ""
) -> None:
    """Approve the plan of a campaign: a leader, or head office in his place with a reason.

    Raises:
        WrongStateError: It is approved already.
        ReasonNeededError: Somebody else than a leader approves and does not say why.
        PlanNotReadyError: Something is missing; carries all of it.
    """
    campaign = _lock(session, campaign, frozenset({CampaignState.DRAFT}))
    note = words_in(note)
    if not note and queries.role_of(session, staff_id) is not Role.LEADER:
        raise ReasonNeededError
    _refuse(find_missing(session, campaign, now=now))
    campaign.state = CampaignState.APPROVED
    campaign.approved_at, campaign.approved_by = now, staff_id
    campaign.approval_note = note
    session.flush()
    _audit(session, campaign, "plan.approve", "", staff_id=staff_id, now=now)
    _tick_key(session, campaign, "approve", staff_id=staff_id, now=now)


def lock_campaign(
    session: Session,
    campaign: Campaign,
    *,
    staff_id: int,
    now: datetime,
    pilot_answers: int = 0,
    note: str = "",
) -> None:
    """Lock the questionnaire of an approved campaign: from now on not a word changes.

    Args:
        session: Open session; the caller owns the transaction.
        campaign: The campaign.
        staff_id: Who locks it.
        now: Aware instant.
        pilot_answers: Answers its pilot has brought.
        note: Why it is locked without a pilot of enough answers; needed then.

    Raises:
        WrongStateError: It is not approved, or locked already.
        ReasonNeededError: Too few answers of a pilot and no reason.
        PlanNotReadyError: The questionnaire or the dates are not sound any more, or clashes
            turned up nobody has looked at.
    """
    campaign = _lock(session, campaign, frozenset({CampaignState.APPROVED}))
    note = words_in(note)
    if pilot_answers < PILOT_ANSWERS and not note:
        raise ReasonNeededError
    _refuse(find_pending(session, campaign, now=now))
    campaign.state = CampaignState.LOCKED
    campaign.locked_at, campaign.locked_by, campaign.lock_note = now, staff_id, note
    session.flush()
    detail = f"{campaign.instrument_digest} pilot={pilot_answers}"
    _audit(session, campaign, "plan.lock", detail, staff_id=staff_id, now=now)
    _tick_key(session, campaign, "lock", staff_id=staff_id, now=now)


def open_planned(session: Session, campaign: Campaign, vault: Vault, *, now: datetime) -> int:
    """Open a campaign unless clashes turned up since its plan was approved.

    Returns:
        Households in the frame.

    Raises:
        PlanNotReadyError: Nobody has looked at a clash.
        CampaignError: As `open_campaign` says.
    """
    if campaign.state is CampaignState.LOCKED and campaign.pilot_of_id is None:
        _refuse(find_pending(session, campaign, now=now))
    return open_campaign(session, campaign, vault, now=now)


def find_pending(session: Session, campaign: Campaign, *, now: datetime) -> list[Missing]:
    """Return what the next step of a campaign waits for: its approval, its lock, its opening."""
    wanted = {
        CampaignState.APPROVED: _BEFORE_LOCK,
        CampaignState.LOCKED: _BEFORE_OPENING,
    }.get(campaign.state)
    if campaign.state in OPENED:
        return []
    missing = find_missing(session, campaign, now=now)
    return missing if wanted is None else [one for one in missing if one.code in wanted]


def _refuse(missing: list[Missing]) -> None:
    if missing:
        raise PlanNotReadyError(missing)


def close_campaign(session: Session, campaign: Campaign, *, staff_id: int, now: datetime) -> None:
    """Close a campaign whose results stand and were reviewed; its pages stay.

    Raises:
        WrongStateError: It is not open.
        OpenGatesError: Communities have no result yet.
        NotReviewedError: The review is not ticked.
    """
    campaign = _lock(session, campaign, frozenset({CampaignState.OPEN}))
    waiting = queries.count_unfrozen(session, campaign.id)
    if waiting:
        raise OpenGatesError(waiting)
    review = queries.find_task(session, campaign.id, REVIEW)
    if review is None or review.done_at is None:
        raise NotReviewedError
    campaign.state = CampaignState.CLOSED
    campaign.closed_at, campaign.closed_by = now, staff_id
    session.flush()
    _audit(session, campaign, "campaign.close", "", staff_id=staff_id, now=now)


def _lock(session: Session, campaign: Campaign, states: frozenset[CampaignState]) -> Campaign:
    """Return the campaign as it stands now, locked. Raises WrongStateError in another state."""
    campaign = queries.lock_campaign(session, campaign.id)
    if campaign.state not in states or campaign.pilot_of_id is not None:
        raise WrongStateError(campaign.code, campaign.state)
    return campaign


def _move_tasks(session: Session, campaign: Campaign) -> None:
    calendar = queries.load_calendar(session)
    for task in queries.list_tasks(session, campaign.id):
        if task.anchor is Anchor.LAUNCH and not task.is_moved:
            template = BY_KEY[task.key]
            task.due_on = launch_day(template, campaign.opens_on, campaign.closes_on, calendar)


def _tick_key(
    session: Session, campaign: Campaign, key: str, *, staff_id: int, now: datetime
) -> None:
    task = queries.find_task(session, campaign.id, key)
    if task is not None:
        tick(session, campaign, task, staff_id=staff_id, now=now)


def _audit(
    session: Session, campaign: Campaign, action: str, detail: str, *, staff_id: int, now: datetime
) -> None:
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject=f"campaign:{campaign.code}",
        detail=detail,
        now=now,
    )
