"""Printed matter of a campaign: make it, fetch it within a day, and keep the hand-over book."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.jobs.models import Job, JobState
from app.jobs.queries import find_job_by_dedup_key
from app.reports.handover_list import book_workbook
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import list_gates
from app.surveys.distribution.errors import (
    BeforeOpeningError,
    CampaignNotOpenError,
    OddCountError,
    PastInstantError,
)
from app.surveys.distribution.models import (
    BatchForm,
    BatchState,
    HandoverKind,
    LetterBatch,
    LetterFile,
    RunKind,
)
from app.surveys.distribution.printed import batches, handovers, queries
from app.surveys.register.models import Community
from app.surveys.response.tracker import gate_standing
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.downloads import attachment
from app.web.hq import messages_words
from app.web.hq.forms import ActForm
from app.web.hq.messages_forms import DeliveredForm, HandoverForm, PrintForm
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import building_name, date_words

bp = Blueprint("hq_bundles", __name__, url_prefix="/hq/letters")

_SHOWN = 12
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch, its files, and whether its making was given up."""

    batch: LetterBatch
    files: Sequence[LetterFile]
    is_waiting: bool

    @property
    def is_failed(self) -> bool:
        """Say whether nothing works on it any more although it is not ready."""
        return self.batch.state is BatchState.WAITING and not self.is_waiting


@bp.get("/<code>")
@require_role(Role.HEAD_OFFICE)
def index(code: str) -> str:
    """Show the hand-over book of every community."""
    campaign = access_campaign(code)
    return render_template(
        "hq/letters_index.html",
        campaign=campaign,
        campaigns=opened_campaigns(),
        rows=_communities(campaign),
    )


@bp.get("/<code>/book.xlsx")
@require_role(Role.HEAD_OFFICE)
def book(code: str) -> Response:
    """Hand out the book as XLSX."""
    campaign = access_campaign(code)
    gates = list_gates(reading(), campaign.id, current_scope())
    names = {row.community_id: row.community for row in gates}
    rows = handovers.list_book(reading(), campaign.id, current_scope())
    content = book_workbook(
        handovers.sum_by_community(rows, names),
        [(names.get(row.community_id, ""), row) for row in rows],
        campaign=campaign.title_en if current_language() == "en" else campaign.title,
        company=services().config.company,
        day=beijing_date(services().now()),
    )
    return attachment(content, _XLSX, f"handover-{code}.xlsx")


@bp.get("/<code>/<int:community_id>")
@require_role(Role.HEAD_OFFICE)
def show(code: str, community_id: int) -> str:
    """Show what was printed for a community and where its bundles are."""
    campaign, community = access_campaign(code), access_community(community_id)
    return _page(campaign, community, _print_form(), *_book_forms(campaign, community_id))


@bp.post("/<code>/<int:community_id>/make")
@require_role(Role.HEAD_OFFICE)
def make(code: str, community_id: int) -> tuple[str, int] | Response:
    """Order letters, slips or a poster."""
    campaign, community = access_campaign(code), access_community(community_id)
    gate = access_gate(campaign, community_id)
    form = _print_form()
    if not form.validate():
        return _page(campaign, community, form, *_book_forms(campaign, community_id)), 422
    wanted, kind = BatchForm(form.form.data), RunKind(form.kind.data)
    now = services().now()
    status = gate_standing(reading(), campaign, gate, now=now).status
    is_over = gate.frozen_at is not None or status.is_released
    if is_over and kind is not RunKind.RESULT:
        flash(_("This community takes no more answers; its letters cannot be printed."), "error")
    elif kind is RunKind.RESULT and wanted is not BatchForm.NOTICE:
        flash(_("Results are announced by a poster or a message, not by letters."), "error")
    elif kind is RunKind.RESULT and not status.is_released:
        flash(_("Results are announced once they are released."), "error")
    else:
        try:
            with transaction() as session:
                batches.ask_for_batch(
                    session,
                    campaign,
                    community_id,
                    form=wanted,
                    kind=kind,
                    language=form.language.data,
                    staff_id=current_scope().staff_id,
                    now=now,
                )
        except CampaignNotOpenError:
            flash(_("The campaign is not opened yet."), "error")
    return redirect(url_for(".show", code=code, community_id=community_id))


