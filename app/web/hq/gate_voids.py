"""Voiding an answer: found by its receipt or by the address, never shown with what it says."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app.i18n import gettext as _
from app.reports.gate_words import void_name
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.register.queries import list_uids
from app.surveys.response.models import Origin, Response
from app.surveys.response.queries import find_by_receipt
from app.surveys.response.receipts import read_receipt
from app.surveys.response.voids import queries as void_queries
from app.surveys.response.voids.errors import AlreadyVoidedError
from app.surveys.response.voids.models import ResponseVoid, VoidReason
from app.surveys.response.voids.services import open_note, void_response
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.hq.gate_forms import VoidForm
from app.web.hq.gate_history import who
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, home_name

bp = Blueprint("hq_voids", __name__, url_prefix="/hq/gates/<code>/<int:community_id>/answers")

_LONGEST = 40  # of what is typed to search


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of a home, without anything it says.

    Attributes:
        response_id: Its key.
        receipt: The end of its receipt. The whole of it opens the answers on the owner's pages,
            so staff never see it.
        home: The home it belongs to.
        received: When it came.
        way: How it came, and whether it was sent or taken from a draft.
        is_counted: It is the answer of its home.
        voided: When and by whom it was voided; empty while it was not.
        why: The code and the note of its void.
    """

    response_id: int
    receipt: str
    home: str
    received: str
    way: str
    is_counted: bool
    voided: str
    why: str


@bp.get("")
@require_role(Role.HEAD_OFFICE)
def search(code: str, community_id: int) -> str:
    """Find the answers of a home by a receipt or an address; each look is written down."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    asked = {
        name: request.args.get(name, "").strip()[:_LONGEST]
        for name in ("receipt", "building", "room")
    }
    member = _member_asked_for(campaign, community_id, asked)
    found: list[Found] = []
    if member is not None:
        _note_look(campaign, [member])
        found = [_found(member, *pair) for pair in void_queries.list_answers(reading(), member.id)]
    return render_template(
        "hq/gate_answers.html",
        campaign=campaign,
        community=access_community(community_id),
        gate=gate,
        asked=asked,
        was_asked=any(asked.values()),
        home=home_name(member.building, member.room) if member else "",
        found=found,
        voids=_voids_of(campaign, gate),
    )


@bp.route("/<int:response_id>/void", methods=["GET", "POST"])
@require_role(Role.HEAD_OFFICE)
def void(code: str, community_id: int, response_id: int) -> str | tuple[str, int] | Answer:
    """Ask for the reason, show what the void does, then do it."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    response, member = _response_here(gate, response_id)
    form = VoidForm()
    if not form.is_submitted():
        _note_look(campaign, [member])
        return _void_page(campaign, gate, response_id, form)
    if not form.validate():
        return _void_page(campaign, gate, response_id, form), 422
    if not form.is_confirmed:
        return _void_page(campaign, gate, response_id, form, is_second=True)
    try:
        with transaction() as session:
            void_response(
                session,
                outside().vault,
                response,
                reason=VoidReason(form.reason.data),
                note=form.note.data or "",
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except AlreadyVoidedError:
        flash(_("This answer was voided before; nothing was changed."), "error")
    else:
        flash(_("Voided. The counts follow at once."), "success")
    return redirect(url_for("hq_gates.show", code=code, community_id=community_id))


def _member_asked_for(
    campaign: Campaign, community_id: int, asked: dict[str, str]
) -> FrameMember | None:
    """Return the home of a receipt or an address inside this community, None when there is none."""
    scope = current_scope()
    receipt = read_receipt(asked["receipt"])
    if receipt is not None:
        response = find_by_receipt(reading(), receipt)
        if response is None:
            return None
        member = queries.find_member(reading(), scope, response.frame_member_id)
        here = (campaign.id, community_id)
        return member if member and (member.campaign_id, member.community_id) == here else None
    if not asked["building"] or not asked["room"]:
        return None
    return queries.find_member_at(
        reading(),
        scope,
        campaign_id=campaign.id,
        community_id=community_id,
        building=asked["building"],
        room=asked["room"],
    )


def _response_here(gate: Gate, response_id: int) -> tuple[Response, FrameMember]:
    """Return an answer of this gate with its home, or answer 404."""
    response = void_queries.find_response(reading(), gate, response_id)
    if response is None:
        abort(404)
    return response, queries.get_member(reading(), response.frame_member_id)


def _void_page(
    campaign: Campaign, gate: Gate, response_id: int, form: VoidForm, *, is_second: bool = False
) -> str:
    _response, member = _response_here(gate, response_id)
    answers = void_queries.list_answers(reading(), member.id)
    (one,) = [pair for pair in answers if pair[0].id == response_id]
    others = [response for response, gone in answers if gone is None and response.id != response_id]
    return render_template(
        "hq/gate_void.html",
        campaign=campaign,
        community=access_community(gate.community_id),
        gate=gate,
        one=_found(member, *one),
        others=len(others),
        form=form,
        is_second=is_second,
    )


def _voids_of(campaign: Campaign, gate: Gate) -> list[Found]:
    """Return the voids of a gate; each look at the homes is written down."""
    rows = void_queries.list_voids(reading(), gate)
    if rows:
        _note_look(campaign, [member for _void, _response, member in rows])
    # Writing the look down ended the reading transaction; the rows are read once more.
    return [
        _found(member, response, gone)
        for gone, response, member in void_queries.list_voids(reading(), gate)
    ]


def _found(member: FrameMember, response: Response, gone: ResponseVoid | None) -> Found:
    ways = {
        "paper": _("on paper"),
        "phone": _("on a phone"),
        "visit": _("in an interview at home"),
    }
    way = ways[response.channel.value]
    if response.origin is Origin.FLUSHED:
        way = _("{way}, from the draft").format(way=way)
    return Found(
        response_id=response.id,
        receipt=_end_of(response.receipt),
        home=home_name(member.building, member.room),
        received=beijing_time(response.received_at),
        way=way,
        is_counted=response.is_counted,
        voided=""
        if gone is None
        else f"{beijing_time(gone.voided_at)} · {who(reading(), gone.voided_by)}",
        why=""
        if gone is None
        else _("{reason}: {note}").format(
            reason=void_name(gone.reason), note=open_note(outside().vault, gone)
        ),
    )


def _note_look(campaign: Campaign, members: list[FrameMember]) -> None:
    """Write down which homes were looked at."""
    keys = sorted({member.household_id for member in members})
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action="view_answers",
            subjects=list_uids(session, keys),
            detail=campaign.code,
            now=outside().now(),
        )


def _end_of(receipt: str) -> str:
    return f"… {receipt[-3:]}"
