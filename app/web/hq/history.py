"""Earlier campaigns by file: the list, an upload on its way in, an entered wave."""

import hashlib
import io
from contextlib import closing

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import wording
from app.reports.history.exhibits import left_out_words
from app.reports.history.queries import head_of, left_out_of
from app.staff.models import Role
from app.staff.queries import list_named
from app.surveys.campaign.queries import get_instrument, list_instrument_versions
from app.surveys.history import queries, services
from app.surveys.history.choice import (
    Choice,
    open_losses,
)
from app.surveys.history.errors import WaveRefusedError
from app.surveys.history.jobs import files_of
from app.surveys.history.models import HistoryFile, HistoryFileState, HistoryWave
from app.surveys.history.reading.reader import LARGEST_FILE
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.fields import at_most, filled, offered
from app.web.forms import Form
from app.web.hq import history_words
from app.web.hq.history_views import losses_csv, shown_losses, targets_in
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, date_words

bp = Blueprint("hq_history", __name__, url_prefix="/hq/history")

_FORM = 1_000_000  # bytes around the file
_RECENT = 10
_SAMPLES = 6
_FIGURES_A_PAGE = 100
_BUSY = (HistoryFileState.READING, HistoryFileState.CHECKING, HistoryFileState.ENTERING)


@bp.url_value_preprocessor
def _allow_large_files(endpoint: str | None, _values: dict[str, object] | None) -> None:
    """Let a file of answers be larger than other forms."""
    if endpoint == "hq_history.upload":
        request.max_content_length = LARGEST_FILE + _FORM


class HistoryUploadForm(Form):
    """A file, what it is held against, and a map made before."""

    file = FileField()
    instrument = SelectField(validators=[offered])
    mapped = SelectField(validators=[offered])

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Please choose a file."))


