"""The files of a result: made once per result and kept write-once. Heavy: for the worker only."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.analysis.results.study import StudyResult
from app.reports.context import ReportContext
from app.reports.kinds import KINDS, document_of, printed
from app.reports.models import ReportFile, StudyRun
from app.reports.notice import NOTICE
from app.reports.numbers import Source
from app.reports.paper import in_language
from app.reports.papers.community import REPORT
from app.reports.printing.orders import XLSX_KIND, kind_of
from app.reports.sheet import SHEET
from app.reports.workbook import report_workbook
from app.storage import Storage

PDF_KIND = kind_of(REPORT, "zh-Hans")
SHEET_KIND = kind_of(SHEET, "zh-Hans")
NOTICE_KIND = kind_of(NOTICE, "zh-Hans")


def make_report_files(
    session: Session, storage: Storage, *, run: StudyRun, context: ReportContext, now: datetime
) -> dict[str, str]:
    """Make and store the report and the workbook of one result; a second call changes nothing.

    Printing takes seconds: a worker that must not hold a transaction that long calls `render`
    outside and `store` inside one.

    Returns:
        Kind to the digest of the stored file.
    """
    rendered = render(from_json(run.result), context)
    return store(session, storage, run_id=run.id, files=rendered, now=now)


def render(result: StudyResult, context: ReportContext) -> dict[str, bytes]:
    """Return the report and the workbook of a result by kind, without any database."""
    kinds = (kind_of(REPORT, context.language), XLSX_KIND)
    return {kind: render_one(kind, result, context) for kind in kinds}


def render_all(result: StudyResult, context: ReportContext) -> dict[str, bytes]:
    """Return every file of a result by kind: report, sheet, notice and workbook.

    Args:
        result: The study.
        context: What is printed around it; its language is that of all four.
    """
    kinds = (*(kind_of(one, context.language) for one in KINDS), XLSX_KIND)
    return {kind: render_one(kind, result, context) for kind in kinds}


def render_one(kind: str, result: StudyResult, context: ReportContext) -> bytes:
    """Return one file of a result.

    Args:
        kind: As it is stored; a printed document in the language of the context, or the workbook.
        result: The study.
        context: What is printed around it.

    Raises:
        KeyError: There is no such kind in this language.
    """
    documents = {kind_of(one, context.language): one for one in KINDS}
    with in_language(context.language):
        if kind == XLSX_KIND:
            return report_workbook(result, context)
        source = (Source(result, context),)
        return printed(document_of(documents[kind], source), source)


def store(
    session: Session, storage: Storage, *, run_id: int, files: dict[str, bytes], now: datetime
) -> dict[str, str]:
    """Store files of a result; a kind that is stored already keeps its first file.

    Returns:
        Kind to the digest of the file just handed in.
    """
    digests = {kind: storage.put(content) for kind, content in files.items()}
    for kind, digest in digests.items():
        try:
            with session.begin_nested():
                session.add(
                    ReportFile(study_run_id=run_id, kind=kind, digest=digest, created_at=now)
                )
        except IntegrityError:
            # Another worker, or a former try of this job, was first: its file stands.
            continue
    return digests
