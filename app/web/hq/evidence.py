"""Why an item is asked: the talks with owners before a campaign, and what they changed."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.models import OPENED, Campaign
from app.surveys.campaign.planning import evidence, queries
from app.surveys.campaign.planning.errors import BadEvidenceError, FutureTalkError, TalkInUseError
from app.surveys.campaign.planning.models import ItemChange, ItemFate, OwnersTalk, TalkForm
from app.surveys.campaign.queries import get_instrument
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.forms import ActForm
from app.web.hq.plan_doors import check_button, planned
from app.web.hq.plan_forms import ItemForm, TalkEntryForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_evidence", __name__, url_prefix="/hq/campaigns/<code>/evidence")

_PILOT = "0"


@bp.get("/")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def show(code: str) -> str:
    """Show the talks, and every item with why it is asked."""
    return _page(planned(code))


@bp.post("/talks")
@require_role(Role.HEAD_OFFICE)
def add_talk(code: str) -> tuple[str, int] | Response:
    """Keep a talk with owners."""
    campaign, form = planned(code), TalkEntryForm()
    _before_opening(campaign)
    if not form.validate():
        return _page(campaign, talk=form), 422
    talk = evidence.Talk(
        held_on=form.held_on.data,
        form=TalkForm(form.form_of_talk.data),
        place=form.place.data,
        participants=form.participants.data,
        minutes=form.minutes.data,
    )
    try:
        with transaction() as session:
            evidence.record_talk(
                session,
                outside().vault,
                campaign,
                talk,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except FutureTalkError:
        form.held_on.errors = [_("This lies in the future.")]
        return _page(planned(code), talk=form), 422
    except BadEvidenceError as error:
        form[error.field].errors = [plan_words.evidence_problem(error.field)]
        return _page(planned(code), talk=form), 422
    flash(_("Kept. The minutes are sealed; every look at them is written down."), "success")
    return redirect(url_for(".show", code=code))


@bp.get("/talks/<int:talk_id>")
@require_role(Role.HEAD_OFFICE)
def minutes(code: str, talk_id: int) -> str:
    """Show the minutes of one talk; the look is written down."""
    campaign = planned(code)
    talk = _talk(campaign, talk_id)
    held_on, form = talk.held_on, talk.form
    place, participants = talk.place, talk.participants
    text = evidence.open_minutes(outside().vault, talk)
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="talk.open",
            subject=f"campaign:{code}",
            detail=f"talk:{talk_id}",
            now=outside().now(),
        )
    return render_template(
        "hq/plan_minutes.html",
        campaign=planned(code),
        held_on=held_on,
        form_name=plan_words.talk_form(form),
        place=place,
        participants=participants,
        text=text,
    )


@bp.post("/talks/<int:talk_id>/strike")
@require_role(Role.HEAD_OFFICE)
def strike_talk(code: str, talk_id: int) -> Response:
    """Take back a talk recorded by mistake."""
    campaign = planned(code)
    check_button()
    _before_opening(campaign)
    talk = _talk(campaign, talk_id)
    try:
        with transaction() as session:
            evidence.strike_talk(
                session, campaign, talk, staff_id=current_scope().staff_id, now=outside().now()
            )
    except TalkInUseError as error:
        flash(
            _("{count} notes on questions name this talk: take them back first.").format(
                count=error.count
            ),
            "error",
        )
    else:
        flash(_("Taken back. Enter it again as it was."), "success")
    return redirect(url_for(".show", code=code))


@bp.post("/items/<int:change_id>/strike")
@require_role(Role.HEAD_OFFICE)
def strike_item(code: str, change_id: int) -> Response:
    """Take back a note made by mistake."""
    campaign = planned(code)
    check_button()
    _before_opening(campaign)
    with transaction() as session:
        change = queries.find_change(session, campaign.id, change_id)
        if change is None:
            abort(404)
        evidence.strike_change(
            session, campaign, change, staff_id=current_scope().staff_id, now=outside().now()
        )
    flash(_("Taken back."), "success")
    return redirect(url_for(".show", code=code, _anchor="items"))


@bp.post("/items/take-over")
@require_role(Role.HEAD_OFFICE)
def take_over(code: str) -> Response:
    """Copy the notes of the campaign before to the items that have none."""
    campaign = planned(code)
    check_button()
    _before_opening(campaign)
    with transaction() as session:
        source = queries.find_noted_before(session, campaign)
        if source is None:
            abort(404)
        count = evidence.take_over(
            session, campaign, source, staff_id=current_scope().staff_id, now=outside().now()
        )
    flash(_("{count} notes are taken over.").format(count=count), "success")
    return redirect(url_for(".show", code=code, _anchor="items"))


@bp.post("/items")
@require_role(Role.HEAD_OFFICE)
def add_item(code: str) -> tuple[str, int] | Response:
    """Keep why items are asked, or are asked no more."""
    campaign, form = planned(code), ItemForm()
    _before_opening(campaign)
    form.talk.choices = _talks(campaign)
    if not form.validate():
        return _page(campaign, item=form), 422
    talk = None if form.talk.data == _PILOT else _talk(campaign, int(form.talk.data))
    try:
        with transaction() as session:
            evidence.record_changes(
                session,
                campaign,
                items=form.codes(),
                fate=ItemFate(form.fate.data),
                why=form.why.data,
                talk=talk,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except BadEvidenceError as error:
        field = form.why if error.field == "why" else form.item
        field.errors = [plan_words.evidence_problem(error.field)]
        return _page(planned(code), item=form), 422
    flash(_("Kept."), "success")
    return redirect(url_for(".show", code=code, _anchor="items"))


def _before_opening(campaign: Campaign) -> None:
    """Answer 409 once the campaign is open: evidence is what was known before it was asked."""
    if campaign.state in OPENED:
        abort(409)


def _talk(campaign: Campaign, talk_id: int) -> OwnersTalk:
    found = [talk for talk in _list(campaign) if talk.id == talk_id]
    if not found:
        abort(404)
    return found[0]


def _talks(campaign: Campaign) -> list[tuple[str, str]]:
    return [
        *((str(talk.id), f"{talk.held_on} {talk.place}") for talk in _list(campaign)),
        (_PILOT, _("the pilot")),
    ]


def _list(campaign: Campaign) -> list[OwnersTalk]:
    return queries.list_talks(reading(), campaign.id)


def _has_note(asked: tuple[str, str, list[tuple[ItemChange, OwnersTalk | None]]]) -> bool:
    return bool(asked[2])


def _page(
    campaign: Campaign, *, talk: TalkEntryForm | None = None, item: ItemForm | None = None
) -> str:
    session, language = reading(), current_language()
    instrument = get_instrument(session, campaign.instrument_digest)
    known = evidence.evidence_of(session, campaign)
    may_add = campaign.state not in OPENED and current_scope().role is Role.HEAD_OFFICE
    asked = [
        (one.code, one.text.plain(language), known.get(one.code, [])) for one in instrument.items
    ]
    codes = {code for code, _text, _why in asked}
    item = item or ItemForm(formdata=None)
    item.talk.choices = _talks(campaign)
    # Those without a note first: they are what somebody comes for.
    item.items.choices = [(code, text) for code, text, why in sorted(asked, key=_has_note)]
    return render_template(
        "hq/plan_evidence.html",
        campaign=campaign,
        talks=_list(campaign),
        asked=asked,
        explained=sum(bool(why) for _code, _text, why in asked),
        gone=[(code, why) for code, why in known.items() if code not in codes],
        talk_form=talk or TalkEntryForm(formdata=None),
        item_form=item,
        may_add=may_add,
        noted_before=queries.find_noted_before(session, campaign) if may_add else None,
        act=ActForm(formdata=None),
        may_read=current_scope().role is Role.HEAD_OFFICE,
        plan_words=plan_words,
    )
