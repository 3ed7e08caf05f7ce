"""Contact with households: who got the letter, what came of a knock, the timeline of a home."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.followup.timeline import timeline
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.contact import queries
from app.surveys.campaign.contact.errors import EventKeyTakenError
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.outcomes import ANSWERED, LASTING, SAYABLE, Outcome
from app.surveys.campaign.contact.services import (
    MAX_NOTE,
    NewEvent,
    record_event,
    record_events,
)
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.distribution.errors import AlreadyOptedOutError
from app.surveys.distribution.wishes import opt_out
from app.surveys.register.models import Community, Household
from app.surveys.response.tracker import BuildingRow, building_rows
from app.web import contact_words
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, is_local_address, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("contacts", __name__, url_prefix="/contacts")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
_MOST_HOMES = 2000  # of one building; more is no form of ours
DELIVERY = (ContactChannel.LETTERBOX, ContactChannel.HAND, ContactChannel.POST)
TRYING = (ContactChannel.VISIT, ContactChannel.PHONE, ContactChannel.WECHAT)
FIRST = (Outcome.NOT_AT_HOME, Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """One community of the list: how many of its letters are known to have arrived."""

    community_id: int
    name: str
    base: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Home:
    """One home of the list of letters."""

    member_id: int
    room: str
    delivered_at: datetime | None


@bp.get("/")
@require_role(*_DESK)
def index() -> str | Response:
    """Show the communities with their letters; who has one only is taken to it."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    lines = _lines(campaign) if campaign is not None else []
    if campaign is not None and len(lines) == 1 and len(campaigns) == 1:
        only = lines[0].community_id
        return redirect(url_for(".letters", code=campaign.code, community_id=only))
    return render_template(
        "staff/contacts.html", campaign=campaign, campaigns=campaigns, lines=lines
    )


@bp.get("/<code>/<int:community_id>")
@require_role(*_DESK)
def letters(code: str, community_id: int) -> str:
    """Show the buildings of a community, or the homes of one: tick who got the letter."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    community = access_community(community_id)
    rows = building_rows(reading(), campaign, community_id)
    building = request.args.get("building")
    if building is None:
        return render_template(
            "staff/letters.html", campaign=campaign, community=community, rows=rows
        )
    return _building_page(campaign, community, building, rows, is_over=gate.frozen_at is not None)


@bp.post("/<code>/<int:community_id>")
@require_role(*_DESK)
def deliver(code: str, community_id: int) -> Response:
    """Record that letters of a building arrived: those of the ticked homes, or all but those."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    building, key = request.form.get("building", ""), _key()
    channel = _channel(DELIVERY)
    shown, ticked = _numbers("shown"), _numbers("home")
    chosen = ticked & shown if request.form.get("who") == "ticked" else shown - ticked
    scope = current_scope()
    with transaction() as session:
        found = campaign_queries.list_members_of_building(
            session, campaign.id, community_id, building
        )
        ids = [member.id for member in found if member.id in chosen]
        now = outside().now()
        done = record_events(
            session,
            [
                NewEvent(
                    member_id,
                    now,
                    EventKind.DELIVERED,
                    channel,
                    staff_id=scope.staff_id,
                    key=f"{key}-{member_id}",
                )
                for member_id in ids
            ],
        )
    if done:
        flash(_("Recorded: {count} homes have their letter.").format(count=done), "success")
    elif not ids:
        flash(_("No home was chosen; nothing was recorded."), "error")
    return redirect(url_for(".letters", code=code, community_id=community_id, building=building))


@bp.get("/homes/<int:member_id>")
@require_role(*_DESK)
def home(member_id: int) -> str:
    """Show one home: what has become of it, two taps to say more, and its timeline; audited."""
    member = _access_member(member_id)
    campaign = campaign_queries.get_campaign(reading(), member.campaign_id)
    now = outside().now()
    with transaction() as session:
        member = _access_member(member_id)
        entries = timeline(session, outside().vault, current_scope(), member.household_id)
        audit.record(
            session,
            actor=current_scope(),
            action="view_timeline",
            subject=campaign_queries.get_household_uid(session, member.household_id),
            community_id=member.community_id,
            detail=campaign.code,
            now=now,
        )
    return render_template(
        "staff/home.html",
        campaign=campaign_queries.get_campaign(reading(), member.campaign_id),
        community=access_community(member.community_id),
        member=_access_member(member_id),
        is_excluded=queries.is_excluded(reading(), member_id),
        entries=entries,
        first=FIRST,
        sayable=[one for one in SAYABLE if one is not Outcome.NO_CONTACT],
        answered=ANSWERED,
        is_over=access_gate(campaign, member.community_id).frozen_at is not None,
        may_correct=_may_correct() and member.outcome in LASTING,
        trying=TRYING,
        new_key=new_key,
        wording=contact_words,
        most=MAX_NOTE,
    )


