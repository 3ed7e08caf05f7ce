"""Questionnaires for head office: versions, what a home is asked, other formats, differences."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.reports.questionnaire_files import form_workbook
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.exchange.difference import difference, is_comparable
from app.surveys.instrument.exchange.formats import ENDINGS, TYPES, Format, Written, write
from app.surveys.instrument.exchange.grid import Book
from app.web.auth import require_role
from app.web.downloads import attachment
from app.web.hq import instruments_shown as shown
from app.web.hq import instruments_words as words
from app.web.questionnaires import Source, find_source
from app.web.services import services as outside
from app.web.transaction import reading

bp = Blueprint("hq_instruments", __name__, url_prefix="/hq/questionnaires")


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List the published questionnaires, where they are used, and the doors of drafts."""
    session = reading()
    campaigns = queries.list_campaigns(session)
    versions = [
        (version, queries.get_instrument(session, version.digest))
        for version in queries.list_instrument_versions(session)
    ]
    newest: dict[str, int] = {}
    for version, _instrument in versions:
        newest[version.code] = max(version.version, newest.get(version.code, 0))
    return render_template(
        "hq/instruments_list.html",
        versions=[
            (one, instrument, shown.uses(campaigns, one.digest), newest[one.code] == one.version)
            for one, instrument in versions
        ],
    )


@bp.get("/<key>")
@require_role(Role.HEAD_OFFICE)
def show(key: str) -> str:
    """Show one version: items by section, offers, minutes, formats."""
    source = find_source(key)
    instrument = source.instrument
    campaigns = queries.list_campaigns(reading()) if source.version else []
    return render_template(
        "hq/instruments_version.html",
        source=source,
        instrument=instrument,
        digest=digest(instrument),
        campaigns=shown.uses(campaigns, key),
        others=[
            one
            for one in queries.list_instrument_versions(reading())
            if one.digest != key and one.code == instrument.code
        ],
        sections=shown.section_rows(instrument),
        profiles=shown.profiles(instrument),
        blocks=shown.block_rows(instrument),
        missing=shown.missing_translations(instrument),
        formats=[(form, words.format_name(form)) for form in Format],
        language_name=words.language_name,
        width=sum(item.in_vector for item in instrument.items),
    )


@bp.get("/<key>/<any(yaml, xlsform, limesurvey, surveyjs):form>")
@require_role(Role.HEAD_OFFICE)
def losses(key: str, form: str) -> str:
    """Show what a format cannot say of this version, before it is downloaded."""
    source = find_source(key)
    written = _write(source, Format(form))
    return render_template(
        "hq/instruments_losses.html",
        source=source,
        form=form,
        name=words.format_name(Format(form)),
        groups=shown.loss_groups(written.losses),
        level_name=words.level_name,
        level_sentence=words.level_sentence,
    )


@bp.get("/<key>/<any(yaml, xlsform, limesurvey, surveyjs):form>/file")
@require_role(Role.HEAD_OFFICE)
def download(key: str, form: str) -> Response:
    """Send this version in a format."""
    source, chosen = find_source(key), Format(form)
    written = _write(source, chosen)
    content = written.text if written.book is None else _workbook(source, written.book)
    name = f"{source.instrument.code}-v{source.instrument.version}{ENDINGS[chosen]}"
    return attachment(content, TYPES[chosen], name)


@bp.get("/compare")
@require_role(Role.HEAD_OFFICE)
def compare() -> str | Response:
    """Show what changed from one version to another, and whether series go on."""
    one, other = request.args.get("one", ""), request.args.get("other", "")
    if not one or not other:
        abort(404)
    before, after = find_source(one), find_source(other)
    if before.instrument.version > after.instrument.version:
        return redirect(url_for(".compare", one=other, other=one))
    changes = difference(before.instrument, after.instrument)
    return render_template(
        "hq/instruments_compare.html",
        before=before,
        after=after,
        changes=changes,
        is_comparable=is_comparable(changes),
        change_name=words.change_name,
        weight_name=words.weight_name,
        language_name=words.language_name,
        title_of=lambda source: source.instrument.title.plain(current_language()),
    )


def _write(source: Source, form: Format) -> Written:
    if form is Format.YAML:
        return Written(source.text, None, ())
    return write(source.instrument, form, source.columns)


def _workbook(source: Source, book: Book) -> bytes:
    version = source.version
    day = beijing_date(outside().now() if version is None else version.published_at)
    title = source.instrument.title.plain(source.instrument.languages[0])
    return form_workbook(book, title=title, company=outside().config.company, day=day)
