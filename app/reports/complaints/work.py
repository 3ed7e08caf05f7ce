"""Job of the worker: papers of complaints as PDF.

A paper holds what the person who ordered it may read when it is printed; whoever lost the right
meanwhile gets none.
"""

import logging

from app.db import write_session
from app.reports.complaints.collect import Order, collect
from app.reports.paper import in_language, print_pdf
from app.reports.work import Workshop
from app.service.complaints.errors import ComplaintError
from app.service.complaints.papers import prints
from app.service.complaints.papers.errors import PaperError
from app.service.complaints.papers.queries import get_print
from app.staff.queries import find_staff
from app.staff.services import scope_of

log = logging.getLogger("linsheng.papers")


def make_print(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print one paper; nothing happens when it was printed or dropped before.

    Args:
        workshop: What to work with.
        payload: ``print_id``.
    """
    print_id = int(str(payload["print_id"]))
    with write_session(workshop.engine) as session:
        found = get_print(session, print_id)
        if found is None or found.content_sealed is not None:
            return
        staff = find_staff(session, found.staff_id)
        if staff is None or staff.disabled_at is not None:
            return
        language = found.language
        order = Order(
            session=session,
            workshop=workshop,
            scope=scope_of(session, staff),
            kind=found.kind,
            about_id=found.about_id,
            now=workshop.clock(),
        )
        with in_language(language):
            try:
                template, values = collect(order)
            except (PaperError, ComplaintError):
                log.warning("paper %s: what it is about does not exist for its reader", print_id)
                return
        session.expunge_all()  # printing reads no more from the database
    with in_language(language):
        content = print_pdf(template, attached={}, **values)
    with write_session(workshop.engine) as session:
        prints.store(session, workshop.vault, print_id, content)


def print_round(workshop: Workshop) -> None:
    """Delete the papers that are a day old."""
    with write_session(workshop.engine) as session:
        prints.drop_old(session, now=workshop.clock())
