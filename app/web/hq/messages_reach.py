"""Who is reached and who wants to be left alone: opt-outs, addresses, and the outbox."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.distribution import queries, wishes
from app.surveys.distribution.addresses import AddressProblem, read_addresses, take_addresses
from app.surveys.distribution.errors import AlreadyOptedOutError
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.providers import outbox
from app.surveys.distribution.providers.choose import outbox_folder
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.hq import messages_words
from app.web.hq.forms import ActForm, UploadForm
from app.web.hq.messages_forms import OptOutForm
from app.web.services import services
from app.web.transaction import reading, transaction

bp = Blueprint("hq_reach", __name__, url_prefix="/hq/reach")

_SHOWN = 100
_LARGEST_FILE = 4 * 1024 * 1024


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show the homes that want no more reminders, and how many homes can be reached how."""
    return _page(_opt_out_form(), UploadForm())


@bp.post("/opt-outs")
@require_role(Role.HEAD_OFFICE)
def opt_out() -> tuple[str, int] | Response:
    """Record that a home wants no more reminders."""
    form = _opt_out_form()
    if not form.validate():
        return _page(form, UploadForm(formdata=None)), 422
    home = queries.find_home(
        reading(),
        current_scope(),
        int(form.community.data),
        form.building.data.strip(),
        form.room.data.strip(),
    )
    if home is None:
        form.room.errors = [_("There is no such home in the register.")]
        return _page(form, UploadForm(formdata=None)), 422
    try:
        with transaction() as session:
            wishes.opt_out(
                session,
                services().vault,
                home,
                note=form.note.data or "",
                actor=current_scope(),
                now=services().now(),
            )
    except AlreadyOptedOutError:
        flash(_("This home is on the list already."), "error")
    else:
        flash(_("Recorded. This home gets no more reminders."), "success")
    return redirect(url_for(".index"))


@bp.post("/opt-outs/<int:household_id>/remove")
@require_role(Role.HEAD_OFFICE)
def opt_in(household_id: int) -> Response:
    """Take a home off the list."""
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        wishes.opt_in(session, household_id, actor=current_scope(), now=services().now())
    flash(_("Taken off the list."), "success")
    return redirect(url_for(".index"))


@bp.post("/addresses")
@require_role(Role.HEAD_OFFICE)
def addresses() -> tuple[str, int] | Response:
    """Take a file of OpenIDs and e-mail addresses: all of it or nothing."""
    form = UploadForm()
    if not form.validate():
        return _page(_opt_out_form(), form), 422
    content = form.file.data.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        form.file.errors = [_("The file is too large.")]
        return _page(_opt_out_form(), form), 422
    file = read_addresses(content)
    with transaction() as session:
        count, problems = take_addresses(
            session, services().vault, file, actor=current_scope(), now=services().now()
        )
    if problems:
        return _page(_opt_out_form(), form, problems=problems), 422
    flash(_("{count} addresses stored.").format(count=count), "success")
    return redirect(url_for(".index"))


@bp.get("/outbox")
@require_role(Role.HEAD_OFFICE)
def box() -> str:
    """Show what lies in the outbox, by day and channel."""
    folder = outbox_folder(services().config)
    return render_template(
        "hq/messages_outbox.html",
        days=[
            (SendChannel(channel), day, count)
            for channel, day, count in outbox.list_days(folder)
            if channel in set(SendChannel)
        ],
        say=messages_words,
        files=None,
    )


@bp.get("/outbox/<any(sms,wechat,email):channel>/<day>")
@require_role(Role.HEAD_OFFICE)
def box_day(channel: str, day: str) -> str:
    """List the first files of a day."""
    files = outbox.list_files(
        outbox_folder(services().config), SendChannel(channel), _day(day), _SHOWN
    )
    if not files:
        abort(404)
    return render_template(
        "hq/messages_outbox.html",
        days=[],
        files=files,
        channel=SendChannel(channel),
        day=day,
        say=messages_words,
    )


@bp.get("/outbox/<any(sms,wechat,email):channel>/<day>/<name>")
@require_role(Role.HEAD_OFFICE)
def box_file(channel: str, day: str, name: str) -> Response:
    """Hand out one file as it lies there; the look is logged, for a number stands in it."""
    folder = outbox_folder(services().config)
    content = outbox.read_file(folder, SendChannel(channel), _day(day), name)
    if content is None:
        abort(404)
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="message.outbox",
            subject=f"outbox:{name}"[:64],
            now=services().now(),
        )
    return attachment(content, "application/octet-stream", name)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _opt_out_form() -> OptOutForm:
    form = OptOutForm()
    communities = list_communities(reading(), current_scope())
    form.offer([(community.id, community.name) for community in communities])
    return form


def _page(
    form: OptOutForm, upload: UploadForm, *, problems: list[AddressProblem] | None = None
) -> str:
    found = queries.list_opt_outs(reading(), current_scope(), _SHOWN)
    vault = services().vault
    return render_template(
        "hq/messages_reach.html",
        form=form,
        upload=upload,
        rows=[(row, wishes.open_note(vault, row.opt_out)) for row in found],
        total=queries.count_opt_outs(reading()),
        counts=queries.count_addresses(reading()),
        problems=[(one.line, _problem(one.problem)) for one in (problems or [])[:_SHOWN]],
        more=max(0, len(problems or []) - _SHOWN),
        channels=(SendChannel.WECHAT, SendChannel.EMAIL),
        say=messages_words,
    )


def _problem(word: str) -> str:
    return {
        "not_csv": _("This is no CSV file."),
        "columns": _("The columns are missing: 小区编码, 楼栋, 房号, and 微信 or 邮箱."),
        "bad_wechat": _("This is no OpenID."),
        "bad_email": _("This is no e-mail address."),
        "unknown_home": _("There is no such home in the register."),
    }[word]
