"""The service guide and fee list of a community (服务指南、收费标准): kept, printed, public."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.papers.models import PaperKind
from app.i18n import gettext as _
from app.reports.standards import words
from app.reports.standards.guide_list import guide_table
from app.reports.standards.printing import guide_parts
from app.service.standards import queries, services
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.models import GuideItem, GuideKind
from app.service.standards.queries import READERS
from app.service.standards.services import GuideInput
from app.staff.models import Role
from app.web.auth import current_scope, require_role
from app.web.forms import Form
from app.web.services import services as outside
from app.web.standards.forms import GuideForm
from app.web.standards.ordering import (
    checked_token,
    chosen_place,
    everywhere,
    order_paper,
    place_choices,
    take_file,
    today,
)
from app.web.standards.problems import problem_words
from app.web.transaction import reading, transaction

bp = Blueprint("standard_guide", __name__, url_prefix="/standards/guide")
_READERS = (*READERS, Role.STEWARD)


@bp.get("/")
@require_role(*_READERS)
def index() -> str:
    """Show the guide of a community, or the company's own lines."""
    place = chosen_place()
    items = queries.list_guide(
        reading(), current_scope(), community_id=place.id if place else None, day=None
    )
    now = [one for one in items if one.valid_until is None or one.valid_until >= today()]
    ended = [one for one in items if one.valid_until is not None and one.valid_until < today()]
    return render_template(
        "standards/guide.html",
        parts=guide_parts(now),
        ended=ended,
        place=place,
        places=place_choices(_("The company's own lines")),
        today=today(),
        plain=Form(formdata=None),
        said=words,
        can_write=current_scope().role is Role.HEAD_OFFICE,
        sees_all=current_scope().role in READERS,
    )


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show an empty line."""
    place = chosen_place()
    form = GuideForm(
        formdata=None,
        valid_from=today(),
        community=str(place.id) if place else "",
        kind=GuideKind.SERVICE.value,
    )
    return _form_page(form, None)


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def add() -> tuple[str, int] | Response:
    """Write a line down."""
    return _save(None)


@bp.get("/<int:item_id>")
@require_role(Role.HEAD_OFFICE)
def edit(item_id: int) -> str:
    """Show a line for changing it."""
    item = _access(item_id)
    form = GuideForm(
        formdata=None,
        community=str(item.community_id or ""),
        kind=item.kind.value,
        **{
            name: getattr(item, name)
            for name in ("name", "what", "hours", "phone", "price", "is_free", "basis")
        },
        valid_from=item.valid_from,
        valid_until=item.valid_until,
        position=item.position,
    )
    return _form_page(form, item_id)


@bp.post("/<int:item_id>")
@require_role(Role.HEAD_OFFICE)
def change(item_id: int) -> tuple[str, int] | Response:
    """Change a line; another price from another day is a new line."""
    _access(item_id)
    return _save(item_id)


@bp.post("/<int:item_id>/end")
@require_role(Role.HEAD_OFFICE)
def end(item_id: int) -> Response:
    """Take a line out of the guide from tomorrow."""
    checked_token()
    try:
        with transaction() as session:
            services.end_guide_item(session, current_scope(), item_id, now=outside().now())
    except GoneError:
        abort(404)
    flash(_("Kept."), "success")
    return redirect(url_for(".index", **_where()))


@bp.get("/guide.<form>")
@require_role(*_READERS)
def take(form: str) -> Response:
    """Hand the guide of a place out as a file."""
    place = chosen_place()
    items = queries.list_guide(
        reading(), current_scope(), community_id=place.id if place else None, day=today()
    )
    return take_file(
        form,
        [guide_table(items)],
        title=f"{_('Service guide and fees')} {place.name if place else everywhere()}",
        name=f"guide-{place.code if place else 'company'}",
        subject="guide",
        community_id=place.id if place else None,
    )


@bp.post("/print")
@require_role(*_READERS)
def order() -> Response:
    """Order the guide of a community as PDF for its board."""
    checked_token()
    place = chosen_place()
    if place is None:
        abort(400)
    return order_paper(
        PaperKind.SERVICE_GUIDE,
        {"community": place.id},
        name=f"{_('Service guide and fees')} {place.name}",
        subject=f"community:{place.code}",
        community_id=place.id,
    )


def _access(item_id: int) -> GuideItem:
    item = queries.find_guide_item(reading(), current_scope(), item_id)
    if item is None:
        abort(404)
    return item


def _where() -> dict[str, Any]:
    return {"community": request.args["community"]} if request.args.get("community") else {}


def _save(item_id: int | None) -> tuple[str, int] | Response:
    form = _choices(GuideForm())
    if not form.validate():
        return _form_page(form, item_id), 422
    given = GuideInput(
        kind=GuideKind(form.kind.data),
        name=form.name.data or "",
        what=form.what.data or "",
        hours=form.hours.data or "",
        phone=form.phone.data or "",
        price=form.price.data or "",
        is_free=bool(form.is_free.data),
        basis=form.basis.data or "",
        valid_from=form.valid_from.data,
        valid_until=form.valid_until.data,
        position=form.position.data or 0,
        community_id=int(form.community.data) if form.community.data else None,
    )
    try:
        with transaction() as session:
            now = outside().now()
            services.save_guide_item(session, current_scope(), given, item_id=item_id, now=now)
    except GoneError:
        abort(404)
    except FieldRefusedError as error:
        form[error.field].errors = [problem_words(error.problem)]
        return _form_page(form, item_id), 422
    flash(_("Kept."), "success")
    where = {"community": form.community.data} if form.community.data else {}
    return redirect(url_for(".index", **where))


def _choices(form: GuideForm) -> GuideForm:
    form.community.choices = place_choices(everywhere())
    form.kind.choices = [(one.value, words.guide_kind(one)) for one in GuideKind]
    return form


def _form_page(form: GuideForm, item_id: int | None) -> str:
    return render_template("standards/guide_form.html", form=_choices(form), item_id=item_id)
