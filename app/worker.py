"""The worker: runs background jobs; the only process that loads the heavy libraries.

Jobs are at-least-once: a job whose worker died is taken up again when its lease ends, so every
function here may run twice with the same outcome. So may the campaign round, which every worker
runs once a minute: it only orders what is due and not yet done.
"""

import json
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Collection
from time import monotonic

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app import clock
from app.config import Config
from app.db import make_engine, write_session
from app.followup.papers import services as papers
from app.followup.problems.bulletins import services as boards
from app.followup.problems.coding import services as coding
from app.followup.sheets import services as case_sheets
from app.installation import open_vault
from app.integrations.hooks.rounds import webhook_round
from app.jobs import queue
from app.jobs.errors import LeaseLostError
from app.reports import (
    answer_copy,
    case_work,
    coding_work,
    company_work,
    complaint_round,
    letter_work,
    message_work,
    paper_work,
    plan_round,
    posters,
    report_work,
    scan_work,
    specimen_orders,
    specimen_work,
    work,
)
from app.reports.callbacks.work import call_back_round
from app.reports.complaints import work as complaint_print_work
from app.reports.exports import services as exports
from app.reports.exports.work import exports_round, make_export
from app.reports.forms import work as form_work
from app.reports.history import work as history_work
from app.reports.integrity import work as integrity_work
from app.reports.market import orders as market_orders
from app.reports.market import work as market_work
from app.reports.printing import orders as printing
from app.reports.repairs import work as repair_work
from app.reports.rounds.orders import SLICE
from app.reports.talks import work as talks_work
from app.rights import rounds
from app.rights.erasure.services import COMPACT
from app.service.complaints.papers import prints as complaint_prints
from app.service.repairs.intake import jobs as repair_jobs
from app.service.repairs.watch import prints as repair_prints
from app.service.talks.statements import prints as talk_prints
from app.storage import Storage
from app.surveys.distribution import runs as message_runs
from app.surveys.distribution.printed import batches as letter_batches
from app.surveys.history import jobs as history_jobs
from app.surveys.integrity import jobs as integrity_jobs
from app.surveys.paper.printing import orders as form_orders
from app.surveys.paper.scans import batches as scan_batches
from app.surveys.paper.scans import rereading as scan_rereading
from app.surveys.register import alone as register_alone
from app.surveys.register import jobs as register_jobs
from app.surveys.response import copies as answer_copies

log = logging.getLogger("linsheng.worker")

KINDS: dict[str, Callable[[work.Workshop, dict[str, object]], None]] = {
    "freeze_and_study": work.freeze_and_study,
    company_work.STUDY: company_work.study_company,
    SLICE: company_work.study_slice,
    printing.MAKE: report_work.make_reports,
    printing.ASKED: report_work.make_reports,
    answer_copies.KIND: answer_copy.make_answer_copy,
    register_jobs.CHECK: register_alone.check_file,
    register_jobs.IMPORT: register_alone.import_file,
    papers.KIND: paper_work.make_paper,
    complaint_prints.KIND: complaint_print_work.make_print,
    exports.KIND: make_export,
    letter_batches.KIND: letter_work.make_letters,
    form_orders.KIND: form_work.make_forms,
    specimen_orders.KIND: specimen_work.make_specimen_file,
    coding.SUGGEST: coding_work.suggest_codes,
    coding.FIND: coding_work.find_concentrated,
    boards.POSTER: posters.make_poster,
    case_sheets.KIND: case_work.make_sheet,
    scan_batches.READ: scan_work.read_scan_file,
    scan_rereading.REREAD: scan_work.read_page_again,
    message_runs.PREPARE: message_work.prepare_run,
    message_runs.SEND: message_work.send_slice,
    integrity_jobs.MEASURE: integrity_work.measure_campaign,
    integrity_jobs.DRAW: integrity_work.draw_calls,
    market_orders.KIND: market_work.make_study,
    talk_prints.KIND: talks_work.make_print,
    history_jobs.READ: history_work.read_file,
    history_jobs.CHECK: history_work.check_file,
    history_jobs.ENTER: history_work.enter_file,
    history_jobs.STEPS: history_work.tell_steps,
    repair_jobs.KIND: repair_work.import_orders,
    repair_prints.KIND: repair_work.print_record,
    COMPACT: rounds.compact_database,
}
LAST = (printing.MAKE,)  # hundreds of reports must not keep a person waiting
LEASE_SECONDS = 60
ROUND_SECONDS = 60
IDLE_SECONDS = 0.5


