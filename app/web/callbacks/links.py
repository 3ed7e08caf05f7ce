"""Links to the questions: how far they are, and the file for the company's own sender."""

from datetime import timedelta

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.workbook import Column, Sheet, make_workbook
from app.service.callbacks import messages
from app.service.callbacks.models import LinkState
from app.service.callbacks.rules import LINK_DAYS
from app.service.callbacks.sending import queries as sending
from app.surveys.distribution.errors import SettingsError
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.settings import read_settings
from app.web.auth import current_scope, require_role
from app.web.callbacks import words
from app.web.callbacks.nav import SENDERS, make_blueprint
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading, transaction

bp = make_blueprint("call_back_links", "/call-backs/links")

MOST_LINES = 5000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
@require_role(*SENDERS)
def show() -> str:
    """Show how far the links of the last two weeks are."""
    now = outside().now()
    counts = sending.count_links(reading(), current_scope(), now - timedelta(days=LINK_DAYS))
    return render_template(
        "callbacks/links.html",
        counts=[(words.link_state(one), counts[one]) for one in LinkState if counts.get(one)],
        waiting=counts.get(LinkState.PLANNED, 0),
        channels=[words.channel_name(one) for one in _channels()],
        form=Form(),
    )


@bp.post("/file")
@require_role(*SENDERS)
def take_file() -> Response:
    """Hand out the links that wait; they are not sent a second time."""
    if not Form().validate():
        abort(400)
    now = outside().now()
    with transaction() as session:
        lines = messages.take_file(
            session,
            outside().vault,
            current_scope(),
            public_url=outside().config.public_url,
            limit=MOST_LINES,
            now=now,
        )
    if not lines:
        flash(_("No link waits that could be handed over."), "error")
        return redirect(url_for(".show"))
    title = f"{_('Links of call-backs')} {beijing_date(now).isoformat()}"
    columns = (
        Column(_("About"), 10),
        Column(_("Community"), 20),
        Column(_("No."), 18),
        Column(_("Telephone"), 16),
        Column(_("Text"), 60),
        Column(_("Link"), 52),
    )
    rows = [
        (words.kind_name(one.kind), one.community, one.number, one.phone, one.text, one.address)
        for one in lines
    ]
    content = make_workbook(
        [Sheet(_("Links of call-backs"), columns, rows)],
        title=title,
        company=outside().config.company,
        day=beijing_date(now),
    )
    return noted(attachment(content, _XLSX, f"{title}.xlsx"), "call-backs:links", "links.xlsx")


def _channels() -> tuple[SendChannel, ...]:
    try:
        return messages.channels_of(read_settings(outside().config.instance))
    except SettingsError:
        return ()
