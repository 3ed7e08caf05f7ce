"""The page of one complaint, and which acts stand on it for this person in this state."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, current_app, render_template, url_for
from sqlalchemy.orm import Session
from wtforms import TextAreaField

from app.clock import BEIJING
from app.followup.models import Stage
from app.i18n import gettext as _
from app.service.complaints import queries, services
from app.service.complaints.errors import ComplaintNotFoundError
from app.service.complaints.models import Against, Channel, GroupState, Kind, Level, Severity
from app.service.complaints.rows import ComplaintRow, ComplaintView, Filters, Order
from app.service.complaints.rules import RANKS, Act, acts_in
from app.staff.models import Role
from app.staff.scope import Scope
from app.web.auth import current_scope, require_role
from app.web.complaints import words
from app.web.complaints.forms import (
    AnswerForm,
    ClassForm,
    CloseForm,
    DayForm,
    EraseForm,
    EscalateForm,
    FlagsForm,
    GiveForm,
    PlainForm,
    ReasonForm,
    SiteForm,
    TalkForm,
)
from app.web.complaints.lines import Clocks, about_words, home_words
from app.web.complaints.lists import ALL
from app.web.complaints.shown import Shown, history_of, shown_of, talks_of
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import transaction

bp = Blueprint("complaint_page", __name__, url_prefix="/complaints")

FORMS: dict[str, type[Form]] = {
    "acknowledge": PlainForm,
    "answer": AnswerForm,
    "site": SiteForm,
    "classify": ClassForm,
    "talk": TalkForm,
    "extend": DayForm,
    "long": DayForm,
    "escalate": EscalateForm,
    "give": GiveForm,
    "flags": FlagsForm,
    "close": CloseForm,
    "reopen": ReasonForm,
}
_GROUP_SHOWN = 20
_GIVERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class Group:
    """The other complaints that may be one matter with this one."""

    words: str
    others: tuple[tuple[str, str], ...]
    may_decide: bool
    href: str  # of the group's own page; empty where this person has none


@bp.get("/<int:complaint_id>")
@require_role(*ALL)
def show(complaint_id: int) -> str:
    """Show one complaint; the look is written down."""
    return complaint_page(complaint_id)


def complaint_page(complaint_id: int, refused: str = "", form: Form | None = None) -> str:
    """Return the page of a complaint, or answer 404.

    Args:
        complaint_id: The complaint.
        refused: The act whose form was refused.
        form: That form. Its texts are shown apart when the act is no longer possible.
    """
    scope, now = current_scope(), outside().now()
    try:
        with transaction() as session:
            view = services.open_complaint(session, outside().vault, scope, complaint_id, now=now)
            if scope.role is Role.HEAD_OFFICE:
                services.mark_seen(session, scope, complaint_id, now=now)
            context = _context(session, view, now)
    except ComplaintNotFoundError:
        abort(404)
    forms = context["forms"]
    if form is not None and isinstance(forms, dict):
        forms[refused] = form
    acts = context["acts"]
    is_gone = isinstance(acts, dict) and refused not in acts
    unsaved = _texts_in(form) if form is not None and is_gone else []
    return render_template(
        "complaints/page.html",
        plain=PlainForm(formdata=None),
        refused=refused,
        unsaved=unsaved,
        **context,
    )


def _texts_in(form: Form) -> list[str]:
    return [one.data for one in form if isinstance(one, TextAreaField) and one.data]


def _context(session: Session, view: ComplaintView, now: datetime) -> dict[str, object]:
    scope, row = current_scope(), view.row
    acts = acts_for(row, scope, now)
    one: Shown = shown_of(view, Clocks.at(now), may_act=True)
    return {
        "one": one,
        "acts": acts,
        "forms": _forms(session, row, acts, now),
        "group": _group(session, row),
        "papers": _papers(row),
        "record": may_open("complaint_prints.order"),
        "erase": _erase_form(row),
        "talks": talks_of(view),
        "history": history_of(view),
    }


def acts_for(row: ComplaintRow, scope: Scope, now: datetime) -> dict[str, str]:
    """Return what may be done with a complaint in its state, by name."""
    complaint, stage = row.complaint, row.stage
    is_sorted = complaint.class_ is not None
    is_waiting = complaint.is_open and complaint.answered_at is None
    is_giver = scope.role in _GIVERS or row.case.responsible_id in {None, scope.staff_id}
    may = {
        "acknowledge": is_waiting and complaint.acknowledged_at is None,
        "answer": is_waiting and is_sorted,
        "talk": is_waiting and is_sorted,
        "classify": complaint.is_open,
        "site": is_waiting,
        "extend": is_waiting and now < complaint.due_at,
        "long": is_waiting,
        "escalate": complaint.is_open and complaint.level is not Level.LEADERS,
        "give": complaint.is_open and is_giver,
        "flags": complaint.is_open,
        "close": Act.CLOSE in acts_in(stage),
        "reopen": Act.REOPEN in acts_in(stage) and stage is not Stage.REOPENED,
    }
    names = _names(is_sorted=is_sorted)
    return {act: names[act] for act in names if may[act]}


def _names(*, is_sorted: bool) -> dict[str, str]:
    return {
        "acknowledge": _("Receipt confirmed to the customer"),
        "answer": _("Answer the customer"),
        "talk": _("Talk or try without an answer"),
        "classify": _("Sort anew") if is_sorted else _("Sort it"),
        "site": _("On the place"),
        "extend": _("Move the last day"),
        "long": _("Takes long"),
        "escalate": _("Hand it up"),
        "give": _("Hand over"),
        "flags": _("Marks"),
        "close": _("Close it"),
        "reopen": _("Open again"),
    }


def act_form(act: str, row: ComplaintRow, session: Session, **given: object) -> Form:
    """Return the form of an act with what may be chosen in it; sent fields unless told not to."""
    form = FORMS[act](prefix=f"{act}-", **given)
    if isinstance(form, ClassForm):
        form.code.choices = [
            (one.code, f"{words.class_name(one.class_)} · {words.code_label(one)}")
            for one in services.list_codes(session)
        ]
    elif isinstance(form, EscalateForm):
        form.level.choices = [
            (one.value, words.level_name(one))
            for one in Level
            if RANKS[one] > RANKS[row.complaint.level]
        ]
    elif isinstance(form, GiveForm):
        team = services.list_receivers(session, current_scope(), row.id)
        form.staff.choices = [
            (str(one.id), one.name) for one in team if one.id != row.case.responsible_id
        ]
    return form


def _forms(
    session: Session, row: ComplaintRow, acts: dict[str, str], now: datetime
) -> dict[str, Form]:
    local = now.astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    complaint = row.complaint
    way = "letter" if complaint.channel in {Channel.LETTER, Channel.FAX} else "phone"
    talk = {"at": local, "way": way, "person": "owner"}
    given: dict[str, dict[str, object]] = {
        "answer": talk,
        "talk": talk,
        "extend": talk,
        "long": talk,
        "classify": {
            "code": complaint.sub_code,
            "kind": (complaint.kind or Kind.VALID).value,
            "severity": (complaint.severity or Severity.ORDINARY).value,
            "against": (complaint.against or Against.NONE).value,
        },
        "flags": {
            "compensation": complaint.has_compensation,
            "media": complaint.has_media,
            "legal": complaint.has_legal,
        },
    }
    return {act: act_form(act, row, session, formdata=None, **given.get(act, {})) for act in acts}


def _group(session: Session, row: ComplaintRow) -> Group | None:
    if row.complaint.group_id is None or row.group_state is GroupState.DISMISSED:
        return None
    wanted = Filters(group_id=row.complaint.group_id, order=Order.NEWEST)
    page = queries.list_complaints(session, current_scope(), wanted, limit=_GROUP_SHOWN)
    others = tuple(
        (
            f"{other.complaint.number} · {home_words(other)} · {about_words(other)}",
            url_for("complaint_page.show", complaint_id=other.id),
        )
        for other in page.rows
        if other.id != row.id
    )
    is_open = row.group_state is GroupState.SUGGESTED
    told = _("suggested by the program") if is_open else _("confirmed by head office")
    is_head = current_scope().role is Role.HEAD_OFFICE
    href = url_for("complaint_groups.show", group_id=row.complaint.group_id)
    is_linked = may_open("complaint_groups.show") and (is_head or not is_open)
    return Group(told, others, may_decide=is_open and is_head, href=href if is_linked else "")


def _erase_form(row: ComplaintRow) -> EraseForm | None:
    """Return the form of a demand to erase, where head office may write one down here."""
    is_head = current_scope().role is Role.HEAD_OFFICE
    is_over = not row.complaint.is_open and row.complaint.household_id is None
    return EraseForm(formdata=None, prefix="erase-") if is_head and is_over else None


def _papers(row: ComplaintRow) -> list[tuple[str, str]]:
    """Return the papers of a complaint, as far as their pages are there for this person."""
    if not may_open("complaint_plans.show"):
        return []
    is_major = row.complaint.severity is Severity.MAJOR
    label = _("Correction plan and report") if is_major else _("Papers of this complaint")
    return [(label, url_for("complaint_plans.show", complaint_id=row.id))]


def may_open(endpoint: str) -> bool:
    """Say whether a page beside these is there, and open to this person."""
    view = current_app.view_functions.get(endpoint)
    return view is not None and current_scope().role in getattr(view, "guard", ())
