"""The page of one complaint in words: facts, clock, steps, talks, history."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from app.followup.history.models import CaseEventKind
from app.followup.models import Outcome
from app.i18n import gettext as _
from app.reports.departments import department_name
from app.service.complaints.clocks import MOST_RINGS, SITE_SECONDS, site_seconds
from app.service.complaints.models import Against, Channel, Level, Severity, Step
from app.service.complaints.rows import ComplaintView, EventView, StepView
from app.service.complaints.rules import BY_ITSELF, WRITTEN
from app.staff.models import Role
from app.web import case_words
from app.web import words as staff_words
from app.web.auth import current_scope
from app.web.complaints import words
from app.web.complaints.lines import Clocks, about_words, flags_of, home_words

Fact = tuple[str, str, str]  # label, value, address
_SITE_MINUTES = SITE_SECONDS // 60


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the way."""

    key: str
    name: str
    at: str
    by: str
    note: str
    may: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One complaint as its page shows it."""

    id: int
    title: str
    number: str
    community: str
    stage: str
    level: str
    channel: str
    flags: tuple[tuple[str, bool], ...]
    clock: str
    clock_more: str
    is_late: bool
    is_closed: bool
    is_sorted: bool
    is_money_fixed: bool
    received: str
    text: str
    facts: tuple[Fact, ...]
    notices: tuple[str, ...]
    steps: tuple[StepLine, ...]
    steps_words: str
    answer_words: str
    cause: str
    prevention: str


def shown_of(view: ComplaintView, clocks: Clocks, *, may_act: bool) -> Shown:
    """Return what the page of a complaint shows."""
    row, complaint = view.row, view.row.complaint
    is_waiting = complaint.is_open and complaint.answered_at is None
    steps = tuple(_step(one, may=may_act and complaint.is_open) for one in view.steps)
    return Shown(
        id=row.id,
        title=about_words(row),
        number=complaint.number,
        community=row.community,
        stage=words.stage_name(row.stage),
        level=words.level_name(complaint.level),
        channel=words.channel_name(complaint.channel),
        flags=flags_of(row),
        clock=clocks.words(row),
        clock_more=_clock_more(view),
        is_late=is_waiting and row.is_late(clocks.now),
        is_closed=not complaint.is_open,
        is_sorted=complaint.class_ is not None,
        is_money_fixed=complaint.has_compensation,
        received=staff_words.beijing_time(complaint.received_at),
        text=view.text,
        facts=tuple(_facts(view)),
        notices=tuple(_notices(view)),
        steps=steps,
        steps_words=_("{done} of {all}").format(
            done=sum(bool(one.at) for one in steps), all=len(steps)
        ),
        answer_words=_answer_words(complaint.channel),
        cause=view.cause,
        prevention=view.prevention,
    )


def _clock_more(view: ComplaintView) -> str:
    complaint = view.row.complaint
    words_ = _("answer by {date}").format(
        date=staff_words.date_words(complaint.due_on, weekday=True)
    )
    if complaint.answered_at is not None:
        words_ += _(", answered {time}").format(
            time=staff_words.beijing_time(complaint.answered_at)
        )
    elif complaint.acknowledged_at is not None:
        words_ += _(", receipt confirmed {time}: that stops no clock").format(
            time=staff_words.beijing_time(complaint.acknowledged_at)
        )
    for one in view.extensions:
        words_ += _("; moved from {date}").format(date=staff_words.short_date(one.old_due_on))
    return words_


def _answer_words(channel: Channel) -> str:
    if channel in WRITTEN:
        return _(
            "It came in writing: only an answer in writing stops the clock, and only in substance."
        )
    return _("Only an answer in substance stops the clock; that it was received is none.")


def _facts(view: ComplaintView) -> Iterator[Fact]:
    row, complaint = view.row, view.row.complaint
    yield from _customer_facts(view)
    heard = words.channel_name(complaint.channel)
    if complaint.hotline_kind is not None:
        heard += f"{_(', ')}{words.hotline_name(complaint.hotline_kind)}"
    if complaint.rings is not None:
        heard += f"{_(', ')}{_rings(complaint.rings)}"
    yield _("How it came in"), heard, ""
    if row.department:
        yield _("Department"), department_name(row.department), ""
    if complaint.kind is not None:
        kind = words.kind_name(complaint.kind)
        if complaint.converted_at is not None:
            day = staff_words.beijing_day(complaint.converted_at)
            kind += f"{_(', ')}{_('became valid on {date}').format(date=day)}"
        yield _("Nature"), kind, ""
    if complaint.severity is Severity.MAJOR:
        yield _("Severity"), words.severity_name(complaint.severity), ""
    if complaint.against is not Against.NONE:
        yield _("Against whom"), words.against_name(complaint.against), ""
    if row.first_asked:
        yield _("Who was asked first"), row.first_asked, ""
    yield _("Who answers"), row.responsible or _("nobody yet"), ""
    yield from _time_facts(view)
    yield from _same_facts(view)


def _same_facts(view: ComplaintView) -> Iterator[Fact]:
    row = view.row
    if row.repeat_of is not None:
        address = url_for("complaint_page.show", complaint_id=row.repeat_of)
        yield _("The same before"), row.repeat_number, address
    for key, number in view.repeats:
        yield _("The same again"), number, url_for("complaint_page.show", complaint_id=key)


def _customer_facts(view: ComplaintView) -> Iterator[Fact]:
    row = view.row
    home = row.complaint.household_id
    if home is not None:
        opens = current_scope().role in {Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD}
        address = url_for("hq_households.show", household_id=home) if opens else ""
        yield _("Address of the home"), f"{row.community} {home_words(row)}", address
    if view.company:
        yield _("Company that complains"), view.company, ""
    if view.name:
        yield _("Customer's name"), view.name, ""
    if view.contact:
        is_number = view.contact.replace("-", "").replace(" ", "").isdigit()
        yield (
            _("How to reach the customer"),
            view.contact,
            f"tel:{view.contact}" if is_number else "",
        )


def _time_facts(view: ComplaintView) -> Iterator[Fact]:
    complaint = view.row.complaint
    took = site_seconds(complaint.called_to_site_at, complaint.arrived_at)
    if took is not None:
        minutes = -(-took // 60)
        told = _("{count} minutes after the call").format(count=minutes)
        if took > SITE_SECONDS:
            told += _(" (more than {count})").format(count=_SITE_MINUTES)
        yield _("On the place"), told, ""
    if complaint.promised_on is not None:
        yield _("Promised for"), staff_words.date_words(complaint.promised_on), ""
    if complaint.rough_on is not None:
        yield _("Rough date"), staff_words.date_words(complaint.rough_on), ""
    for one in view.escalations:
        told = f"{words.level_name(one.level)}{_(', ')}{words.escalation_name(one.reason)}"
        yield _("Went up"), f"{told} · {staff_words.beijing_time(one.at)}", ""
    if complaint.called_back_at is not None:
        told = staff_words.view_name(complaint.view)
        yield _("Call-back"), f"{told} · {staff_words.beijing_time(complaint.called_back_at)}", ""


def _rings(count: int) -> str:
    told = _("1 ring") if count == 1 else _("{count} rings").format(count=count)
    return told + (_(" (more than three)") if count > MOST_RINGS else "")


def _notices(view: ComplaintView) -> Iterator[str]:
    complaint = view.row.complaint
    if not complaint.is_open:
        return
    if complaint.class_ is None:
        yield _("Nobody has said what it is about yet. Sort it first; then it can be answered.")
    if complaint.against is Against.DIRECTOR:
        yield _("It is about the director of the office: nobody of that office knows of it.")
    if complaint.severity is Severity.MAJOR and complaint.planned_at is None:
        yield _("Major: it is closed only with a correction plan of the company and a report.")
    if complaint.answered_at is not None and complaint.called_back_at is None:
        yield _("Answered. Somebody of another unit calls the customer back; then it is closed.")


def _step(one: StepView, *, may: bool) -> StepLine:
    note = one.note
    if one.at is None and one.due_on is not None:
        note = _("by {date}").format(date=staff_words.short_date(one.due_on))
    if one.at is None and one.is_optional:
        note = f"{note}{_(', ') if note else ''}{_('if there is reason to')}"
    return StepLine(
        key=one.step.value,
        name=words.step_name(one.step),
        at="" if one.at is None else staff_words.beijing_time(one.at),
        by=one.by,
        note=note,
        may=may and one.step not in BY_ITSELF,
    )


def talks_of(view: ComplaintView) -> list[tuple[str, str, str, str]]:
    """Return the talks with the customer: when, what, what was said, how he took it."""
    return [
        (
            staff_words.beijing_time(one.at),
            " · ".join(
                part
                for part in (
                    staff_words.outcome_name(one.outcome),
                    words.way_name(one.way),
                    words.person_name(one.person),
                    one.staff,
                    _("by {date}").format(date=staff_words.short_date(one.next_on))
                    if one.next_on
                    else "",
                )
                if part
            ),
            one.result,
            staff_words.view_name(one.owner_view) if one.owner_view else "",
        )
        for one in view.contacts
    ]


def history_of(view: ComplaintView) -> list[tuple[str, str, str]]:
    """Return what happened: when, what and by whom, and the reason given."""
    return [
        (
            staff_words.beijing_time(one.at),
            f"{_event(one)} · {one.by}" if one.by else _event(one),
            one.note,
        )
        for one in view.events
    ]


def _call_words(detail: str) -> str:
    """Return what a call-back left in the history of its complaint."""
    if detail.startswith("back raised before"):
        return _("Said on the call-back: raised before")
    if detail == "back wants a leader":
        return _("Said on the call-back: a company leader should call")
    return _("Called back")


def _event(one: EventView) -> str:
    """Return what happened; the details are the codes the services keep."""
    kind = CaseEventKind(one.kind)
    first, _space, rest = one.detail.partition(" ")
    simple = {
        CaseEventKind.OPENED: _("Taken in"),
        CaseEventKind.MOVED: _("Moved to head office's list"),
        CaseEventKind.REOPENED: _("Opened again"),
        CaseEventKind.ASSIGNED: _("answered for by {name}").format(name=one.to or "—"),
        CaseEventKind.HANDED_OVER: _("handed over to {name}").format(name=one.to or "—"),
        CaseEventKind.TRIAGED: _("Marks changed") if first == "flags" else _("Sorted"),
    }
    if kind in simple:
        return simple[kind]
    if kind is CaseEventKind.STEP and first == "step" and rest in set(Step):
        return words.step_name(Step(rest))
    if kind is CaseEventKind.STEP and first == "level":
        return _("Handed up: {level}").format(level=words.level_name(Level(rest)))
    told = {
        "acknowledged": _("Receipt confirmed"),
        "adopted": _("Taken over from the survey"),
        "site": _("Somebody was on the place"),
        "closed": _("Closed with cause and prevention"),
        "extended": _("Last day moved to {date}").format(date=rest),
        "long": _("Long-running: explained, with a rough date"),
        "call": _call_words(rest),
    }
    if first in told:
        return told[first]
    if first in set(Outcome):
        name = staff_words.outcome_name(Outcome(first))
        return _("Talk: {outcome}").format(outcome=name) if rest else _("Answered in substance")
    return case_words.event_words(kind, one.detail, one.to)
