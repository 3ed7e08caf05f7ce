"""Keying in a paper sheet: find the home by its printed code, type the answers, get a receipt.

The page of a sheet carries the sheet it is: what is typed there goes to that home, whatever was
opened meanwhile in another tab.
"""

import secrets

from flask import (
    Blueprint,
    abort,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.codes import CodeSlipError
from app.surveys.campaign.lookup import find_by_any_code
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.campaign.rules import GateState
from app.surveys.instrument.answers import AnswersError
from app.surveys.instrument.model import Instrument
from app.surveys.paper.codes import read_typed
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.printing.queries import list_sheets_of_home
from app.surveys.paper.scans import keyed
from app.surveys.paper.scans.errors import KeyedOtherwiseError, UnknownSheetError
from app.surveys.paper.scans.queries import find_scan_sheet
from app.surveys.paper.scans.sheets import find_printed
from app.surveys.response import queries as response_queries
from app.surveys.response import services
from app.surveys.response.errors import KeyConflictError
from app.surveys.response.models import Channel
from app.surveys.response.models import Response as Answer
from app.surveys.response.services import Submission, offer_of
from app.surveys.response.storing import Receipt
from app.surveys.response.tracker import gate_standing
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.entry import scan_words
from app.web.entry.forms import (
    FindForm,
    SheetSection,
    lines_of,
    make_sheet,
    read_sheet,
    refuse,
)
from app.web.entry.opened import OpenedSheet, read_opened
from app.web.entry.scan_inbox import find_inbox
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import date_words

bp = Blueprint("entry_keying", __name__, url_prefix="/entry")

_ROLES = (Role.CLERK, Role.HEAD_OFFICE)
_SHEET = "entry_sheet"
_RECEIPT = "entry_receipt"
_FIELD = "opened"


@bp.get("/")
@require_role(*_ROLES)
def start() -> str:
    """Show what waits at the scan desk, and ask for the code of a sheet to be keyed in."""
    return _start(FindForm(formdata=None))


@bp.post("/")
@require_role(*_ROLES)
def find() -> tuple[str, int] | Response:
    """Find the home of a code; the code itself goes into no address and no log."""
    form = FindForm()
    if not form.validate():
        return _start(form), 422
    member, printed = _home_of(form)
    if member is None or not _may_key(member):
        form.code.errors = [_("No home has this code. Please compare it with the sheet.")]
        return _start(form), 422
    problem = _why_not(member)
    if not problem and len(printed) > 1:
        problem = _(
            "Several sheets were printed for this home. Type the code beneath the pattern of this"
            " one."
        )
    if problem:
        form.code.errors = [problem]
        return _start(form), 422
    opened = OpenedSheet(
        member_id=member.id,
        key=f"paper-{secrets.token_hex(16)}",
        form=printed[0].form.value if printed else form.form.data,
        staff_id=current_scope().staff_id,
        sheet=printed[0].number if printed else 0,
    )
    session[_SHEET] = opened.signed()
    return redirect(url_for(".sheet"))


@bp.get("/sheet")
@require_role(*_ROLES)
def sheet() -> str | Response:
    """Show the lines of the sheet found last; the look at the address is audited."""
    opened = read_opened(session.get(_SHEET))
    member = _member(opened)
    if opened is None or member is None:
        return _lost()
    with transaction() as write:
        _audit(write, member, "open_sheet")
    return _sheet_page(opened, member, _make_sheet(opened, member))


@bp.post("/sheet")
@require_role(*_ROLES)
def record() -> tuple[str, int] | Response:
    """Record the typed answers as a paper answer of the home the page was made for."""
    opened = read_opened(request.form.get(_FIELD))
    if opened is None:
        abort(400)
    if opened.staff_id != current_scope().staff_id:
        abort(409)
    member = _member(opened)
    if member is None:
        return _lost()
    lines = _make_sheet(opened, member)
    raw = read_sheet(lines, request.form)
    if not Form().validate() or any(line.error for line in lines_of(lines)):
        return _sheet_page(opened, member, lines), 422
    try:
        receipt = _record(opened, member, raw)
    except AnswersError as error:
        return _sheet_page(opened, member, lines, refuse(lines, error.problems)), 422
    except (KeyConflictError, KeyedOtherwiseError) as error:
        _note_other_answers(opened, member, error)
        return _other_answers(opened, member), 409
    if read_opened(session.get(_SHEET)) == opened:
        session.pop(_SHEET)
    session[_RECEIPT] = {
        "code": receipt.code,
        "counted": receipt.is_counted,
        "replayed": receipt.replayed,
    }
    return redirect(url_for(".done"))


@bp.get("/done")
@require_role(*_ROLES)
def done() -> str | Response:
    """Show the receipt to write on the sheet, and go on with the next one."""
    receipt = session.get(_RECEIPT)
    if receipt is None:
        return redirect(url_for(".start"))
    return render_template("entry/done.html", receipt=receipt, form=FindForm(formdata=None))


def _start(form: FindForm) -> str:
    return render_template("entry/start.html", form=form, inbox=find_inbox(), scan_words=scan_words)


def _home_of(form: FindForm) -> tuple[FrameMember | None, list[PaperSheet]]:
    """Return the home of a letter's code or of a printed sheet's, and which sheets it can be.

    The code printed on a sheet names this one sheet; the code of a letter names the home only,
    and the sheet is one of those printed for it in the form that was chosen.
    """
    member = find_by_any_code(reading(), outside().vault, form.token)
    if member is not None:
        sheets = list_sheets_of_home(reading(), member.id)
        return member, [one for one in sheets if one.form.value == form.form.data]
    try:
        number, _page = read_typed(form.token)
        printed = find_printed(reading(), number)
    except (CodeSlipError, UnknownSheetError):
        return None, []
    return printed.member, [printed.sheet]


def _record(opened: OpenedSheet, member: FrameMember, raw: dict[str, list[str]]) -> Receipt:
    """Store the answers in one transaction with their audit entry."""
    with transaction() as write:
        if opened.sheet:
            printed = find_printed(write, opened.sheet)
            receipt = keyed.key_in(
                write,
                outside().vault,
                printed,
                raw,
                staff_id=opened.staff_id,
                now=outside().now(),
            )
        else:
            receipt = _record_unprinted(write, opened, member, raw)
        _audit(write, member, "key_in_sheet")
    return receipt


def _record_unprinted(
    write: Session, opened: OpenedSheet, member: FrameMember, raw: dict[str, list[str]]
) -> Receipt:
    """Store the answers of a sheet that was not printed here, for example copied by hand."""
    _campaign, gate, instrument = _surroundings(member)
    return services.record_response(
        write,
        outside().vault,
        Submission(
            member=member,
            instrument=instrument,
            offer=offer_of(instrument, gate, member),
            raw=raw,
            key=opened.key,
            channel=Channel.PAPER,
            language=instrument.languages[0],
            form=opened.form,
            entered_by=opened.staff_id,
        ),
        now=outside().now(),
    )


def _audit(write: Session, member: FrameMember, action: str, detail: str = "") -> None:
    campaign = queries.get_campaign(write, member.campaign_id)
    audit.record(
        write,
        actor=current_scope(),
        action=action,
        subject=queries.get_household_uid(write, member.household_id),
        community_id=member.community_id,
        detail=f"{campaign.code} {detail}".strip(),
        now=outside().now(),
    )


def _note_other_answers(opened: OpenedSheet, member: FrameMember, error: Exception) -> None:
    """Write down that a sheet was keyed with other answers than it is in with: a conflict."""
    stands = f"response {error.response_id}" if isinstance(error, KeyedOtherwiseError) else ""
    with transaction() as write:
        _audit(write, member, "key_in_sheet.differs", f"sheet {opened.sheet} {stands}")


def _other_answers(opened: OpenedSheet, member: FrameMember) -> str:
    """Show that a sheet is in already with other answers, and what can be done."""
    return render_template(
        "entry/keyed_before.html",
        member=member,
        community=access_community(member.community_id),
        stands=_standing_of(opened),
        form=FindForm(formdata=None),
    )


def _standing_of(opened: OpenedSheet) -> Answer | None:
    """Return the answer the printed sheet has become, None when it has not."""
    if not opened.sheet:
        return None
    printed = find_printed(reading(), opened.sheet)
    scanned = find_scan_sheet(reading(), printed.sheet.id)
    return keyed.find_standing(reading(), printed, scanned)


def _member(opened: OpenedSheet | None) -> FrameMember | None:
    """Return the home whose sheet is open, None when it is not open for this person."""
    if opened is None or opened.staff_id != current_scope().staff_id:
        return None
    member = queries.get_member(reading(), opened.member_id)
    return member if _may_key(member) else None


def _may_key(member: FrameMember) -> bool:
    """Say whether this person keys in sheets of this home's community.

    A branch clerk keeps to the communities given; the clerk of all communities and head office
    key in every sheet, and a clerk without either keys in none.
    """
    return current_scope().sees(member.community_id)


def _surroundings(member: FrameMember) -> tuple[Campaign, Gate, Instrument]:
    found = reading()
    campaign = queries.get_campaign(found, member.campaign_id)
    gate = queries.find_gate(found, member.campaign_id, member.community_id)
    if gate is None:
        raise LookupError(member.community_id)
    return campaign, gate, queries.get_instrument(found, campaign.instrument_digest)


def _make_sheet(opened: OpenedSheet, member: FrameMember) -> list[SheetSection]:
    _campaign, gate, instrument = _surroundings(member)
    return make_sheet(
        instrument,
        offer_of(instrument, gate, member),
        form=opened.form,
        language=current_language(),
    )


def _why_not(member: FrameMember) -> str:
    """Return why no sheet of this home can be keyed in, or nothing."""
    campaign, gate, _instrument = _surroundings(member)
    status = gate_standing(reading(), campaign, gate, now=outside().now()).status
    if status.state is GateState.NOT_OPEN:
        return _("This campaign begins on {date}.").format(date=date_words(campaign.opens_on))
    return ""


def _sheet_page(
    opened: OpenedSheet,
    member: FrameMember,
    lines: list[SheetSection],
    problems: list[str] | None = None,
) -> str:
    campaign, gate, _instrument = _surroundings(member)
    return render_template(
        "entry/sheet.html",
        member=member,
        community=access_community(member.community_id),
        campaign=campaign,
        field=_FIELD,
        opened=opened.signed(),
        sheet=lines,
        problems=problems or [],
        has_errors=bool(problems) or any(line.error for line in lines_of(lines)),
        has_answered=response_queries.find_counted(reading(), member.id) is not None,
        stands=_standing_of(opened),
        is_frozen=gate.frozen_at is not None,
        form=Form(formdata=None),
        is_elder=opened.form != "full",
    )


def _lost() -> Response:
    return redirect(url_for(".start"))
