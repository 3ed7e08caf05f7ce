"""The forms the reader may meet, with their printed words where these are known."""

from sqlalchemy.orm import Session

from app.surveys.paper.layout.make import VERSION
from app.surveys.paper.layout.model import Layout, from_json, to_json
from app.surveys.paper.printing.layouts import draw_layout, instrument_of
from app.surveys.paper.printing.models import PaperLayout
from app.surveys.paper.printing.queries import list_layouts_of_open_campaigns

# What a key names never changes; to lay a form out again takes a good part of a second.
_known: dict[str, Layout] = {}


def layouts_to_read(session: Session) -> dict[str, Layout]:
    """Return every form of the open campaigns, by its key.

    What is kept of a printed form is its geometry. Its words are laid out again, so that the
    reader can tell print from ink; should today's way of laying out give another geometry, only
    what was kept is used.
    """
    return {row.key: _layout(session, row) for row in list_layouts_of_open_campaigns(session)}


def _layout(session: Session, row: PaperLayout) -> Layout:
    if row.key not in _known:
        _known[row.key] = _drawn(session, row) or from_json(row.geometry)
    return _known[row.key]


def _drawn(session: Session, row: PaperLayout) -> Layout | None:
    if row.version != VERSION:
        return None
    layout = draw_layout(
        instrument_of(session, row),
        row.instrument_digest,
        form=row.form.value,
        block=row.block,
        areas_offered=row.areas_offered,
        language=row.language,
    )
    return layout if to_json(layout) == row.geometry else None
