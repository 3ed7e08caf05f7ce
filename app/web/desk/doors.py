"""The door list (接下来敲哪些门): whom to visit next, for a phone at the door and for paper."""

from datetime import datetime
from secrets import token_urlsafe

from flask import Blueprint, abort, render_template, request

from app.clock import BEIJING, beijing_date
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.contact.outcomes import Outcome
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import CareNeedKind
from app.surveys.register.queries import list_uids
from app.surveys.response.progress.doors import DoorList, list_doors
from app.surveys.response.progress.walking import Door, PartOfDay, part_of
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.contact_words import household_outcome
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_doors", __name__, url_prefix="/desk/doors")

COUNTS = (20, 40, 60)
_MOST = 12  # buildings named in the address
# The first two stand as large buttons at each door; the others behind one more tap.
FIRST = (Outcome.NOT_AT_HOME, Outcome.REFUSED)
OTHERS = (
    Outcome.AWAY,
    Outcome.MOVED,
    Outcome.LOOKS_EMPTY,
    Outcome.UNABLE,
    Outcome.LANGUAGE,
    Outcome.DECEASED,
    Outcome.REFUSED_FOR_GOOD,
)


@bp.get("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
def show(code: str, community_id: int) -> str:
    """Show the doors of one walk; each home shown is audited, for it is said to be silent."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    now = outside().now()
    part, most = _part(now), _count()
    buildings = request.args.getlist("building")[:_MOST]
    found = None
    if gate.frozen_at is None and campaign.opened_at is not None:
        found = list_doors(
            reading(),
            campaign,
            community_id,
            current_scope(),
            part=part,
            most=most,
            only=frozenset(buildings),
            now=now,
        )
        _write_down(campaign, found, now)
    return render_template(
        "desk/doors.html",
        campaign=campaign,
        community=access_community(community_id),
        found=found,
        part=part,
        parts=PartOfDay,
        most=most,
        counts=COUNTS,
        buildings=buildings,
        first=FIRST,
        others=OTHERS,
        outcome_name=household_outcome,
        notes_of=notes_of,
        new_key=new_key,
        today=beijing_date(now),
        owner=current_scope().staff_id,
        is_head=current_scope().role is Role.HEAD_OFFICE,
    )


def new_key() -> str:
    """Return a key for one event: the page sends it however often the network makes it."""
    return token_urlsafe(18)


def notes_of(door: Door) -> list[str]:
    """Return what somebody at the door should know about a home: needs, letter, attempts."""
    needs = {
        CareNeedKind.HOME_VISIT.value: _("wishes a visit at home"),
        CareNeedKind.LARGE_PRINT.value: _("bring large print"),
        CareNeedKind.PHONE_CALL.value: _("call before you come"),
    }
    found = [needs[need] for need in door.care if need in needs]
    if door.has_begun:
        found.append(_("has begun to answer"))
    elif not door.is_delivered:
        found.append(_("letter not confirmed: bring one"))
    if door.attempts:
        found.append(_("tried before: {count}").format(count=door.attempts))
    return found


def _part(now: datetime) -> PartOfDay:
    wanted = request.args.get("part")
    if wanted is None:
        return part_of(now.astimezone(BEIJING).hour)
    if wanted not in list(PartOfDay):
        abort(404)
    return PartOfDay(wanted)


def _count() -> int:
    wanted = request.args.get("count", str(COUNTS[1]))
    if wanted not in {str(count) for count in COUNTS}:
        abort(404)
    return int(wanted)


def _write_down(campaign: Campaign, found: DoorList, now: datetime) -> None:
    doors = found.walk.doors
    if not doors:
        return
    subjects = list_uids(reading(), [door.household_id for door in doors])
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action="view_door",
            subjects=subjects,
            detail=campaign.code,
            now=now,
        )