@bp.get("/<code>/<int:community_id>/<int:batch_id>.zip")
@require_role(Role.HEAD_OFFICE)
def fetch_all(code: str, community_id: int, batch_id: int) -> Response:
    """Hand out all files of a batch in one archive."""
    batch, files = _access_batch(code, community_id, batch_id)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            content = _open(file)
            entry = zipfile.ZipInfo(_name(batch, file), (2026, 1, 1, 0, 0, 0))
            archive.writestr(entry, content)
    _log_fetch(batch, "all")
    return attachment(target.getvalue(), "application/zip", f"batch-{batch.id}.zip")


@bp.get("/<code>/<int:community_id>/<int:batch_id>/<int:file_id>.pdf")
@require_role(Role.HEAD_OFFICE)
def fetch(code: str, community_id: int, batch_id: int, file_id: int) -> Response:
    """Hand out the file of one building."""
    batch, files = _access_batch(code, community_id, batch_id)
    found = [file for file in files if file.id == file_id]
    if not found:
        abort(404)
    content = _open(found[0])
    _log_fetch(batch, found[0].building)
    return attachment(content, "application/pdf", _name(batch, found[0]))


@bp.post("/<code>/<int:community_id>/handover")
@require_role(Role.HEAD_OFFICE)
def handover(code: str, community_id: int) -> tuple[str, int] | Response:
    """Write a line into the hand-over book."""
    campaign, community = access_campaign(code), access_community(community_id)
    form, delivered = _book_forms(campaign, community_id)
    if not form.validate():
        return _page(campaign, community, _print_form(), form, delivered), 422
    try:
        with transaction() as session:
            handovers.record_handover(
                session,
                services().vault,
                campaign,
                community_id=community_id,
                building=form.building.data,
                kind=HandoverKind(form.kind.data),
                pieces=form.pieces.data,
                person=form.person.data,
                happened_on=form.happened_on.data,
                staff_id=current_scope().staff_id,
                now=services().now(),
                seen=form.seen.data,
                is_sure=form.sure.data,
            )
    except (PastInstantError, BeforeOpeningError, OddCountError) as error:
        _tell(form, error)
        return _page(campaign, community, _print_form(), form, delivered), 422
    flash(_("Written into the book."), "success")
    return redirect(url_for(".show", code=code, community_id=community_id))


@bp.post("/<code>/<int:community_id>/delivered")
@require_role(Role.HEAD_OFFICE)
def deliver(code: str, community_id: int) -> tuple[str, int] | Response:
    """Record that the letters of a whole building arrived."""
    campaign, community = access_campaign(code), access_community(community_id)
    form, delivered = _book_forms(campaign, community_id)
    if not delivered.validate():
        return _page(campaign, community, _print_form(), form, delivered), 422
    with transaction() as session:
        count = handovers.mark_delivered(
            session,
            campaign,
            community_id=community_id,
            building=delivered.building.data,
            channel=delivered.way,
            staff_id=current_scope().staff_id,
            now=services().now(),
        )
    flash(_("{count} homes are marked as delivered now.").format(count=count), "success")
    return redirect(url_for(".show", code=code, community_id=community_id))


@bp.post("/<code>/<int:community_id>/strike/<int:line_id>")
@require_role(Role.HEAD_OFFICE)
def strike(code: str, community_id: int, line_id: int) -> Response:
    """Strike out a wrong line."""
    campaign = access_campaign(code)
    line = queries.find_handover(reading(), campaign.id, line_id)
    if line is None or line.community_id != community_id:
        abort(404)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        handovers.strike(session, line, actor=current_scope(), now=services().now())
    flash(_("Struck out; the line stays readable."), "success")
    return redirect(url_for(".show", code=code, community_id=community_id))


