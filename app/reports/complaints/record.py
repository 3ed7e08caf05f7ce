"""The record of one complaint (投诉记录) in words: customer, steps, talks, clock, cause."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.i18n import gettext as _
from app.reports.complaints.lines import NOTHING
from app.reports.complaints.words import channel_name, kind_name
from app.reports.complaints.words_record import (
    level_name,
    outcome_word,
    place_word,
    reason_name,
    severity_name,
    step_name,
    view_name,
    way_name,
)
from app.reports.departments import department_name
from app.service.complaints.models import Complaint
from app.service.complaints.rows import ComplaintView
from app.service.complaints.services import open_complaint
from app.staff.scope import Scope
from app.vault import Vault

Pair = tuple[str, str]


def record_values(
    session: Session, vault: Vault, scope: Scope, complaint_id: int, *, now: datetime
) -> dict[str, object]:
    """Return what the record of a complaint shows; the look is written into the audit log.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
    """
    view = open_complaint(session, vault, scope, complaint_id, now=now)
    return {
        "pairs": _pairs(view),
        "text": view.text,
        "steps": [
            (step_name(one.step), _instant(one.at) or _missing(one.is_optional), one.by, one.note)
            for one in view.steps
        ],
        "talks": [
            (
                _instant(one.at),
                " · ".join(part for part in (way_name(one.way), place_word(one.place)) if part),
                one.staff,
                _talk(one.result, outcome_word(one.outcome), one.owner_view),
            )
            for one in view.contacts
            if not one.is_undone
        ],
        "clock": _clock(view),
        "cause": view.cause,
        "prevention": view.prevention,
    }


def _pairs(view: ComplaintView) -> list[tuple[Pair, Pair]]:
    row, one = view.row, view.row.complaint
    home = " ".join(part for part in (row.building, row.room) if part) or view.company
    return [
        ((_("Home or company"), home), (_("Customer"), view.name)),
        ((_("Contact details"), view.contact), (_("Channel"), channel_name(one.channel))),
        (
            (_("Came in on"), _instant(one.received_at)),
            (_("Nature of the complaint"), kind_name(one.kind) if one.kind else NOTHING),
        ),
        (
            (_("Severity"), severity_name(one.severity)),
            (_("Handled at"), level_name(one.level)),
        ),
        ((_("Asked first"), row.first_asked), (_("Responsible"), row.responsible)),
        (
            (_("Department"), department_name(row.department)),
            (_("Special marks"), "、".join(_flags(one)) or NOTHING),
        ),
        (
            (_("Rings"), NOTHING if one.rings is None else str(one.rings)),
            (_("On site after"), _arrival(one)),
        ),
    ]


def _flags(one: Complaint) -> list[str]:
    known = (
        (one.has_compensation, _("Compensation")),
        (one.has_media, _("Media")),
        (one.has_legal, _("Legal aid")),
        (one.repeat_of is not None, _("Same matter again")),
        (one.round > 1, _("Reopened complaints")),
    )
    return [word for is_so, word in known if is_so]


def _arrival(one: Complaint) -> str:
    if one.arrived_at is None or one.called_to_site_at is None:
        return NOTHING
    seconds = int((one.arrived_at - one.called_to_site_at).total_seconds())
    return _("{minutes} min {seconds} s").format(minutes=seconds // 60, seconds=seconds % 60)


def _clock(view: ComplaintView) -> list[Pair]:
    one = view.row.complaint
    lines = [
        (_("Answer due by"), one.due_on.isoformat()),
        (_("Acknowledged on"), _instant(one.acknowledged_at) or NOTHING),
        (_("Answered on"), _answered(one)),
        (_("Called back on"), _called_back(one)),
    ]
    lines += [
        (
            _("Day moved"),
            _("{old} to {new}, {name}, {reaction}").format(
                old=each.old_due_on.isoformat(),
                new=each.new_due_on.isoformat(),
                name=each.by,
                reaction=view_name(each.reaction),
            ),
        )
        for each in view.extensions
    ]
    lines += [
        (
            _("Went up"),
            " · ".join(
                part
                for part in (
                    beijing_date(each.at).isoformat(),
                    level_name(each.level),
                    reason_name(each.reason),
                    each.by,
                )
                if part
            ),
        )
        for each in view.escalations
    ]
    return lines


def _answered(one: Complaint) -> str:
    if one.answered_at is None:
        return NOTHING
    late = _(", late") if one.answered_at >= one.due_at else ""
    return f"{_instant(one.answered_at)} {way_name(one.answer_way or '')}{late}"


def _called_back(one: Complaint) -> str:
    if one.called_back_at is None:
        return NOTHING
    return f"{_instant(one.called_back_at)} {view_name(one.view)}"


def _talk(result: str, outcome: str, view: str | None) -> str:
    said = view_name(view) if view else ""
    return "\n".join(part for part in (result, " · ".join(p for p in (outcome, said) if p)) if part)


def _missing(is_optional: bool) -> str:
    return _("not needed") if is_optional else ""


def _instant(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"
