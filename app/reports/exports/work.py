"""Jobs of the worker: make an export, drop what is a day old."""

import logging
import tempfile
from pathlib import Path

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.exports import services
from app.reports.exports.archive import Made
from app.reports.exports.errors import ExportError, NotAllowedError
from app.reports.exports.make import Maker, make
from app.reports.exports.models import ExportState
from app.reports.exports.queries import get_order
from app.reports.work import Workshop
from app.staff.queries import find_staff
from app.staff.services import scope_of
from app.storage import DamagedFileError, MissingFileError
from app.surveys.snapshot.errors import BadManifestError

log = logging.getLogger("linsheng.exports")


def make_export(workshop: Workshop, payload: dict[str, object]) -> None:
    """Make one order; nothing happens when it was made or dropped before.

    The files are written outside any transaction; a worker that dies leaves sealed pieces that no
    order names, and the next round after a day deletes them.

    Args:
        workshop: What to work with.
        payload: ``order_id``.
    """
    order_id, now = int(str(payload["order_id"])), workshop.clock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        try:
            result = _make(workshop, order_id, path)
        except (ExportError, BadManifestError, DamagedFileError, MissingFileError) as error:
            problem = error.problem if isinstance(error, ExportError) else "damaged"
            log.warning("export %s cannot be made: %s", order_id, problem)
            with write_session(workshop.engine) as session:
                order = get_order(session, order_id)
                if order is not None:
                    services.fail(order, problem, now=now)
            return
        if result is None:
            return
        storage = services.folder_of(workshop.config)
        pieces, digest, size = services.seal_pieces(storage, workshop.vault, path)
    with write_session(workshop.engine) as session:
        order = get_order(session, order_id)
        if order is not None and order.state is ExportState.WAITING:
            services.keep(session, order, pieces, result=result, digest=digest, size=size, now=now)


def _make(workshop: Workshop, order_id: int, path: Path) -> Made | None:
    """Write the ZIP; None where there is nothing left to do."""
    with Session(workshop.engine) as session:
        order = get_order(session, order_id)
        if order is None or order.state is not ExportState.WAITING or order.staff_id is None:
            return None
        staff = find_staff(session, order.staff_id)
        if staff is None or staff.disabled_at is not None:
            raise NotAllowedError
        scope = scope_of(session, staff)
        maker = Maker(
            session=session,
            storage=workshop.storage,
            company=workshop.config.company,
            is_demo=workshop.config.demo,
            now=workshop.clock(),
        )
        session.expunge(order)
        return make(maker, scope, order, path)


def exports_round(workshop: Workshop) -> None:
    """End the orders whose day is over, and delete their files."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        needed = services.drop_over(session, now=now)
    services.sweep(workshop.config, needed, now=now)
