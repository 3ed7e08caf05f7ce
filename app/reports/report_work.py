"""Job of the worker: print the files of a result, one after the other.

It may run twice with the same outcome: a file that is there stays, and one that was made before the
worker died is not made again.
"""

import logging

from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.db import write_session
from app.reports import files
from app.reports.gather import Printer, gather
from app.reports.printing.orders import LANGUAGES, kinds_of
from app.reports.printing.queries import find_newest_beside
from app.reports.queries import get_run, list_report_files
from app.reports.work import Workshop
from app.staff.models import Role
from app.staff.scope import SYSTEM_ACTOR, Scope

log = logging.getLogger("linsheng.reports")

_EVERYTHING = Scope(staff_id=0, name=SYSTEM_ACTOR, role=Role.HEAD_OFFICE, community_ids=None)


def make_reports(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print report, sheet, notice and tables of a result, as far as they are not made.

    Args:
        workshop: What to work with.
        payload: ``run_id`` and ``language``.

    A result that has a newer one beside it is left alone: the files of that one are ordered.
    """
    run_id, language = int(str(payload["run_id"])), str(payload["language"])
    if language not in LANGUAGES:
        raise ValueError(language)
    now = workshop.clock()
    with Session(workshop.engine) as session:
        if find_newest_beside(session, run_id) != run_id:
            log.info("result %s: there is a newer one", run_id)
            return
        made = {file.kind for file in list_report_files(session, run_id, _EVERYTHING)}
        missing = sorted(kinds_of(language) - made)
        if not missing:
            return
        run = get_run(session, run_id)
        result = from_json(run.result)
        printer = Printer(workshop.config.company, workshop.config.demo, now)
        context = gather(session, workshop.vault, run, result, printer=printer, language=language)
    for kind in missing:
        content = files.render_one(kind, result, context)
        with write_session(workshop.engine) as session:
            files.store(session, workshop.storage, run_id=run_id, files={kind: content}, now=now)
    log.info("result %s: %s made", run_id, ", ".join(missing))
