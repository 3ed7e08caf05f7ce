"""What the worker does for rights: the anchor of the log, the timers, the database made compact."""

import logging

from sqlalchemy.orm import Session

from app.reports.work import Workshop
from app.rights.erasure.queries import compact
from app.rights.log.anchors import BrokenAnchorError, keep_anchor
from app.rights.retention.services import run_timers

log = logging.getLogger("linsheng.rights")


def rights_round(workshop: Workshop) -> None:
    """Sign the head of the audit log if it moved, and destroy what is due; called each minute."""
    try:
        with Session(workshop.engine) as session:
            keep_anchor(session, workshop.vault, workshop.config.instance, now=workshop.clock())
    except BrokenAnchorError:
        log.exception("the audit log was tampered with: run flask --app wsgi audit verify")
    run_timers(workshop.engine, workshop.vault, workshop.clock)


def compact_database(workshop: Workshop, _payload: dict[str, object]) -> None:
    """Leave no old copy of an erased row behind in the database's own files."""
    compact(workshop.engine)
