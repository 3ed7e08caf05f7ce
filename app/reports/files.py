"""The files of a result: made once per result and kept write-once. Heavy: for the worker only."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.analysis.results.study import StudyResult
from app.reports.context import ReportContext
from app.reports.models import ReportFile, StudyRun
from app.reports.paper import in_language
from app.reports.pdf import report_pdf
from app.reports.workbook import report_workbook
from app.storage import Storage

PDF_KIND = "pdf-zh-Hans"
XLSX_KIND = "xlsx"


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
    """Return the files of a result by kind, without any database."""
    with in_language(context.language):
        workbook = report_workbook(result, context)
    return {PDF_KIND: report_pdf(result, context), XLSX_KIND: workbook}


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
