"""An earlier campaign on its way in: its file, its columns, its values, what would be lost."""

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports import wording
from app.reports.history.exhibits import left_out_words
from app.staff.models import Role
from app.surveys.history import queries, services
from app.surveys.history.choice import Choice, Found, read_choice, read_found, read_report
from app.surveys.history.jobs import files_of
from app.surveys.history.mapping.column_map import from_yaml, to_yaml
from app.surveys.history.mapping.targets import KEYS, PICKS
from app.surveys.history.models import HistoryFile, HistoryFileState
from app.web.auth import require_role
from app.web.hq import history_map, history_words
from app.web.hq.forms import ActForm
from app.web.hq.history_views import losses_csv, shown_losses, targets_in
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_history_files", __name__, url_prefix="/hq/history/files")

_SAMPLES = 6
_BUSY = (HistoryFileState.READING, HistoryFileState.CHECKING, HistoryFileState.ENTERING)


@bp.get("/<int:file_id>")
@require_role(Role.HEAD_OFFICE)
def file(file_id: int) -> str:
    """Show where a file stands: being read, its columns, what entering it would do."""
    found = _file(file_id)
    vault = outside().vault
    if found.state is HistoryFileState.READ:
        columns, choice = read_found(vault, found), read_choice(vault, found)
        if columns is not None:
            if choice.is_complete and request.args.get("step") != "columns":
                return _values_page(found, columns, choice, [])
            chosen = history_map.chosen_of(columns, choice)
            only = from_yaml(choice.map_text).only if choice.map_text else ("", "")
            return _columns_page(found, columns, (chosen, only), [])
    if found.state is HistoryFileState.CHECKED:
        return _report_page(found)
    return _busy_page(found)


@bp.post("/<int:file_id>/columns")
@require_role(Role.HEAD_OFFICE)
def columns(file_id: int) -> Response | tuple[str, int]:
    """Take what every column is, and go on to how its values are read."""
    found, known, choice = _open(file_id)
    targets = targets_in(found.instrument_digest)
    chosen = history_map.read_columns(request.form, known, targets)
    only = history_map.read_rows(request.form, known)
    problems = history_map.column_problems(chosen, targets)
    if not ActForm().validate():
        problems = [_("Please press the button once more.")]
    if problems:
        return _columns_page(found, known, (chosen, only), problems), 422
    made = history_map.draft(
        known,
        chosen,
        targets,
        queries.list_places(reading()),
        instrument=found.instrument_digest,
        only=only,
    )
    if choice.map_text:
        made = history_map.merged(from_yaml(choice.map_text), made)
    _choose(file_id, Choice(to_yaml(made), choice.code, choice.title, choice.closes_on))
    return redirect(url_for(".values", file_id=file_id), 303)


@bp.get("/<int:file_id>/values")
@require_role(Role.HEAD_OFFICE)
def values(file_id: int) -> str | Response:
    """Show how the values are read and which communities are meant."""
    found, known, choice = _open(file_id)
    if not choice.map_text:
        return redirect(url_for(".file", file_id=file_id), 303)
    return _values_page(found, known, choice, [])


@bp.post("/<int:file_id>/values")
@require_role(Role.HEAD_OFFICE)
def check(file_id: int) -> Response | tuple[str, int]:
    """Take the second page and let the worker check the file."""
    found, known, choice = _open(file_id)
    if not choice.map_text or not ActForm().validate():
        abort(400)
    made, problems = history_map.read_values(
        request.form, choice, known, queries.list_places(reading())
    )
    if problems:
        return _values_page(found, known, made, problems), 422
    _choose(file_id, made)
    return redirect(url_for(".file", file_id=file_id), 303)


@bp.post("/<int:file_id>/back")
@require_role(Role.HEAD_OFFICE)
def back(file_id: int) -> Response:
    """Open the columns of a checked file once more."""
    found = _file(file_id)
    if not ActForm().validate():
        abort(400)
    choice = read_choice(outside().vault, found)
    _choose(file_id, Choice(choice.map_text, choice.code, choice.title, choice.closes_on,
                            choice.bases))  # fmt: skip
    return redirect(url_for(".file", file_id=file_id), 303)


@bp.post("/<int:file_id>/enter")
@require_role(Role.HEAD_OFFICE)
def enter(file_id: int) -> Response | tuple[str, int]:
    """Let the worker enter a checked file; doubtful places have to be confirmed."""
    found = _file(file_id)
    if not ActForm().validate():
        abort(400)
    report = read_report(outside().vault, found)
    is_sure = report is None or not report.doubtful or "sure" in request.form
    if not is_sure and found.state is HistoryFileState.CHECKED:
        return _report_page(found, is_unsure=True), 422
    with transaction() as session:
        services.order_entry(session, file_id, now=outside().now())
    return redirect(url_for(".file", file_id=file_id), 303)


@bp.post("/<int:file_id>/leave")
@require_role(Role.HEAD_OFFICE)
def leave(file_id: int) -> Response:
    """Delete an upload that shall not be entered."""
    _file(file_id)
    if not ActForm().validate():
        abort(400)
    with transaction() as session:
        files = files_of(outside().config.instance, outside().vault)
        services.leave(session, files, file_id, now=outside().now())
    return redirect(url_for("hq_history.index"), 303)


