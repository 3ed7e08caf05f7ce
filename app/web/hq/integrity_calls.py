"""Audit calls: the sheets of head office's callers, one call, the sheet as XLSX and on paper.

A caller sees whom to call and what to ask, never what is stored or whether it fits.
"""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import find_gate, get_campaign, get_instrument
from app.surveys.instrument.model import Instrument, Item
from app.surveys.integrity import services
from app.surveys.integrity.calls import queries as call_queries
from app.surveys.integrity.models import AuditSample, CallOutcome, Filler
from app.surveys.integrity.rows import CallRow
from app.surveys.register.queries import list_people, list_uids
from app.web import integrity_words
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.hq.integrity_forms import REFUSED, CallForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, home_name

bp = Blueprint("hq_calls", __name__, url_prefix="/calls")

CALLERS = (Role.HEAD_OFFICE, Role.CALLER)
_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Question:
    """One item asked again: its words and the points to choose among."""

    field: str
    code: str
    text: str
    points: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One call of a sheet, without anything that was answered.

    Attributes:
        people: Name and telephone number of who lives there.
        answered: The day the answer came, and the way.
        outcome: For a caller only whether it is done.
    """

    call_id: int
    place: int
    home: str
    people: tuple[tuple[str, str], ...]
    answered: str
    questions: tuple[Question, ...]
    is_done: bool
    state: str
    attempts: int


@bp.get("/")
@require_role(*CALLERS)
def index() -> str:
    """List the call sheets: all of them for head office, the given ones for a caller."""
    scope = current_scope()
    only = None if scope.role is Role.HEAD_OFFICE else scope.staff_id
    rows = call_queries.list_sheets(reading(), caller_id=only)
    return render_template("hq/calls.html", rows=rows)


@bp.get("/<int:sample_id>")
@require_role(*CALLERS)
def sheet(sample_id: int) -> str:
    """Show one sheet; each look at its homes is written down."""
    sample, campaign = _access(sample_id)
    name = _community(sample)
    lines = _lines(sample, campaign)
    return render_template(
        "hq/call_sheet.html", sample=sample, campaign=campaign, community=name, lines=lines
    )


@bp.get("/<int:sample_id>.xlsx")
@require_role(*CALLERS)
def workbook(sample_id: int) -> Response:
    """Hand out one sheet as XLSX, to be filled in beside the telephone."""
    sample, campaign = _access(sample_id)
    name = _community(sample)
    columns = (
        Column(_("No."), 6, "0"),
        Column(_("Home"), 16),
        Column(_("Who lives there"), 28),
        Column(_("Telephone"), 18),
        Column(_("Answered"), 22),
        Column(_("Who filled it in"), 24),
        Column(_("First question"), 44),
        Column(_("Point said"), 8),
        Column(_("Second question"), 44),
        Column(_("Point said"), 8),
        Column(_("Remark"), 30),
    )
    rows = [_cells(line) for line in _lines(sample, campaign)]
    title = f"{_('Call sheet')} {name} {campaign.code}"
    content = make_workbook(
        [Sheet(_("Call sheet"), columns, rows)],
        title=title,
        company=outside().config.company,
        day=beijing_date(outside().now()),
    )
    return attachment(content, _MIME, f"{title}.xlsx")


@bp.route("/<int:sample_id>/<int:call_id>", methods=["GET", "POST"])
@require_role(*CALLERS)
def call(sample_id: int, call_id: int) -> str | tuple[str, int] | Response:
    """Ask along the sheet, and write down what the home says."""
    sample, campaign = _access(sample_id)
    row = call_queries.find_call(reading(), sample.id, call_id)
    if row is None:
        abort(404)
    instrument = get_instrument(reading(), campaign.instrument_digest)
    form = CallForm()
    questions = _questions(instrument, row)
    if not form.is_submitted():
        return _call_page(sample, campaign, row, form)
    if not form.validate():
        return _call_page(sample, campaign, row, form), 422
    chosen = form.filler.data
    filler = Filler(chosen) if chosen in set(Filler) else None
    told = services.Told(
        filler=filler,
        refused=chosen == REFUSED,
        points=_said(questions),
        note=form.note.data or "",
    )
    with transaction() as session:
        fresh = call_queries.find_call(session, sample_id, call_id)
        if fresh is None:
            abort(404)
        services.record_call(
            session,
            outside().vault,
            fresh,
            told,
            instrument=instrument,
            staff_id=current_scope().staff_id,
            now=outside().now(),
        )
    flash(_("Written down. Thank you."), "success")
    return redirect(url_for(".sheet", sample_id=sample_id, _anchor=f"c{call_id}"))


def _access(sample_id: int) -> tuple[AuditSample, Campaign]:
    """Return a sheet this person may see, or answer 404."""
    sample, scope = call_queries.get_sample(reading(), sample_id), current_scope()
    if sample is None:
        abort(404)
    if scope.role is not Role.HEAD_OFFICE and sample.caller_id != scope.staff_id:
        abort(404)
    return sample, get_campaign(reading(), sample.campaign_id)


def _community(sample: AuditSample) -> str:
    gate = find_gate(reading(), sample.campaign_id, sample.community_id)
    return "" if gate is None else gate.name


def _lines(sample: AuditSample, campaign: Campaign) -> list[Line]:
    """Return the calls of a sheet; that these homes were looked at is written down first."""
    keys = [row.member.household_id for row in call_queries.list_calls(reading(), sample.id)]
    _note_look(campaign, keys)
    instrument = get_instrument(reading(), campaign.instrument_digest)
    people = _people(keys)
    return [
        _line(row, instrument, people.get(row.member.household_id, ()))
        for row in call_queries.list_calls(reading(), sample.id)
    ]


def _line(row: CallRow, instrument: Instrument, people: tuple[tuple[str, str], ...]) -> Line:
    is_done = row.call.outcome is not CallOutcome.WAITING
    is_head = current_scope().role is Role.HEAD_OFFICE
    done = integrity_words.outcome_name(row.call.outcome) if is_head else _("done")
    return Line(
        call_id=row.call.id,
        place=row.call.place,
        home=home_name(row.member.building, row.member.room),
        people=people,
        answered=f"{beijing_time(row.response.received_at)} · {_way(row)}",
        questions=_questions(instrument, row),
        is_done=is_done,
        state=done if is_done else _("to call"),
        attempts=row.call.attempts,
    )


def _way(row: CallRow) -> str:
    return {
        "paper": _("on paper"),
        "phone": _("on a phone"),
        "visit": _("in an interview at home"),
    }[row.response.channel.value]


def _questions(instrument: Instrument, row: CallRow) -> tuple[Question, ...]:
    language = current_language()
    made = []
    for at, code in enumerate(one for one in row.call.items.split(",") if one):
        item = instrument.item(code)
        scale = instrument.scales[item.scale or ""]
        words = {point: text.plain(language) for point, text in scale.labels.items()}
        made.append(
            Question(
                field=f"said-{at}",
                code=code,
                text=_asked(item, language),
                points=tuple((point, words.get(point, "")) for point in scale.points),
            )
        )
    return tuple(made)


def _asked(item: Item, language: str) -> str:
    """Return the question as it is asked on the telephone."""
    name = item.text.plain(language)
    if item.area is None:
        return name
    return _("How satisfied are you with {area}?").format(area=name)


def _said(questions: tuple[Question, ...]) -> dict[str, int]:
    """Return the points chosen on the page; what is no point of the scale was not said."""
    said = {}
    for one in questions:
        text = request.form.get(one.field, "")
        if text.isascii() and text.isdigit() and int(text) in {point for point, _w in one.points}:
            said[one.code] = int(text)
    return said


def _people(keys: list[int]) -> dict[int, tuple[tuple[str, str], ...]]:
    vault = outside().vault
    found: dict[int, list[tuple[str, str]]] = {}
    for person in list_people(reading(), keys):
        phone = vault.open(person.phone_sealed, "phone") if person.phone_sealed else ""
        found.setdefault(person.household_id, []).append(
            (vault.open(person.name_sealed, "name"), phone)
        )
    return {key: tuple(own) for key, own in found.items()}


def _note_look(campaign: Campaign, keys: list[int]) -> None:
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action="view_call_sheet",
            subjects=list_uids(session, sorted(set(keys))),
            detail=campaign.code,
            now=outside().now(),
        )


def _call_page(sample: AuditSample, campaign: Campaign, row: CallRow, form: CallForm) -> str:
    _note_look(campaign, [row.member.household_id])
    fresh = call_queries.find_call(reading(), sample.id, row.call.id)
    if fresh is None:
        abort(404)
    instrument = get_instrument(reading(), campaign.instrument_digest)
    people = _people([fresh.member.household_id])
    return render_template(
        "hq/call.html",
        sample_id=sample.id,
        community=_community(sample),
        line=_line(fresh, instrument, people.get(fresh.member.household_id, ())),
        form=form,
    )


def _cells(line: Line) -> tuple[str | int, ...]:
    first, second = (*line.questions, None, None)[:2]
    return (
        line.place,
        line.home,
        "\n".join(name for name, _phone in line.people),
        "\n".join(phone for _name, phone in line.people if phone),
        line.answered,
        "",
        "" if first is None else first.text,
        "",
        "" if second is None else second.text,
        "",
        "",
    )
