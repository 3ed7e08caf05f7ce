"""Head office downloads what owners wrote: one campaign, one community, every look written down."""

from flask import Blueprint, Response, abort, render_template

from app.clock import beijing_date
from app.followup import services as followup
from app.followup.queries import count_cases
from app.followup.rows import CaseView
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.lists import wish_words
from app.reports.words import WordRow, words_csv, words_workbook
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import ContactWish
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_words", __name__, url_prefix="/hq/words")

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List the communities with words, and how many homes wrote any."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    homes: dict[tuple[int, str], int] = {}
    if campaign:
        for one in count_cases(reading(), current_scope(), campaign.id):
            key = (one.community_id, one.community)
            homes[key] = homes.get(key, 0) + one.total
    return render_template(
        "hq/words.html", campaigns=campaigns, campaign=campaign, rows=list(homes.items())
    )


@bp.get("/<code>/<int:community_id>.<any(csv, xlsx):form>")
@require_role(Role.HEAD_OFFICE)
def download(code: str, community_id: int, form: str) -> Response:
    """Return what the homes of a community wrote; each of them is audited in the same step."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    with transaction() as session:
        views = followup.view_cases(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            community_id=community_id,
            now=outside().now(),
        )
        audit.record(
            session,
            actor=current_scope(),
            action="words.download",
            subject=f"campaign:{campaign.code}",
            community_id=community_id,
            detail=form,
            now=outside().now(),
        )
    if not views:
        abort(404)
    rows = _rows(views, get_instrument(reading(), campaign.instrument_digest))
    answer = Response(_file(rows, campaign, form), content_type=_TYPES[form])
    name = f"words-{campaign.code}-{community_id}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(views: tuple[CaseView, ...], instrument: Instrument) -> list[WordRow]:
    """Return every text with its home, and without it where no reply was wished.

    Texts without a home stand last, in the order of their own words and without their day: a
    place between two neighbours would name the home in between.
    """
    language = current_language()
    rows = []
    for view in views:
        for comment in view.comments:
            is_named = comment.wish is not ContactWish.NO_REPLY
            rows += [
                WordRow(
                    community=view.row.community,
                    building=view.row.building if is_named else "",
                    room=view.row.room if is_named else "",
                    question=instrument.item(code).text.plain(language),
                    text=text,
                    wish=wish_words(comment.wish),
                    received_on=beijing_date(comment.received_at) if is_named else None,
                )
                for code, text in comment.texts
            ]
    named = [row for row in rows if row.received_on is not None]
    nameless = sorted(
        (row for row in rows if row.received_on is None), key=lambda row: (row.question, row.text)
    )
    return named + nameless


def _file(rows: list[WordRow], campaign: Campaign, form: str) -> bytes:
    if form == "csv":
        return words_csv(rows)
    name = campaign.title_en if current_language() == "en" else campaign.title
    return words_workbook(
        rows,
        title=f"{_('What owners wrote')} {name}",
        company=outside().config.company,
        day=beijing_date(outside().now()),
    )
