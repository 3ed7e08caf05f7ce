"""Jobs and round of repairs: read files, count months, print special records, tidy up."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.repairs.record import record_pdf
from app.reports.work import Workshop
from app.service.repairs.intake import jobs
from app.service.repairs.intake import queries as intake
from app.service.repairs.models import RepairFileState
from app.service.repairs.months.services import count_months
from app.service.repairs.watch import prints
from app.service.repairs.watch import queries as watches
from app.staff.queries import find_staff
from app.staff.services import scope_of

_GIVEN_UP = timedelta(days=7)  # a file whose job failed three times


def import_orders(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: read a file of orders, then count the months it touched."""
    jobs.import_file(workshop, payload)
    repair_round(workshop)


def print_record(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: print the special record of a defect for who ordered it."""
    key = int(str(payload["print"]))
    with Session(workshop.engine) as session:
        sheet = watches.find_print(session, key)
        if sheet is None or sheet.content_sealed is not None:
            return
        staff = find_staff(session, sheet.staff_id)
        if staff is None or staff.disabled_at is not None:
            return
        content = record_pdf(
            session,
            workshop.vault,
            scope_of(session, staff),
            sheet,
            company=workshop.config.company,
            is_demo=workshop.config.demo,
            now=workshop.clock(),
        )
    if content is None:
        return
    with write_session(workshop.engine) as session:
        prints.store_print(session, workshop.vault, key, content)


def repair_round(workshop: Workshop) -> None:
    """Count months anew where something changed; drop sheets and files that are over."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        count_months(session, now=now)
        prints.drop_old(session, now=now)
        for file in intake.list_stored(session, now - _GIVEN_UP):
            file.state, file.ended_at = RepairFileState.REFUSED, now
            jobs.files_of(workshop.config.instance, workshop.vault).forget(file.stored_as)
