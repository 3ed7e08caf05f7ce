"""Pages of regions and communities: what the register says about them, and their two lists."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.register_lists import care_workbook, important_workbook
from app.staff import audit
from app.staff.models import Role
from app.staff.queries import list_audit_of
from app.surveys.register import queries
from app.surveys.register.homes import queries as homes
from app.surveys.register.models import Community, Region
from app.surveys.register.places import (
    CodeTakenError,
    FutureDayError,
    NameTakenError,
    OddNameError,
    add_region,
    change_community,
    rename_region,
)
from app.surveys.register.wording import place_field
from app.web import words
from app.web.access import access_community
from app.web.auth import current_scope, require_role
from app.web.hq.register_files import csv_answer, xlsx_answer
from app.web.hq.register_forms import CommunityForm, RegionForm
from app.web.hq.register_words import care_name
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_register_places", __name__, url_prefix="/hq/register")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


@dataclass(frozen=True, slots=True)
class ListRow:
    """A home on a list, in words."""

    household_id: int
    building: str
    room: str
    what: str
    since: date | None
    until: date | None


@bp.get("/regions")
@require_role(Role.HEAD_OFFICE)
def regions() -> str:
    """Show the regions, each with its name to change, and a form for one more."""
    return _regions_page(RegionForm())


@bp.post("/regions")
@require_role(Role.HEAD_OFFICE)
def new_region() -> tuple[str, int] | Response:
    """Add a region."""
    form = RegionForm()
    if not form.validate():
        return _regions_page(form), 422
    try:
        with transaction() as session:
            add_region(
                session,
                code=form.code.data,
                name=form.name.data,
                actor=current_scope(),
                now=outside().now(),
            )
    except CodeTakenError:
        form.code.errors = [_("This code is taken.")]
        return _regions_page(form), 422
    except (NameTakenError, OddNameError) as error:
        form.name.errors = [_name_problem(error)]
        return _regions_page(form), 422
    return redirect(url_for(".regions"))


@bp.get("/regions/<int:region_id>")
@require_role(Role.HEAD_OFFICE)
def region(region_id: int) -> str:
    """Show the form that renames a region."""
    found = _region(region_id)
    return _region_page(found, RegionForm(formdata=None, obj=found))


@bp.post("/regions/<int:region_id>")
@require_role(Role.HEAD_OFFICE)
def rename(region_id: int) -> tuple[str, int] | Response:
    """Rename a region; its code stays."""
    found = _region(region_id)
    form = RegionForm()
    form.code.data = found.code
    if not form.validate():
        return _region_page(found, form), 422
    try:
        with transaction() as session:
            rename_region(
                session, region_id, name=form.name.data, actor=current_scope(), now=outside().now()
            )
    except (NameTakenError, OddNameError) as error:
        form.name.errors = [_name_problem(error)]
        return _region_page(_region(region_id), form), 422
    return redirect(url_for(".regions"))


@bp.get("/communities/<int:community_id>")
@require_role(*_DESK)
def community(community_id: int) -> str:
    """Show a community: its data, its buildings, and the ways to its lists."""
    return _community_page(access_community(community_id))


@bp.get("/communities/<int:community_id>/edit")
@require_role(Role.HEAD_OFFICE)
def edit(community_id: int) -> str:
    """Show the form of a community's data."""
    found = access_community(community_id)
    form = CommunityForm(formdata=None, obj=found)
    form.region_id.data = str(found.region_id or "")
    return _edit_page(found, form)


@bp.post("/communities/<int:community_id>/edit")
@require_role(Role.HEAD_OFFICE)
def change(community_id: int) -> tuple[str, int] | Response:
    """Change a community's data; retiring it takes it out of later campaigns."""
    found = access_community(community_id)
    form = CommunityForm()
    form.region_id.choices = _region_choices()
    if not form.validate():
        return _edit_page(found, form), 422
    names = ("name", "city", "office", "office_phone", "handed_over_on", "retired_on")
    values = {name: form[name].data for name in names}
    values["region_id"] = int(form.region_id.data) if form.region_id.data else None
    now = outside().now()
    try:
        with transaction() as session:
            change_community(session, community_id, values, actor=current_scope(), now=now)
    except NameTakenError as error:
        form.name.errors = [_name_problem(error)]
        return _edit_page(access_community(community_id), form), 422
    except FutureDayError:
        form.retired_on.errors = [_("This day lies in the future, or too long ago.")]
        return _edit_page(access_community(community_id), form), 422
    flash(_("Changed."), "success")
    return redirect(url_for(".community", community_id=community_id))


@bp.get("/communities/<int:community_id>/care")
@require_role(*_DESK)
def care(community_id: int) -> str:
    """Show which homes of a community need something; each home shown is audited."""
    found, rows = _care(community_id, "register.care_list")
    return _list_page(found, rows, "care")


