"""The agency's pages: its surveys, quotas, communities, cards, columns of files."""

import csv
from io import StringIO

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.backchecks import KEPT_AFTER_CLOSING
from app.surveys.market.deliveries import template_columns
from app.surveys.market.models import MarketState
from app.surveys.market.questionnaire import get_questionnaire
from app.surveys.market.rotation import VARIANTS, turned
from app.web import market_words, words
from app.web.agency.forms import ActForm, UploadForm
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.market_access import A_PAGE, access_survey, page_in_address
from app.web.services import services
from app.web.transaction import reading

bp = Blueprint("agency", __name__, url_prefix="/agency")

_LATEST = 10


@bp.get("/")
@require_role(Role.AGENCY)
def index() -> str:
    """Show the surveys given to this account."""
    return render_template(
        "agency/index.html",
        surveys=queries.list_surveys(reading(), current_scope()),
        market_words=market_words,
        words=words,
    )


@bp.get("/<code>")
@require_role(Role.AGENCY)
def show(code: str) -> str:
    """Show one survey: how far it is, and the doors for interviews."""
    survey, session, scope = access_survey(code), reading(), current_scope()
    return render_template(
        "agency/survey.html",
        survey=survey,
        rows=queries.quota_rows(session, survey.id),
        drafts=queries.list_drafts(session, survey.id, scope),
        latest=queries.list_latest(session, survey.id, count=_LATEST),
        leads=queries.is_supervisor(session, survey.id, scope),
        is_open=survey.state is MarketState.OPEN,
        form=ActForm(),
        upload=UploadForm(),
        market_words=market_words,
        words=words,
        kept_days=KEPT_AFTER_CLOSING.days,
    )


@bp.get("/<code>/communities")
@require_role(Role.AGENCY)
def communities(code: str) -> str:
    """List the communities of the market with what was done there, page by page."""
    survey, session = access_survey(code), reading()
    providers = queries.list_providers(session, survey.id)
    company = request.args.get("company", "")
    if company not in {"", *(one.code for one in providers)}:
        abort(404)
    at = page_in_address()
    rows = queries.page_of_places(
        session, survey.id, first=(at - 1) * A_PAGE, count=A_PAGE + 1, provider=company
    )
    return render_template(
        "agency/communities.html",
        survey=survey,
        providers=providers,
        company=company,
        rows=rows[:A_PAGE],
        page=at,
        has_more=len(rows) > A_PAGE,
        market_words=market_words,
    )


@bp.get("/<code>/communities.csv")
@require_role(Role.AGENCY)
def communities_csv(code: str) -> Response:
    """Send all communities: what an agency plans its routes from."""
    survey, session = access_survey(code), reading()
    names = {one.id: one.name for one in queries.list_providers(session, survey.id)}
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(("community", "provider", "city"))
    for one in queries.list_places(session, survey.id):
        cells = (one.name, names[one.provider_id], one.city)
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t" else cell for cell in cells])
    return attachment("\ufeff" + target.getvalue(), "text/csv", f"{survey.code}-communities.csv")


@bp.get("/<code>/cards")
@require_role(Role.AGENCY)
def cards(code: str) -> str:
    """Show the cards to hold out, in one of four orders."""
    survey, session = access_survey(code), reading()
    number = request.args.get("variant", "1")
    if number not in map(str, range(1, VARIANTS + 1)):
        abort(404)
    asked = get_questionnaire(session, survey.questionnaire)
    language, variant = current_language(), f"card-{number}"

    def order(things: list[str], question: str) -> list[str]:
        return turned(things, survey.seed, variant, question)

    companies = [
        market_words.company_name(one) for one in queries.list_providers(session, survey.id)
    ]
    areas = [one.name.plain(language) for one in asked.instrument.areas]
    lists = asked.cards.lists
    return render_template(
        "agency/cards.html",
        survey=survey,
        variant=number,
        variants=range(1, VARIANTS + 1),
        cards=asked.cards,
        companies=order(companies, "companies"),
        areas=order(areas, "areas"),
        statements=order([one.plain(language) for one in lists["image"]], "image"),
        needs=[one.plain(language) for one in lists["need"]],
        compared=[one.plain(language) for one in lists["within"]],
    )


@bp.get("/<code>/columns")
@require_role(Role.AGENCY)
def columns(code: str) -> str:
    """Explain every column of a file of interviews."""
    survey, session = access_survey(code), reading()
    asked = get_questionnaire(session, survey.questionnaire)
    return render_template(
        "agency/columns.html",
        survey=survey,
        columns=asked.columns(beijing_date(services().now()).year),
        companies=queries.list_providers(session, survey.id),
        market_words=market_words,
    )


@bp.get("/<code>/columns.csv")
@require_role(Role.AGENCY)
def template(code: str) -> Response:
    """Send an empty file with all headings."""
    survey = access_survey(code)
    names = template_columns(survey, reading(), now=services().now())
    return attachment(
        "\ufeff" + ",".join(names) + "\r\n", "text/csv", f"{survey.code}-interviews.csv"
    )
