"""What each paper of complaints says, read with the eyes of who ordered it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.complaints.lines import footnote, groups_of
from app.reports.complaints.month import pictures_of
from app.reports.complaints.record import record_values
from app.reports.complaints.words import (
    class_name,
    day_name,
    month_name,
    print_name,
    signed_as_name,
)
from app.reports.work import Workshop
from app.service.complaints.models import Complaint
from app.service.complaints.papers import corrective, monthly, plans, queries, training
from app.service.complaints.papers.counted.queries import code_labels
from app.service.complaints.papers.errors import PaperNotFoundError
from app.service.complaints.papers.models import PrintKind, SignedAs
from app.staff.scope import Scope

Values = dict[str, object]
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Order:
    """One paper to print: for whom, about what, and when."""

    session: Session
    workshop: Workshop
    scope: Scope
    kind: PrintKind
    about_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """What a paper about one complaint says of it, without its customer."""

    number: str
    community: str
    office: str
    matter: str
    received: str


def collect(order: Order) -> tuple[str, Values]:
    """Return the template of a paper and what it shows.

    Raises:
        PaperNotFoundError: It is about something that does not exist for its reader.
    """
    template, values = _COLLECT[order.kind](order)
    return f"report/complaints/{template}.html", _common(order) | values


def number_of(place: int) -> str:
    """Return the number of a heading: 一、 in Chinese, 1. in English."""
    if current_language() == "en":
        return f"{place}. "
    return f"{_NUMERALS[place - 1]}、"


def _common(order: Order) -> Values:
    config = order.workshop.config
    return {
        "language": current_language(),
        "company": config.company,
        "is_demo": config.demo,
        "title": print_name(order.kind),
        "foot": _("Internal"),
        "printed_on": beijing_date(order.now).isoformat(),
        "today": beijing_date(order.now),
        "number_of": number_of,
    }


def _head(order: Order, complaint_id: int) -> tuple[Head, Complaint]:
    place = queries.find_place(order.session, order.scope, complaint_id)
    row = queries.find_complaint_row(order.session, order.scope, complaint_id)
    if place is None or row is None:
        raise PaperNotFoundError(complaint_id)
    labels = code_labels(order.session, current_language())
    parts = (class_name(row.class_) if row.class_ else "", labels.get(row.sub_code or "", ""))
    head = Head(
        number=row.number,
        community=place.community,
        office=place.office,
        matter=" · ".join(part for part in parts if part) or "—",
        received=beijing_date(row.received_at).isoformat(),
    )
    return head, row


def _record(order: Order) -> tuple[str, Values]:
    head, _row = _head(order, order.about_id)
    values = record_values(
        order.session, order.workshop.vault, order.scope, order.about_id, now=order.now
    )
    foot = _("Internal; holds what a customer said. Not for the notice board.")
    return "record", values | {"complaint": head, "foot": foot}


def _plan(order: Order) -> tuple[str, Values]:
    head, _row = _head(order, order.about_id)
    vault = order.workshop.vault
    plan = plans.view_plan(order.session, vault, order.scope, order.about_id)
    if plan is None:
        raise PaperNotFoundError(order.about_id)
    return "plan", {"complaint": head, "plan": plan}


def _corrective(order: Order) -> tuple[str, Values]:
    found = queries.find_corrective(order.session, order.scope, order.about_id)
    if found is None:
        raise PaperNotFoundError(order.about_id)
    head, _row = _head(order, found.follow_up_id)
    versions = corrective.view_reports(
        order.session, order.workshop.vault, order.scope, found.follow_up_id
    )
    report = next(one for one in versions if one.id == found.id)
    signed = {one.signed_as: one for one in report.signatures}
    words = report.words
    return "corrective", {
        "complaint": head,
        "report": report,
        "written": beijing_date(report.written_at).isoformat(),
        "verified": beijing_date(report.verified_at).isoformat() if report.verified_at else "",
        "parts": (
            (_("Course of events"), words.facts),
            (_("Why it happened"), words.cause),
            (_("What was put right"), words.correction),
            (_("So that it does not come again"), words.prevention),
        ),
        "signatures": [
            (
                signed_as_name(one),
                signed[one].name if one in signed else "",
                beijing_date(signed[one].signed_at).isoformat() if one in signed else "",
            )
            for one in SignedAs
        ],
    }


def _announcement(order: Order) -> tuple[str, Values]:
    found = queries.find_announcement(order.session, order.scope, order.about_id)
    if found is None:
        raise PaperNotFoundError(order.about_id)
    return "announcement", {
        "words": found,
        "number": found.number or "",
        "day": _day(found.published_at),
        "foot": "",
        "parts": (
            (_("Course of events"), found.happened),
            (_("Why it happened"), found.cause),
            (_("What we did about it"), found.measures),
            (_("What every office has to do now"), found.demand),
        ),
    }


def _month(order: Order) -> tuple[str, Values]:
    found = monthly.open_report(order.session, order.scope, order.about_id)
    row, labels = found.row, code_labels(order.session, current_language())
    issued = beijing_date(row.issued_at)
    return "month", {
        "community": found.community,
        "office": found.office,
        "month": month_name(row.month),
        "version": row.version,
        "issued": _("Issued on {date}").format(date=issued.isoformat())
        + (_(", late") if issued > row.due_on else ""),
        "issued_by": found.issued_by,
        "groups": groups_of(found.compared, labels),
        "footnote": footnote(),
        "pictures": [(one.title, one.paper) for one in pictures_of(found.compared.now, labels)],
        "parts": (
            (_("Main causes"), row.causes),
            (_("Measures taken"), row.measures),
            (_("What was learnt"), row.learnt),
        ),
        "digest": row.digest,
    }


def _training(order: Order) -> tuple[str, Values]:
    found = queries.find_training(order.session, order.scope, order.about_id)
    if found is None:
        raise PaperNotFoundError(order.about_id)
    return "training", {
        "words": found,
        "number": found.number or "",
        "day": _day(found.released_at),
        "class_word": class_name(found.class_code),
        "questions": training.questions_of(found),
        "parts": (
            (_("Course of events"), found.situation),
            (_("How it was handled"), found.handling),
            (_("Why it happened"), found.cause),
            (_("What is to be learnt"), found.lesson),
        ),
    }


def _day(at: datetime | None) -> str:
    day: date | None = None if at is None else beijing_date(at)
    return "" if day is None else day_name(day)


_COLLECT: dict[PrintKind, Callable[[Order], tuple[str, Values]]] = {
    PrintKind.RECORD: _record,
    PrintKind.PLAN: _plan,
    PrintKind.CORRECTIVE: _corrective,
    PrintKind.ANNOUNCEMENT: _announcement,
    PrintKind.MONTH: _month,
    PrintKind.TRAINING: _training,
}