def _tell(form: HandoverForm, error: Exception) -> None:
    """Write what is wrong with a line of the book to its field."""
    if isinstance(error, OddCountError):
        form.pieces.errors = [
            _("Only {count} pieces can be left; tick below if the number is right.").format(
                count=error.left
            )
        ]
    elif isinstance(error, BeforeOpeningError):
        form.happened_on.errors = [
            _("Letters were printed from {date} on.").format(date=date_words(error.first_day))
        ]
    else:
        form.happened_on.errors = [_("This lies in the future.")]


def _access_batch(
    code: str, community_id: int, batch_id: int
) -> tuple[LetterBatch, list[LetterFile]]:
    campaign = access_campaign(code)
    access_community(community_id)
    batch = queries.find_batch(reading(), batch_id)
    if batch is None or (batch.campaign_id, batch.community_id) != (campaign.id, community_id):
        abort(404)
    files = queries.list_files(reading(), [batch.id])
    if batch.state is BatchState.GONE or not files:
        abort(404)
    return batch, files


def _open(file: LetterFile) -> bytes:
    config = services().config
    content = batches.open_file(batches.letter_storage(config.instance), services().vault, file)
    if content is None:
        abort(404)
    return content


def _name(batch: LetterBatch, file: LetterFile) -> str:
    return f"{batch.form.value}-{batch.id}-{file.building}.pdf"


def _log_fetch(batch: LetterBatch, what: str) -> None:
    with transaction() as session:
        audit.record(
            session,
            actor=current_scope(),
            action="letters.fetch",
            subject=f"letter_batch:{batch.id}",
            community_id=batch.community_id,
            detail=what,
            now=services().now(),
        )


def _communities(campaign: Campaign) -> list[handovers.BookRow]:
    gates = list_gates(reading(), campaign.id, current_scope())
    rows = handovers.list_book(reading(), campaign.id, current_scope())
    return handovers.sum_by_community(rows, {row.community_id: row.community for row in gates})


def _print_form() -> PrintForm:
    form = PrintForm()
    form.offer()
    return form


def _book_forms(campaign: Campaign, community_id: int) -> tuple[HandoverForm, DeliveredForm]:
    rows = handovers.list_book(reading(), campaign.id, current_scope(), community_id)
    buildings = [(row.name, building_name(row.name)) for row in rows]
    lines = queries.list_handovers(reading(), campaign.id, community_id)
    form = HandoverForm(
        happened_on=beijing_date(services().now()), seen=lines[0].id if lines else 0
    )
    delivered = DeliveredForm()
    form.offer(buildings)
    delivered.offer(buildings)
    return form, delivered


def _page(
    campaign: Campaign,
    community: Community,
    print_form: PrintForm,
    form: HandoverForm,
    delivered: DeliveredForm,
) -> str:
    session = reading()
    found = queries.list_batches(session, campaign.id, community.id, _SHOWN)
    files = queries.list_files(session, [batch.id for batch in found])
    views = [
        BatchView(
            batch,
            [file for file in files if file.batch_id == batch.id],
            is_waiting=_is_waiting(batch),
        )
        for batch in found
    ]
    rows = handovers.list_book(session, campaign.id, current_scope(), community.id)
    return render_template(
        "hq/letters_community.html",
        campaign=campaign,
        community=community,
        batches=views,
        is_working=any(view.is_waiting for view in views),
        rows=rows,
        lines=handovers.list_lines(session, services().vault, campaign.id, community.id),
        print_form=print_form,
        form=form,
        delivered=delivered,
        act=ActForm(),
        say=messages_words,
    )


def _is_waiting(batch: LetterBatch) -> bool:
    """Say whether somebody still works on a batch, or will."""
    if batch.state is not BatchState.WAITING:
        return False
    if batch.run_id is not None:
        return True
    job: Job | None = find_job_by_dedup_key(reading(), f"{batches.KIND}:{batch.id}")
    return job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}
