"""Timers of the campaigns: what goes when, and how long it is kept."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer
from wtforms import IntegerField
from wtforms.validators import NumberRange

from app.clock import beijing_date
from app.i18n import gettext as _
from app.rights.models import Kept
from app.rights.retention import queries, services
from app.rights.retention.rules import DEFAULT_DAYS, due_days
from app.staff.models import Role
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import date_words

bp = Blueprint("hq_rights_timers", __name__, url_prefix="/hq/rights/timers")


class TimerForm(Form):
    """Days after the last day of collection."""

    days = IntegerField(validators=[NumberRange(1, 3650)])


@dataclass(frozen=True, slots=True)
class TimerView:
    """One timer in words."""

    what: str
    name: str
    days: int
    due: str
    is_due: bool
    done: str
    rows: int | None


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show what goes when, campaign by campaign."""
    today = beijing_date(outside().now())
    campaigns = []
    for timers in queries.list_timers(reading()):
        due = due_days(timers.campaign.closes_on, {k: r.days for k, r in timers.rows.items()})
        views = []
        for what, day in due.items():
            row = timers.rows.get(what)
            done = row.done_at if row else None
            views.append(
                TimerView(
                    what=what.value,
                    name=_names()[what],
                    days=row.days if row else DEFAULT_DAYS[what],
                    due=date_words(day),
                    is_due=day <= today,
                    done=date_words(beijing_date(done)) if done else "",
                    rows=row.destroyed if row else None,
                )
            )
        campaigns.append((timers.campaign, views))
    return render_template(
        "hq/rights_timers.html", campaigns=campaigns, form=TimerForm(formdata=None)
    )


@bp.post("/<code>/<any(comments, notes, pictures, signals, drafts):what>")
@require_role(Role.HEAD_OFFICE)
def change(code: str, what: str) -> Answer:
    """Keep something longer or shorter."""
    campaign = access_campaign(code)
    form = TimerForm()
    if not form.validate():
        if "csrf_token" in form.errors:
            abort(400)
        flash(_("Please give a number of days from 1 to 3650."), "error")
        return redirect(url_for(".index"))
    with transaction() as session:
        services.set_timer(
            session,
            access_campaign(campaign.code),
            Kept(what),
            form.days.data,
            actor=current_scope(),
            now=outside().now(),
        )
    flash(_("The timer was set."), "success")
    return redirect(url_for(".index"))


def _names() -> dict[Kept, str]:
    return {
        Kept.COMMENTS: _("Comments, numbers left with them, replies"),
        Kept.NOTES: _("Notes of visits, calls and decisions"),
        Kept.PICTURES: _("Photos and signatures"),
        Kept.SIGNALS: _("Devices, networks and times of answers"),
        Kept.DRAFTS: _("Answers begun and never sent"),
    }