@bp.get("/communities/<int:community_id>/care.<ending>")
@require_role(*_DESK)
def care_file(community_id: int, ending: str) -> Response:
    """Download the care list; each home on it is audited."""
    _check_ending(ending)
    found, rows = _care(community_id, "register.care_file")
    head = (_("Building"), _("Room"), _("What is needed"), _("Since"), _("Until"))
    lines = [(row.building, row.room, row.what, row.since, row.until) for row in rows]
    if ending == "csv":
        return csv_answer([head, *lines], f"care-{found.code}")
    day = beijing_date(outside().now())
    company = outside().config.company
    return xlsx_answer(care_workbook(head, lines, company=company, day=day), f"care-{found.code}")


@bp.get("/communities/<int:community_id>/important")
@require_role(*_DESK)
def important(community_id: int) -> str:
    """Show the important customers of a community and why; each home shown is audited."""
    found, rows = _important(community_id, "register.important_list")
    return _list_page(found, rows, "important")


@bp.get("/communities/<int:community_id>/important.<ending>")
@require_role(*_DESK)
def important_file(community_id: int, ending: str) -> Response:
    """Download the list of important customers; each home on it is audited."""
    _check_ending(ending)
    found, rows = _important(community_id, "register.important_file")
    head = (_("Building"), _("Room"), _("Why"))
    lines = [(row.building, row.room, row.what) for row in rows]
    name = f"important-{found.code}"
    if ending == "csv":
        return csv_answer([head, *lines], name)
    day = beijing_date(outside().now())
    company = outside().config.company
    return xlsx_answer(important_workbook(head, lines, company=company, day=day), name)


def _check_ending(ending: str) -> None:
    if ending not in ("csv", "xlsx"):
        abort(404)


def _care(community_id: int, action: str) -> tuple[Community, list[ListRow]]:
    found = access_community(community_id)
    rows = homes.list_care(reading(), found.id, beijing_date(outside().now()))
    listed = [
        ListRow(
            row.household_id,
            row.building,
            row.room,
            care_name(row.need.need),
            row.need.since,
            row.need.until,
        )
        for row in rows
    ]
    _record(action, found.id, [row.uid for row in rows])
    return access_community(community_id), listed


def _important(community_id: int, action: str) -> tuple[Community, list[ListRow]]:
    found = access_community(community_id)
    rows = homes.list_important(reading(), found.id)
    listed = [
        ListRow(
            row.household_id,
            row.building,
            row.room,
            words.important_reason(row.important),
            None,
            None,
        )
        for row in rows
    ]
    _record(action, found.id, [row.uid for row in rows])
    return access_community(community_id), listed


def _record(action: str, community_id: int, uids: list[str]) -> None:
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action=action,
            subjects=[(uid, community_id) for uid in dict.fromkeys(uids)],
            now=outside().now(),
        )


def _name_problem(error: ValueError) -> str:
    if isinstance(error, OddNameError):
        return _("A dash stands for no region. Please write a name.")
    return _("This name is taken.")


def _region(region_id: int) -> Region:
    found = queries.find_region_by_id(reading(), region_id)
    if found is None:
        abort(404)
    return found


def _region_choices() -> list[tuple[str, str]]:
    return [
        ("", _("Without a region")),
        *((str(region.id), region.name) for region in queries.list_regions(reading())),
    ]


def _regions_page(form: RegionForm) -> str:
    return render_template(
        "hq/register_regions.html", regions=queries.list_regions(reading()), form=form
    )


def _region_page(region: Region, form: RegionForm) -> str:
    return render_template("hq/register_region.html", region=region, form=form)


def _edit_page(community: Community, form: CommunityForm) -> str:
    form.region_id.choices = _region_choices()
    return render_template("hq/register_community_edit.html", community=community, form=form)


def _community_page(community: Community) -> str:
    names = {region.id: region.name for region in queries.list_regions(reading())}
    buildings = queries.count_homes_by_building(reading(), community.id)
    return render_template(
        "hq/register_community.html",
        community=community,
        region=names.get(community.region_id or 0, ""),
        buildings=buildings,
        households=sum(row.households for row in buildings),
        retired=sum(row.retired for row in buildings),
        may_edit=current_scope().role is Role.HEAD_OFFICE,
        history=_history(community.id) if current_scope().role is Role.HEAD_OFFICE else [],
    )


def _history(community_id: int) -> list[tuple[str, str]]:
    """Return what was changed about a community, latest first, as the audit log keeps it."""
    entries = list_audit_of(reading(), f"community:{community_id}")
    return [
        (words.beijing_time(entry.at), _in_words(entry.detail))
        for entry in reversed(entries)
        if entry.action.startswith(("community.", "building."))
    ]


def _in_words(detail: str) -> str:
    """Return the detail of an audit entry with the fields named as on the page."""
    parts = (part.partition(": ") for part in detail.split("; "))
    return _(", ").join(
        f"{place_field(head)} {rest}" if rest else place_field(head) for head, _mark, rest in parts
    )


def _list_page(community: Community, rows: list[ListRow], kind: str) -> str:
    return render_template(
        "hq/register_list.html", community=community, rows=rows, is_care=kind == "care"
    )