class _Stop:
    """Asked to stop by a signal; the job at hand is finished first."""

    def __init__(self) -> None:
        self.event = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.event.set())


def run_worker(config: Config) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = _Stop()
    engine = make_engine(config.database_url)
    vault = open_vault(engine, config.key_file, is_demo=config.demo)
    name = f"{socket.gethostname()}:{os.getpid()}"
    workshop = work.Workshop(
        engine=engine, vault=vault, storage=Storage(config.files), config=config, clock=clock.now
    )
    log.info("ready")
    next_round = 0.0
    while not stop.event.is_set():
        if monotonic() >= next_round:
            next_round = monotonic() + ROUND_SECONDS
            _run_round(workshop)
        if not _run_safely(workshop, name):
            stop.event.wait(IDLE_SECONDS)
    log.info("stopped")


def _run_round(workshop: work.Workshop) -> None:
    try:
        work.advance_campaigns(workshop, {})
        company_work.company_round(workshop)
        answer_copy.drop_old_copies(workshop)
        letter_work.drop_old_letters(workshop)
        form_work.drop_old_forms(workshop)
        paper_work.drop_old_papers(workshop)
        complaint_print_work.print_round(workshop)
        exports_round(workshop)
        message_work.message_round(workshop)
        plan_round.advance_plans(workshop)
        case_work.case_round(workshop)
        scan_work.scan_round(workshop)
        coding_work.coding_round(workshop)
        integrity_work.integrity_round(workshop)
        market_work.market_round(workshop)
        history_work.history_round(workshop)
        complaint_round.complaint_round(workshop)
        call_back_round(workshop)
        repair_work.repair_round(workshop)
        talks_work.talks_round(workshop)
        rounds.rights_round(workshop)
        webhook_round(workshop)
    except Exception:
        log.exception("the campaign round failed; it is tried again in a minute")


def _run_safely(workshop: work.Workshop, name: str) -> bool:
    """Run one job; a lost lease or a database that is away for a while does not end the worker."""
    try:
        return run_one(workshop, name)
    except LeaseLostError as error:
        log.warning("another worker took over job %s", error)
    except OperationalError:
        log.exception("the database did not answer; trying again")
    return False


def run_one(workshop: work.Workshop, name: str, *, leaving: Collection[str] = ()) -> bool:
    """Claim and run one job; say whether there was one. A failing job is retried with back-off.

    Args:
        workshop: What to work with.
        name: Of this worker.
        leaving: Kinds of jobs to leave to others.
    """
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        job = queue.claim(
            session, name, now=now, lease_seconds=LEASE_SECONDS, last=LAST, leaving=leaving
        )
        if job is None:
            return False
        job_id, kind, payload = job.id, job.kind, json.loads(job.payload)
    with _Lease(workshop.engine, job_id, name):
        try:
            KINDS[kind](workshop, payload)
        except Exception as error:
            log.exception("job %s (%s) failed", job_id, kind)
            with write_session(workshop.engine) as session:
                queue.fail(session, job_id, name, repr(error), now=workshop.clock())
            return True
    with write_session(workshop.engine) as session:
        queue.finish(session, job_id, name, now=workshop.clock())
    return True


class _Lease:
    """Renews a job's lease from a thread while the job runs."""

    def __init__(self, engine: Engine, job_id: int, name: str) -> None:
        self._engine, self._job_id, self._name = engine, job_id, name
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        while not self._done.wait(LEASE_SECONDS / 3):
            try:
                with write_session(self._engine) as session:
                    queue.renew(
                        session,
                        self._job_id,
                        self._name,
                        now=clock.now(),
                        lease_seconds=LEASE_SECONDS,
                    )
            except LeaseLostError:
                return
            except OperationalError:
                log.exception("could not renew the lease of job %s; trying again", self._job_id)
