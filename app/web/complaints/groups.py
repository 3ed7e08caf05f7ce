"""Group complaints: what is suggested, what head office said, and one answer for all of a group."""

import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import BEIJING
from app.followup.errors import FieldError
from app.i18n import gettext as _
from app.service.complaints import queries, services
from app.service.complaints.alike.queries import find_group, list_groups
from app.service.complaints.errors import ComplaintNotFoundError, GroupDecidedError, NotAllowedError
from app.service.complaints.models import GroupState
from app.service.complaints.rows import Filters, GroupRow, Order
from app.staff.models import Role
from app.web import words as staff_words
from app.web.auth import current_scope, require_role
from app.web.complaints.acts import talk_of
from app.web.complaints.forms import GroupAnswerForm, GroupForm, PlainForm
from app.web.complaints.lines import Clocks, class_label, note_looks, row_line
from app.web.fields import field_problem
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_groups", __name__, url_prefix="/complaints/groups")

ROLES = (Role.HEAD_OFFICE, Role.OFFICE)
_SHOWN = 200
_APART = re.compile(r"[\s,;，；、]+")


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group as a line of the list."""

    id: int
    about: str
    where: str
    counts: str
    waiting: str
    suggested: str
    state: GroupState


@bp.get("/")
@require_role(*ROLES)
def index() -> str:
    """Show the groups this person may know of: to head office also what is only suggested."""
    return _list_page(GroupForm(formdata=None))


@bp.post("/")
@require_role(*ROLES)
def suggest() -> tuple[str, int] | Response:
    """Put complaints into a group by their numbers: head office decides, an office suggests."""
    form = GroupForm()
    if not form.validate():
        return _list_page(form), 422
    try:
        with transaction() as session:
            group_id = services.make_group(
                session, current_scope(), _APART.split(form.numbers.data), now=outside().now()
            )
    except FieldError as error:
        form.numbers.errors = [_number_problem(error.problem)]
        return _list_page(form), 422
    if current_scope().role is not Role.HEAD_OFFICE:
        flash(_("Suggested. Head office says whether they are one matter."), "success")
        return redirect(url_for(".index"))
    flash(_("Kept."), "success")
    return redirect(url_for(".show", group_id=group_id))


@bp.get("/<int:group_id>")
@require_role(*ROLES)
def show(group_id: int) -> str:
    """Show the complaints of a group; each is audited."""
    return _group_page(_access(group_id))


@bp.post("/<int:group_id>/decide")
@require_role(Role.HEAD_OFFICE)
def decide(group_id: int) -> Response:
    """Say whether the complaints of a group are one matter."""
    _access(group_id)
    say = {"confirm": services.confirm_group, "dismiss": services.dismiss_group}.get(
        request.form.get("say", "")
    )
    if say is None or not PlainForm().validate():
        abort(400)
    try:
        with transaction() as session:
            say(session, current_scope(), group_id, now=outside().now())
    except GroupDecidedError:
        flash(_("Somebody has decided this already."), "error")
    else:
        flash(_("Kept."), "success")
    return redirect(url_for(".index"))


@bp.post("/<int:group_id>/answer")
@require_role(*ROLES)
def answer(group_id: int) -> tuple[str, int] | Response:
    """Give every complaint of a group that waits the same answer."""
    row, form = _access(group_id), GroupAnswerForm()
    if not form.validate():
        return _group_page(row, form), 422
    try:
        with transaction() as session:
            done = _answer(session, group_id, form)
    except FieldError as error:
        name = error.field if error.field in form else "result"
        form[name].errors = [field_problem(error.problem)]
        return _group_page(row, form), 422
    except (ComplaintNotFoundError, NotAllowedError):
        abort(404)
    told = _("{count} complaints answered. Each customer is called back.").format(
        count=done.answered
    )
    if done.kept:
        told += " " + _("{count} came in writing: their clocks go on until a letter.").format(
            count=done.kept
        )
    flash(told, "success")
    return redirect(url_for(".show", group_id=group_id))


def _answer(session: Session, group_id: int, form: GroupAnswerForm) -> services.GroupAnswer:
    return services.answer_together(
        session,
        outside().vault,
        current_scope(),
        group_id,
        talk_of(form),
        now=outside().now(),
    )


def _access(group_id: int) -> GroupRow:
    """Return a group of this person's, or answer 404; an office hears of no suggestion."""
    row = find_group(reading(), current_scope(), group_id)
    is_head = current_scope().role is Role.HEAD_OFFICE
    if row is None or not (is_head or row.state is GroupState.CONFIRMED):
        abort(404)
    return row


def _list_page(form: GroupForm) -> str:
    is_head = current_scope().role is Role.HEAD_OFFICE
    shown = [(_("Confirmed by head office"), GroupState.CONFIRMED)]
    if is_head:
        shown = [
            (_("Suggested: one matter or several?"), GroupState.SUGGESTED),
            *shown,
            (_("Different matters, says head office"), GroupState.DISMISSED),
        ]
    return render_template(
        "complaints/groups.html",
        sections=[
            (name, [_line(row) for row in list_groups(reading(), current_scope(), state)])
            for name, state in shown
        ],
        form=form,
        is_head=is_head,
        plain=PlainForm(formdata=None),
    )


def _group_page(row: GroupRow, form: GroupAnswerForm | None = None) -> str:
    scope, now = current_scope(), outside().now()
    wanted = Filters(group_id=row.id, order=Order.NEWEST)
    page = queries.list_complaints(reading(), scope, wanted, limit=_SHOWN)
    clocks = Clocks.at(now)
    lines = [row_line(one, clocks) for one in page.rows]
    note_looks(page.rows, "group")
    local = now.astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    may_answer = row.state is GroupState.CONFIRMED and row.waiting > 0
    return render_template(
        "complaints/group.html",
        one=_line(row),
        rows=lines,
        refused=form is not None,
        form=form or GroupAnswerForm(formdata=None, at=local, way="visit", person="owner"),
        may_answer=may_answer,
        may_decide=row.state is GroupState.SUGGESTED and scope.role is Role.HEAD_OFFICE,
        plain=PlainForm(formdata=None),
    )


def _line(row: GroupRow) -> GroupLine:
    place = f"{row.community} {row.building}".strip() if row.building else row.community
    return GroupLine(
        id=row.id,
        about=class_label(row.label_zh, row.label_en),
        where=place,
        counts=_("{complaints} complaints of {homes} homes").format(
            complaints=row.complaints, homes=row.homes
        ),
        waiting=_("{count} wait for an answer").format(count=row.waiting)
        if row.waiting
        else _("all answered"),
        suggested=staff_words.beijing_day(row.suggested_at),
        state=row.state,
    )


def _number_problem(problem: str) -> str:
    return {
        "empty": _("Name at least two complaints by their numbers."),
        "unknown": _("One of these numbers is not known here."),
        "not_both": _("They must be about the same matter in one community, and not decided yet."),
        "one_home": _("They are of one home: that is a repeat, no group."),
    }.get(problem) or field_problem(problem)
