"""The worker's round of complaints: cases turned into one out of a survey are adopted."""

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.work import Workshop
from app.service.complaints.adopting import adopt_turned, has_turned


def complaint_round(workshop: Workshop) -> None:
    """Give every case that became a complaint what a complaint has; nothing to do, nothing done."""
    with Session(workshop.engine) as session:
        if not has_turned(session):
            return
    with write_session(workshop.engine) as session:
        adopt_turned(session, now=workshop.clock())