@bp.get("/<int:file_id>/loss.csv")
@require_role(Role.HEAD_OFFICE)
def file_losses(file_id: int) -> Response:
    """Download what entering a file would lose."""
    found = _file(file_id)
    report = read_report(outside().vault, found)
    if report is None:
        abort(404)
    targets = targets_in(found.instrument_digest)
    return losses_csv(report.losses, targets, f"history-file-{file_id}")


def _choose(file_id: int, choice: Choice) -> None:
    with transaction() as session:
        services.choose(session, outside().vault, file_id, choice, now=outside().now())


def _file(file_id: int) -> HistoryFile:
    found = queries.find_file(reading(), file_id)
    if found is None:
        abort(404)
    return found


def _open(file_id: int) -> tuple[HistoryFile, Found, Choice]:
    """Return an upload that waits for its columns, else 404."""
    found = _file(file_id)
    known = read_found(outside().vault, found)
    if known is None or found.state is not HistoryFileState.READ:
        abort(404)
    return found, known, read_choice(outside().vault, found)


def _busy_page(found: HistoryFile) -> str:
    """Show a file that the worker has, or had: being read, entered, refused."""
    report = read_report(outside().vault, found)
    targets = targets_in(found.instrument_digest)
    problems = [] if report is None else [
        history_words.map_problem(one, targets) for one in report.problems
    ]  # fmt: skip
    if found.problem:
        problems.insert(0, history_words.file_problem(found.problem))
    refused = report if found.state is HistoryFileState.REFUSED else None
    return render_template(
        "hq/history_busy.html",
        file=found,
        state=history_words.file_state(found.state)
        if refused is None
        else history_words.refusal(refused.problems),
        losses=[] if refused is None else shown_losses(refused.losses, targets),
        is_busy=found.state in _BUSY,
        is_entered=found.state is HistoryFileState.ENTERED,
        problems=problems,
        form=ActForm(),
    )


def _columns_page(
    found: HistoryFile,
    known: Found,
    choice: tuple[Sequence[str], tuple[str, str]],
    problems: list[str],
) -> str:
    chosen, only = choice
    targets = targets_in(found.instrument_digest)
    groups: dict[str, list[tuple[str, str]]] = {}
    for key in targets:
        prefix = key.partition(".")[0]
        groups.setdefault(prefix, []).append((key, history_words.target_name(key, targets)))
    keys = [(key, history_words.key_name(key)) for key in (*KEYS, PICKS)]
    report = read_report(outside().vault, found)
    if report is not None and not problems:
        problems = [history_words.map_problem(one, targets) for one in report.problems]
    doubled = {key for key in chosen if key and key != PICKS and list(chosen).count(key) > 1}
    return render_template(
        "hq/history_columns.html",
        file=found,
        found=known,
        rows=list(zip(known.columns, chosen, known.guesses, strict=True)),
        groups=[(history_words.group_name(name), rows) for name, rows in groups.items()],
        keys=keys,
        parts=history_map.row_choices(known, targets, only),
        doubled=doubled,
        samples=_SAMPLES,
        problems=problems,
        form=ActForm(),
    )


def _values_page(found: HistoryFile, known: Found, choice: Choice, problems: list[str]) -> str:
    targets = targets_in(found.instrument_digest)
    mapped = from_yaml(choice.map_text)
    report = read_report(outside().vault, found)
    if report is not None and not problems:
        problems = [history_words.map_problem(one, targets) for one in report.problems]
    community = mapped.columns.get("community", "")
    facts = next((one for one in known.columns if one.column.name == community), None)
    return render_template(
        "hq/history_values.html",
        file=found,
        mapped=mapped,
        choice=choice,
        has_column="community" in mapped.columns,
        groups=history_map.groups_of(mapped, known, targets),
        target_name=lambda key: history_words.target_name(key, targets),
        point_shown=history_map.point_shown,
        places=queries.list_places(reading()),
        counts=dict(facts.counts) if facts is not None else {},
        picks=history_map.words_of_picks(mapped, known),
        areas=[(one.item, history_words.area_name(one)) for one in targets.values()
               if one.key.startswith("pick.")],
        problems=problems,
        form=ActForm(),
    )  # fmt: skip


def _report_page(found: HistoryFile, *, is_unsure: bool = False) -> str:
    report = read_report(outside().vault, found)
    if report is None:
        abort(404)
    targets = targets_in(found.instrument_digest)
    names = {one.code: one.name for one in queries.list_places(reading())}
    return render_template(
        "hq/history_report.html",
        file=found,
        report=report,
        names=names,
        is_answers=report.kind == "answers",
        losses=shown_losses(report.losses, targets),
        kind_word=history_words.kind_word,
        wave_problem=history_words.wave_problem,
        left_out_words=left_out_words,
        is_unsure=is_unsure,
        number=wording.number,
        percent=wording.percent,
        form=ActForm(),
    )
