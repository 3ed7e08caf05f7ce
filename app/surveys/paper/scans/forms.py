"""The forms the reader may meet, with their printed words where these are known."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from app.surveys.instrument.model import Instrument
from app.surveys.paper.layout.make import VERSION
from app.surveys.paper.layout.model import Layout, from_json, to_json
from app.surveys.paper.printing.layouts import draw_layout, instrument_of
from app.surveys.paper.printing.models import PaperLayout
from app.surveys.paper.printing.queries import list_layouts_of_open_campaigns

# What a key names never changes; to lay a form out again takes a good part of a second.
_known: dict[str, Layout] = {}


class FormsToRead(Mapping[str, Layout]):
    """Forms by key, each laid out when the first page of it comes, and only then.

    What is kept of a printed form is its geometry. Its words are laid out again, so that the
    reader can tell print from ink; should today's way of laying out give another geometry, only
    what was kept is used.
    """

    def __init__(self, rows: Mapping[str, tuple[PaperLayout, Instrument]]) -> None:
        self._rows = rows

    def __getitem__(self, key: str) -> Layout:
        row, instrument = self._rows[key]
        if key not in _known:
            _known[key] = _drawn(row, instrument) or from_json(row.geometry)
        return _known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def layouts_to_read(session: Session) -> FormsToRead:
    """Return every form of the open campaigns, by its key; it may outlive the session."""
    rows = list_layouts_of_open_campaigns(session)
    return FormsToRead({row.key: (row, instrument_of(session, row)) for row in rows})


def _drawn(row: PaperLayout, instrument: Instrument) -> Layout | None:
    if row.version != VERSION:
        return None
    layout = draw_layout(
        instrument,
        row.instrument_digest,
        form=row.form.value,
        block=row.block,
        areas_offered=row.areas_offered,
        language=row.language,
    )
    return layout if to_json(layout) == row.geometry else None
