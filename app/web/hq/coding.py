"""Coding (意见归类): head office gives each comment its codes, one by one or those much alike.

Every page here shows words of owners; each of them is written down with the home it shows.
"""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.errors import FieldError
from app.followup.problems.codebook import load_codebook
from app.followup.problems.coding import queries, services
from app.followup.problems.coding.services import CommentToCode
from app.followup.problems.errors import CommentNotFoundError, UnknownCodeError
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import get_instrument
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.forms import Form
from app.web.keys import key_in, keys_in
from app.web.problem_words import code_name, group_name
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_coding", __name__, url_prefix="/hq/coding")

_SHOWN = 40
_MOST_IDS = 24


class ActForm(Form):
    """A button: nothing but the token of the session."""


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """List the communities with comments, and how far coding has come."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    return render_template(
        "hq/coding.html",
        campaigns=campaigns,
        campaign=campaign,
        rows=queries.count_progress(reading(), campaign.id) if campaign else [],
        has_new=queries.has_new_comments(reading()),
        form=ActForm(formdata=None),
    )


@bp.post("/new-comments")
@require_role(Role.HEAD_OFFICE)
def read_new() -> Response:
    """Let the worker read comments that came in."""
    with transaction() as session:
        services.order_suggestions(session, now=outside().now())
    flash(_("New comments are being read. This takes about a minute."), "success")
    return redirect(url_for(".index", campaign=request.args.get("campaign")))


@bp.get("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def show(code: str, community_id: int) -> str:
    """Show the next comment, or those that say much the same as it."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    is_together = request.args.get("together") == "1"
    again = _ids(request.args.get("again", ""))
    campaign_id, now = campaign.id, outside().now()
    with transaction() as session:
        vault, scope = outside().vault, current_scope()
        comments = (
            services.read_some(session, vault, scope, again, now=now)
            if again
            else services.read_next(
                session, vault, scope, campaign_id, community_id, is_together=is_together, now=now
            )
        )
    return _page(access_campaign(code), community_id, comments, is_together=is_together)


@bp.post("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def decide(code: str, community_id: int) -> Response:
    """Keep the codes of the comments that are ticked, and go on."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    keys = keys_in(request.form, "comment")
    if not keys or len(keys) > _MOST_IDS:
        flash(_("Please tick at least one comment."), "error")
        return redirect(_address(code, community_id))
    codes = request.form.getlist("code")
    if not codes and "nothing" not in request.form:
        flash(_("Please choose a code, or say that there is nothing to code."), "error")
        again = ",".join(str(key) for key in keys)
        return redirect(_address(code, community_id, again=again))
    try:
        with transaction() as session:
            services.decide(session, current_scope(), keys, codes, now=outside().now())
    except (CommentNotFoundError, UnknownCodeError):
        abort(404)
    return redirect(_address(code, community_id, done=",".join(str(key) for key in keys)))


@bp.post("/<code>/<int:community_id>/undo")
@require_role(Role.HEAD_OFFICE)
def undo(code: str, community_id: int) -> Response:
    """Take the last decision back and show its comments again."""
    access_gate(access_campaign(code), community_id)
    keys = _ids(request.form.get("done", ""))
    if not keys:
        abort(400)
    try:
        with transaction() as session:
            services.undo(session, current_scope(), keys, now=outside().now())
    except CommentNotFoundError:
        abort(404)
    return redirect(_address(code, community_id, again=",".join(str(key) for key in keys)))


@bp.get("/<code>/<int:community_id>/<name>")
@require_role(Role.HEAD_OFFICE)
def show_code(code: str, community_id: int, name: str) -> str:
    """Show the comments of a code, and what of them may be quoted."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    if not load_codebook().has(name):
        abort(404)
    campaign_id, now = campaign.id, outside().now()
    with transaction() as session:
        vault = outside().vault
        comments = services.read_code(
            session, vault, current_scope(), campaign_id, community_id, name, limit=_SHOWN, now=now
        )
        quoted = queries.list_quoted(session, [one.id for one in comments], name)
    return render_template(
        "hq/coding_code.html",
        campaign=access_campaign(code),
        community_id=community_id,
        community=comments[0].community if comments else "",
        name=name,
        title=code_name(load_codebook().find(name)),
        comments=comments,
        quotes={
            key: (outside().vault.open(sealed, "quote"), withdrawn is not None)
            for key, (sealed, withdrawn) in quoted.items()
        },
        most=_SHOWN,
        longest=services.LONGEST_QUOTE,
        form=ActForm(formdata=None),
    )


@bp.post("/<code>/<int:community_id>/<name>/quote")
@require_role(Role.HEAD_OFFICE)
def quote(code: str, community_id: int, name: str) -> Response:
    """Release words of a comment in redacted form, or take a released quote back."""
    access_gate(access_campaign(code), community_id)
    key = key_in(request.form.get("comment")) or 0
    address = url_for(".show_code", code=code, community_id=community_id, name=name)
    try:
        with transaction() as session:
            scope, now = current_scope(), outside().now()
            if "withdraw" in request.form:
                services.withdraw_quote(session, scope, key, name, now=now)
            else:
                text, vault = request.form.get("text", ""), outside().vault
                services.release_quote(session, vault, scope, key, name, text, now=now)
    except CommentNotFoundError:
        abort(404)
    except FieldError as error:
        too_long = _("The quote is too long.")
        flash(too_long if error.problem == "too_long" else _("The quote is empty."), "error")
        return redirect(address)
    flash(_("Withdrawn.") if "withdraw" in request.form else _("Released."), "success")
    return redirect(f"{address}#c{key}")


def _page(
    campaign: Campaign,
    community_id: int,
    comments: tuple[CommentToCode, ...],
    *,
    is_together: bool,
) -> str:
    instrument = get_instrument(reading(), campaign.instrument_digest)
    counts = {one.community_id: one for one in queries.count_progress(reading(), campaign.id)}
    codebook = load_codebook()
    chosen = {code for one in comments for code in one.codes}
    return render_template(
        "hq/coding_next.html",
        campaign=campaign,
        community_id=community_id,
        count=counts.get(community_id),
        comments=comments,
        question=lambda code: (
            instrument.item(code).text.plain("zh-Hans") if code.startswith("comment.") else code
        ),
        suggested=comments[0].suggested if comments else (),
        groups=[
            (group_name(group), [one for one in codebook.codes if one.group == group.code])
            for group in codebook.groups
        ],
        chosen=chosen,
        name=code_name,
        is_together=is_together,
        done=request.args.get("done", ""),
        form=ActForm(formdata=None),
    )


def _ids(text: str) -> list[int]:
    parts = text.split(",") if text else []
    if len(parts) > _MOST_IDS or not all(
        part.isascii() and part.isdigit() and len(part) < 10 for part in parts
    ):
        abort(404)
    return [int(part) for part in parts]


def _address(
    code: str, community_id: int, *, again: str | None = None, done: str | None = None
) -> str:
    together = "1" if request.form.get("together") == "1" else None
    return url_for(
        ".show",
        code=code,
        community_id=community_id,
        together=together,
        again=again,
        done=done,
    )
