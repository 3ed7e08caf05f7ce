"""What tests of orders share: order, make, fetch, look inside."""

import io
import tempfile
import zipfile
from hashlib import sha256

import duckdb
import pyreadstat

from app.reports.exports import queries, services
from app.reports.exports.models import ExportKind, ExportOrder
from app.reports.exports.services import Wish
from app.reports.exports.work import make_export
from app.staff.services import scope_of
from tests.unit.exports.build import MADE_AT

REASON = "第三季度复核，王建国要的"


def wish_of(world, kind=ExportKind.ANSWERS, *, at=None, forms=("csv",)) -> Wish:
    community = None if at is None else world.communities[at].id
    return Wish(kind, world.campaign, community, forms, "zh-Hans", REASON)


def order(session, vault, staff, wish) -> int:
    order_id = services.order(session, vault, scope_of(session, staff), wish, now=MADE_AT)
    session.commit()
    return order_id


def take(session, workshop, vault, staff, order_id) -> bytes:
    """Make an order and fetch it, as its owner does."""
    session.rollback()  # its picture of the database ends here
    make_export(workshop, {"order_id": order_id})
    made = services.fetch(session, scope_of(session, staff), order_id, now=workshop.clock())
    assert made is not None, session.get(ExportOrder, order_id).problem
    digests = queries.list_parts(session, order_id)
    content = b"".join(services.pieces_of(services.folder_of(workshop.config), vault, digests))
    assert sha256(content).hexdigest() == made.digest
    session.commit()
    return content


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}


def plain(name: str, content: bytes) -> str:
    """Return everything a file says as text, whatever its form packs."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(
                archive.read(one).decode("utf-8", "replace") for one in archive.namelist()
            )
    if name.endswith((".sav", ".parquet")):
        with tempfile.NamedTemporaryFile(suffix=name) as file:
            file.write(content)
            file.flush()
            if name.endswith(".sav"):
                frame, meta = pyreadstat.read_sav(file.name)
                return f"{frame.to_csv()}{meta.variable_value_labels}{meta.notes}{meta.file_label}"
            return duckdb.execute("SELECT * FROM read_parquet(?)", [file.name]).df().to_csv()
    return content.decode()
