"""You said, we did (您说我改): the bulletin of a community after the next campaign."""

from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.problems.bulletins import services
from app.followup.problems.promises.services import Change
from app.followup.published.content import BulletinContent, BulletinLine, read_bulletin
from app.followup.published.queries import find_bulletin
from app.followup.rules import LONGEST_TEXT
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.register.queries import get_community
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.hq.changes import campaign_before, find_changes, names_of
from app.web.hq.problem_forms import ActForm
from app.web.problem_words import change_words
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_bulletins", __name__, url_prefix="/hq/bulletins")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE)


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def show(code: str, community_id: int) -> str:
    """Show the bulletin, and to head office the lines that can be published."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    session, scope = reading(), current_scope()
    told = find_bulletin(session, campaign.id, community_id)
    before = campaign_before(campaign)
    is_head = scope.role is Role.HEAD_OFFICE
    return render_template(
        "hq/bulletin.html",
        campaign=campaign,
        before=before,
        community=get_community(session, scope, community_id),
        told=told,
        content=None if told is None else read_bulletin(told.content),
        lines=_lines(campaign, before, community_id) if is_head else [],
        change_of=_change_of,
        is_english=current_language() == "en",
        is_head=is_head,
        form=ActForm(formdata=None),
    )


@bp.post("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def publish(code: str, community_id: int) -> Response:
    """Publish the ticked lines, with what was done in the words of head office."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    before = campaign_before(campaign)
    address = redirect(url_for(".show", code=code, community_id=community_id))
    if not ActForm().validate() or before is None:
        abort(400)
    ticked = set(request.form.getlist("line", type=int))
    chosen = [
        replace(line, did=request.form.get(f"did-{at}", "").strip()[:LONGEST_TEXT] or line.did)
        for at, line in enumerate(_lines(campaign, before, community_id))
        if at in ticked
    ]
    if not chosen:
        flash(_("Please tick at least one line."), "error")
        return address
    content = BulletinContent(
        before.title, before.title_en, campaign.title, campaign.title_en, tuple(chosen)
    )
    campaign_id = campaign.id
    with transaction() as session:
        services.publish_bulletin(
            session,
            current_scope(),
            content,
            campaign_id=campaign_id,
            community_id=community_id,
            now=outside().now(),
        )
    flash(_("Published. Print the sheet and hang it on the board."), "success")
    return address


def _lines(campaign: Campaign, before: Campaign | None, community_id: int) -> list[BulletinLine]:
    changes = find_changes(campaign.id, community_id, current_scope())
    if before is None or not changes:
        return []
    return services.propose_lines(
        reading(), before.id, community_id, changes=changes, names=names_of(campaign)
    )


def _change_of(line: BulletinLine) -> str:
    change = Change(line.before, line.after, line.change, line.low, line.high, line.verdict)
    return change_words(change)
