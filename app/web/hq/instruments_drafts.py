"""Drafts of questionnaires: checked line by line, or made from the file of another tool.

Nothing is stored but the text itself, sealed and for an hour, so that it can be looked at on a
phone and downloaded.
"""

from collections.abc import Iterable

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.questionnaire_files import LARGEST_FILE, read_form
from app.staff.models import Role
from app.surveys.campaign import queries
from app.surveys.instrument.exchange.imports import Imported, import_form
from app.surveys.instrument.exchange.losses import ExchangeError, Loss, place_words
from app.surveys.instrument.problems import ERROR, Problem
from app.web.auth import require_role
from app.web.downloads import attachment
from app.web.hq import instruments_shown as shown
from app.web.hq import instruments_words as words
from app.web.hq.instruments_forms import LONGEST_TEXT, CheckForm, ImportForm
from app.web.questionnaires import check_text, find_draft, find_source, keep_draft
from app.web.transaction import reading

bp = Blueprint("hq_instrument_drafts", __name__, url_prefix="/hq/questionnaires/draft")

_KEY = 64  # digits
_Answer = str | tuple[str, int]


@bp.get("/check")
@require_role(Role.HEAD_OFFICE)
def check() -> str:
    """Offer to check a text; a version or a draft can be taken to begin with."""
    key = request.args.get("from", "")
    text = ""
    if key:
        text = find_draft(key) or find_source(key).text
    return _check_page(CheckForm(formdata=None, text=text))


@bp.post("/check")
@require_role(Role.HEAD_OFFICE)
def check_sent() -> _Answer:
    """Check a text and show every finding at its line."""
    form = CheckForm()
    if not form.validate():
        return _check_page(form), 422
    file = form.file.data
    if file and file.filename:
        content = file.read(LARGEST_FILE + 1)
        text, problem = _decoded(content)
        if problem is not None:
            return _check_page(CheckForm(formdata=None), problems=(problem,)), 422
    else:
        text = form.text.data.replace("\r\n", "\n")
    checked = check_text(text)
    is_bad = any(one.level == ERROR for one in checked.problems)
    key = keep_draft(text) if checked.instrument is not None else ""
    page = _check_page(
        CheckForm(formdata=None, text=text), text=text, problems=checked.problems, key=key
    )
    return (page, 422) if is_bad else page


@bp.get("/import")
@require_role(Role.HEAD_OFFICE)
def take() -> str:
    """Offer to make a draft from the file of another tool."""
    return _import_page(ImportForm())


@bp.post("/import")
@require_role(Role.HEAD_OFFICE)
def take_sent() -> _Answer:
    """Make a draft from an XLSForm or a LimeSurvey file; say what was lost and what to mend."""
    form = ImportForm()
    if not form.validate():
        return _import_page(form), 422
    name = form.file.data.filename[:80]
    try:
        read = read_form(form.file.data.read(LARGEST_FILE + 1), name.rpartition(".")[0] or name)
        made = import_form(read, _("Draft made from {name}. Check it line by line.", name=name))
    except ExchangeError as error:
        return _import_page(ImportForm(formdata=None), name=name, losses=error.losses), 422
    return _import_page(
        ImportForm(formdata=None),
        name=name,
        losses=made.losses,
        made=made,
        key=keep_draft(made.text),
    )


@bp.get("/<key>.yaml")
@require_role(Role.HEAD_OFFICE)
def download(key: str) -> Response:
    """Send a draft, whether it makes sense or not."""
    text = find_draft(key) if len(key) == _KEY and key.isalnum() else None
    if text is None:
        abort(404)
    return attachment(text, "application/yaml", "draft.yaml")


def _decoded(content: bytes) -> tuple[str, Problem | None]:
    if len(content) > LONGEST_TEXT * 4:
        return "", Problem("", 1, 1, "file_too_large", {"limit": LONGEST_TEXT * 4})
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Problem("", line, 1, "not_utf8")


def _check_page(
    form: CheckForm, *, text: str = "", problems: tuple[Problem, ...] = (), key: str = ""
) -> str:
    lines = text.split("\n") if text else []
    return render_template(
        "hq/instruments_check.html",
        form=form,
        is_checked=bool(text or problems),
        rows=shown.finding_rows(problems),
        is_bad=any(one.level == ERROR for one in problems),
        lines=lines,
        levels=_levels(problems),
        key=key,
        versions=queries.list_instrument_versions(reading()),
    )


def _import_page(
    form: ImportForm,
    *,
    name: str = "",
    losses: tuple[Loss, ...] = (),
    made: Imported | None = None,
    key: str = "",
) -> str:
    language = "en" if current_language() == "en" else "zh-Hans"
    findings = () if made is None else made.findings
    return render_template(
        "hq/instruments_import.html",
        form=form,
        name=name,
        groups=shown.loss_groups(losses),
        made=made,
        rows=[
            shown.FindingRow(
                one.problem, words.problem_sentence(one.problem), place_words(one.place, language)
            )
            for one in findings
        ],
        lines=[] if made is None else made.text.split("\n"),
        levels=_levels([one.problem for one in findings]),
        key=key,
        level_name=words.level_name,
        level_sentence=words.level_sentence,
    )


def _levels(problems: Iterable[Problem]) -> dict[int, str]:
    """Return the worst finding of every line."""
    found: dict[int, str] = {}
    for problem in problems:
        if found.get(problem.line) != ERROR:
            found[problem.line] = problem.level
    return found