class RemoveForm(Form):
    """Why an entered campaign is removed."""

    reason = TextAreaField(validators=[filled, at_most(300)])


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show the entered campaigns, uploads on their way, saved maps, and the door for a file."""
    return _index(_upload_form())


@bp.post("/files")
@require_role(Role.HEAD_OFFICE)
def upload() -> Response | tuple[str, int]:
    """Keep a file and let the worker read it; nothing is entered."""
    form = _upload_form()
    if not form.validate():
        return _index(form), 422
    with closing(form.file.data.stream) as stream:
        content = stream.read(LARGEST_FILE + 1)
    if not content or len(content) > LARGEST_FILE:
        problem = "too_large" if content else "empty"
        form.file.errors = [history_words.file_problem(problem)]
        return _index(form), 422
    return redirect(url_for("hq_history_files.file", file_id=_keep(form, content)), 303)


@bp.get("/waves/<int:wave_id>")
@require_role(Role.HEAD_OFFICE)
def wave(wave_id: int) -> str:
    """Show an entered campaign: its figures, what was lost, who entered or removed it."""
    return _wave_page(_wave(wave_id), RemoveForm())


@bp.post("/waves/<int:wave_id>/remove")
@require_role(Role.HEAD_OFFICE)
def remove(wave_id: int) -> Response | tuple[str, int]:
    """Take an entered campaign out of every trend; its record stays."""
    found, form = _wave(wave_id), RemoveForm()
    if not form.validate():
        return _wave_page(found, form), 422
    try:
        with transaction() as session:
            services.remove_wave(
                session,
                wave_id,
                form.reason.data.strip(),
                actor=current_scope(),
                now=outside().now(),
            )
    except WaveRefusedError as error:
        flash(history_words.wave_problem(error.code), "error")
    else:
        flash(_("Removed. Its record stays."), "success")
    return redirect(url_for(".wave", wave_id=wave_id), 303)


@bp.get("/waves/<int:wave_id>/loss.csv")
@require_role(Role.HEAD_OFFICE)
def wave_losses(wave_id: int) -> Response:
    """Download what was lost when a campaign was entered."""
    found = _wave(wave_id)
    losses = open_losses(outside().vault, found.loss_sealed)
    return losses_csv(losses, targets_in(found.instrument_digest), f"history-{found.code}")


@bp.get("/maps/<int:map_id>.yaml")
@require_role(Role.HEAD_OFFICE)
def saved_map(map_id: int) -> Response:
    """Download a column map."""
    found = queries.find_map(reading(), map_id)
    if found is None:
        abort(404)
    name = f"{found.name}-v{found.version}.yaml"
    return attachment(found.content, "application/yaml", name)


def _upload_form() -> HistoryUploadForm:
    form, language = HistoryUploadForm(), current_language()
    titles = {
        one.digest: (get_instrument(reading(), one.digest).title.plain(language), one.version)
        for one in list_instrument_versions(reading())
    }
    form.instrument.choices = [
        (digest, f"{title} v{version}") for digest, (title, version) in titles.items()
    ]
    maps = [
        (str(one.id), _("{name}, version {version}", name=one.name, version=one.version))
        for one in queries.list_maps(reading())
    ]
    form.mapped.choices = [("", _("none, propose one")), *maps]
    if request.method == "GET":
        form.instrument.data, form.mapped.data = next(iter(titles), ""), ""
    return form


def _keep(form: HistoryUploadForm, content: bytes) -> int:
    files = files_of(outside().config.instance, outside().vault)
    with transaction() as session:
        services.forget_old(session, files, now=outside().now())
    stored_as, size = files.keep(io.BytesIO(content))
    choice = Choice()
    if form.mapped.data:
        saved = queries.find_map(reading(), int(form.mapped.data))
        choice = Choice(map_text="" if saved is None else saved.content)
    with transaction() as session:
        row = services.order_reading(
            session,
            outside().vault,
            HistoryFile(
                name=form.file.data.filename[:200],
                stored_as=stored_as,
                size=size,
                digest=hashlib.sha256(content).hexdigest(),
                instrument_digest=form.instrument.data,
                staff_id=current_scope().staff_id,
                created_at=outside().now(),
            ),
            choice=choice,
        )
        return row.id


def _wave(wave_id: int) -> HistoryWave:
    found = queries.find_wave(reading(), wave_id)
    if found is None:
        abort(404)
    return found


def _index(form: HistoryUploadForm) -> str:
    return render_template(
        "hq/history.html",
        form=form,
        waves=queries.list_waves(reading(), with_removed=True),
        files=queries.list_open_files(reading(), limit=_RECENT),
        maps=queries.list_maps(reading()),
        file_state=history_words.file_state,
        kind_word=history_words.kind_word,
        beijing_time=beijing_time,
        date_words=date_words,
    )


def _wave_page(found: HistoryWave, form: RemoveForm) -> str:
    targets = targets_in(found.instrument_digest)
    regions = {one.region for one in queries.list_places(reading())}
    figures = queries.list_figures(reading(), found.id)
    mapped = None if found.map_id is None else queries.find_map(reading(), found.map_id)
    people = list_named(reading(), {found.staff_id, found.removed_by or found.staff_id})
    return render_template(
        "hq/history_wave.html",
        wave=found,
        regions=regions,
        rows=[(_place_name(figure.community_id, figure.region, name), head_of(figure))
              for figure, _code, name in figures],
        left_out=[
            words
            for figure, _code, name in figures
            if (words := left_out_words(
                _place_name(figure.community_id, figure.region, name), left_out_of(figure)
            ))
        ],
        losses=shown_losses(open_losses(outside().vault, found.loss_sealed), targets),
        mapped=mapped,
        people=people,
        kind_word=history_words.kind_word,
        wording=wording,
        beijing_time=beijing_time,
        date_words=date_words,
        form=form,
    )  # fmt: skip


def _place_name(community_id: int | None, region: str, name: str) -> str:
    if community_id is not None:
        return name
    return _("Region {code}", code=region) if region else _("Whole company")