@bp.post("/homes/<int:member_id>/attempt")
@require_role(*_DESK)
def attempt(member_id: int) -> Response | tuple[str, int]:
    """Record what came of a knock or a call; the same key again changes nothing."""
    outcome = request.form.get("outcome", "")
    is_correction = outcome == Outcome.NO_CONTACT
    if outcome not in SAYABLE or (is_correction and not _may_correct()):
        abort(400)
    _record(member_id, EventKind.ATTEMPT, _channel(TRYING), Outcome(outcome))
    return _done(member_id)


@bp.post("/homes/<int:member_id>/letter")
@require_role(*_DESK)
def letter(member_id: int) -> Response | tuple[str, int]:
    """Record that the letter of one home arrived, or that it did not after all."""
    kinds = {"yes": EventKind.DELIVERED, "no": EventKind.UNDELIVERED}
    kind = kinds.get(request.form.get("got", ""))
    if kind is None:
        abort(400)
    _record(member_id, kind, _channel(DELIVERY), None)
    return _done(member_id)


def new_key() -> str:
    """Return a key for one event: the form sends it however often the network makes it."""
    return token_urlsafe(18)


def _record(
    member_id: int, kind: EventKind, channel: ContactChannel, outcome: Outcome | None
) -> None:
    key = _key()
    try:
        with transaction() as session:
            member = _access_member(member_id)
            record_event(
                session,
                outside().vault,
                member,
                kind=kind,
                channel=channel,
                outcome=outcome,
                staff_id=current_scope().staff_id,
                note=request.form.get("note", ""),
                key=key,
                now=outside().now(),
            )
            if outcome is Outcome.REFUSED_FOR_GOOD:
                _keep_wish(session, member)
    except EventKeyTakenError:
        abort(409)


def _keep_wish(session: Session, member: FrameMember) -> None:
    """Let the wish to hear nothing more hold in later campaigns, too."""
    household = session.get_one(Household, member.household_id)
    with suppress(AlreadyOptedOutError):
        opt_out(
            session,
            outside().vault,
            household,
            note="",
            actor=current_scope(),
            now=outside().now(),
        )


def _may_correct() -> bool:
    """Say whether the signed-in person may take back what was recorded about a home."""
    return current_scope().role is Role.HEAD_OFFICE


def _done(member_id: int) -> Response | tuple[str, int]:
    """Answer a script with 204, which no page to sign in answers; a person with the page before."""
    if request.headers.get("X-Requested-With") == "fetch":
        return "", 204
    flash(_("Recorded."), "success")
    back = request.form.get("back")
    return redirect(
        back if back and is_local_address(back) else url_for(".home", member_id=member_id)
    )


def _access_member(member_id: int) -> FrameMember:
    """Return a household of the present scope, or answer 404."""
    member = campaign_queries.find_member(reading(), current_scope(), member_id)
    if member is None:
        abort(404)
    return member


def _lines(campaign: Campaign) -> list[CommunityLine]:
    scope = current_scope()
    counts = queries.count_communities(reading(), campaign.id, scope)
    return [
        CommunityLine(
            row.community_id,
            row.community,
            counts[row.community_id].base,
            counts[row.community_id].delivered,
        )
        for row in campaign_queries.list_gates(reading(), campaign.id, scope)
        if row.community_id in counts
    ]


def _building_page(
    campaign: Campaign,
    community: Community,
    building: str,
    rows: tuple[BuildingRow, ...],
    *,
    is_over: bool,
) -> str:
    row = next((one for one in rows if one.building == building), None)
    if row is None:
        abort(404)
    # A home that answered had its letter: it counts as delivered and is not asked for.
    homes = [
        Home(member.id, member.room, member.delivered_at or member.returned_at)
        for member in campaign_queries.list_members_of_building(
            reading(), campaign.id, community.id, building
        )
    ]
    return render_template(
        "staff/letters_building.html",
        campaign=campaign,
        community=community,
        row=row,
        open_homes=[one for one in homes if one.delivered_at is None],
        done_homes=[one for one in homes if one.delivered_at is not None],
        ways=DELIVERY,
        new_key=new_key,
        wording=contact_words,
        is_over=is_over,
    )


def _key() -> str:
    key = request.form.get("key", "")
    if not _KEY.fullmatch(key):
        abort(400)
    return key


def _channel(allowed: tuple[ContactChannel, ...]) -> ContactChannel:
    channel = request.form.get("channel", allowed[0].value)
    if channel not in allowed:
        abort(400)
    return ContactChannel(channel)


def _numbers(name: str) -> set[int]:
    values = request.form.getlist(name)[:_MOST_HOMES]
    if not all(value.isascii() and value.isdecimal() and len(value) < 10 for value in values):
        abort(400)
    return {int(value) for value in values}
